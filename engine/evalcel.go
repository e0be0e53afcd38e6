package engine

import (
	"errors"
	"fmt"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/cel"
	"github.com/caddy-kestra/kestra-webhook/engine/site"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// EvalCEL evaluates a CEL expression once, as a condition is, and returns its result: a text as it is and anything else as JSON,
// or all as JSON. Its result may be of any type. The members of the context are the variables of conditions; body, headers,
// parameters and formFields may stand there or in trigger, and a header may be one text instead of a list. An error shows its
// place in the expression, and neither a secret nor a value of the context.
func EvalCEL(expression string, o EvalOptions) (string, error) {
	program, err := cel.CompileValue(expression)
	if e, ok := errors.AsType[*cel.CompileError](err); ok {
		return "", shown(err, expression, e.Line, e.Column)
	}
	if err != nil {
		return "", err
	}
	request, err := celRequest(o)
	if err != nil {
		return "", fmt.Errorf("context: %w", err)
	}
	v, err := program.Value(request)
	if e, ok := errors.AsType[*cel.Error](err); ok {
		return "", shown(err, expression, e.Line, e.Column)
	}
	if err != nil {
		return "", err
	}
	if !o.JSON && v.Kind() == value.KindString {
		return v.Str(), nil
	}
	return value.JSON(v), nil
}

// shown adds the line of the expression to an error that has a place there.
func shown(err error, expression string, line, column int) error {
	excerpt := cel.Excerpt(expression, line, column)
	if excerpt == "" {
		return err
	}
	return fmt.Errorf("%w\n%s", err, excerpt)
}

// celRequest makes a request of the variables in the context.
func celRequest(o EvalOptions) (*cel.Request, error) {
	given := value.NewMap(0)
	if o.Context != nil {
		v, err := value.DecodeJSON(o.Context)
		if err != nil {
			return nil, err
		}
		if v.Kind() != value.KindMap {
			return nil, fmt.Errorf("is a %s, not an object with the variables", v.Kind())
		}
		given = v.Map()
	}
	vars := value.NewMap(3)
	for _, name := range []string{"flow", "vars"} {
		v, err := memberOf(given, name, value.KindMap, value.FromMap(value.NewMap(0)))
		if err != nil {
			return nil, err
		}
		vars.Set(name, v)
	}
	trigger, err := celTrigger(given)
	if err != nil {
		return nil, err
	}
	vars.Set("trigger", value.FromMap(trigger))
	flow, _ := vars.Get("flow")
	namespace, _ := flow.Map().Get("namespace")
	r := &cel.Request{Vars: vars, Now: time.Now(), Namespace: namespace.Str(), Secrets: site.NewEnvironment(o.Environ, o.Secrets)}
	body, _ := trigger.Get("body")
	raw := body.Str()
	if body.Kind() == value.KindMap || body.Kind() == value.KindList {
		raw = value.JSON(body)
	}
	texts := map[string]string{"method": "POST", "rawBody": raw, "now": ""}
	for _, name := range []string{"method", "path", "requestURL", "remoteAddr", "rawBody", "now"} {
		v, err := memberOf(given, name, value.KindString, value.String(texts[name]))
		if err != nil {
			return nil, err
		}
		texts[name] = v.Str()
	}
	r.Method, r.RemoteAddr = texts["method"], texts["remoteAddr"]
	r.Path, r.URL = textOf(texts["path"]), textOf(texts["requestURL"])
	r.RawBody = textOf(texts["rawBody"])
	if at := texts["now"]; at != "" {
		if r.Now, err = time.Parse(time.RFC3339Nano, at); err != nil {
			return nil, fmt.Errorf("now is %q and no time as in 2026-11-23T10:30:00Z", at)
		}
	}
	return r, nil
}

func textOf(text string) func() string { return func() string { return text } }

// memberOf returns a member of a kind, or instead what stands for it when there is none.
func memberOf(m *value.Map, name string, kind value.Kind, instead value.Value) (value.Value, error) {
	v, ok := m.Get(name)
	if !ok {
		return instead, nil
	}
	if v.Kind() != kind {
		return value.Null, fmt.Errorf("%s is a %s, not a %s", name, v.Kind(), kind)
	}
	return v, nil
}

// celTrigger returns what the context says of the request, in trigger or beside it.
func celTrigger(given *value.Map) (*value.Map, error) {
	v, err := memberOf(given, "trigger", value.KindMap, value.FromMap(value.NewMap(0)))
	if err != nil {
		return nil, err
	}
	out := value.NewMap(v.Map().Len())
	for name, member := range v.Map().All() {
		out.Set(name, member)
	}
	if body, ok := given.Get("body"); ok {
		out.Set("body", body)
	}
	for _, name := range []string{"headers", "parameters", "formFields"} {
		lists, ok := given.Get(name)
		if !ok {
			lists, _ = out.Get(name)
		}
		lists, err := textLists(name, lists)
		if err != nil {
			return nil, err
		}
		out.Set(name, lists)
	}
	return out, nil
}

// textLists returns the lists of texts by name that the member with this name says; nothing says none. The names of headers fold
// case, as those of a request do.
func textLists(name string, given value.Value) (value.Value, error) {
	out := value.NewMap(given.Map().Len())
	if name == "headers" {
		out = value.NewFoldMap(given.Map().Len())
	}
	if given.Kind() != value.KindMap && !given.IsNull() {
		return value.Null, fmt.Errorf("%s is a %s, not an object of lists of texts", name, given.Kind())
	}
	for key, v := range given.Map().All() {
		switch {
		case v.Kind() == value.KindString:
			v = value.ListOf(v)
		case v.Kind() != value.KindList:
			return value.Null, fmt.Errorf("%s.%s is a %s, not a list of texts", name, key, v.Kind())
		}
		for _, text := range v.List().Slice() {
			if text.Kind() != value.KindString {
				return value.Null, fmt.Errorf("%s.%s has a %s, not texts alone", name, key, text.Kind())
			}
		}
		out.Set(key, v)
	}
	return value.FromMap(out), nil
}
