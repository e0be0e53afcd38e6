package engine

import (
	"errors"
	"fmt"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/cel"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/site"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Functions returns the filters, functions and tests of the expression language as text, one on each line; with a name
// all that is known about those that have it. The only error is that there is none.
func Functions(name string) (string, error) {
	if name == "" {
		return expressions().Manual(), nil
	}
	text := expressions().Describe(name)
	if text == "" {
		return "", fmt.Errorf("no filter, function or test is named %q", name)
	}
	return text, nil
}

// CELFunctions returns the variables and functions of CEL conditions in the same way.
func CELFunctions(name string) (string, error) {
	if name == "" {
		return cel.Manual(), nil
	}
	text := cel.Describe(name)
	if text == "" {
		return "", fmt.Errorf("CEL conditions have no variable and no function named %q", name)
	}
	return text, nil
}

// EvalOptions say how a template is tried.
type EvalOptions struct {
	Context []byte   // a JSON object with the variables; nil: none
	Dialect int      // 1 or 2; 0: 1
	JSON    bool     // the value as JSON instead of its text
	Environ []string // as of [SiteOptions]; gives envs, unless the context has it
	Secrets *Secrets // likewise; gives secret()
}

// foldHeaders returns the variable `trigger` with headers that are looked up without regard to case, as those of a request
// are.
func foldHeaders(trigger value.Value) value.Value {
	if trigger.Kind() != value.KindMap {
		return trigger
	}
	headers, _ := trigger.Map().Get("headers")
	if headers.Kind() != value.KindMap {
		return trigger
	}
	folded := value.NewFoldMap(headers.Map().Len())
	for name, texts := range headers.Map().All() {
		folded.Set(name, texts)
	}
	out := value.NewMap(trigger.Map().Len())
	for name, v := range trigger.Map().All() {
		out.Set(name, v)
	}
	out.Set("headers", value.FromMap(folded))
	return value.FromMap(out)
}

// Eval evaluates a template once, as conditions and properties of tasks are. Errors of the template are of type
// [*pebble.Error] and show their place, and no secret.
func Eval(template string, o EvalOptions) (string, error) {
	vars := value.NewMap(1)
	env := site.NewEnvironment(o.Environ, o.Secrets)
	vars.Set("envs", env.Envs())
	if o.Context != nil {
		v, err := value.DecodeJSON(o.Context)
		if err != nil {
			return "", fmt.Errorf("context: %w", err)
		}
		if v.Kind() != value.KindMap {
			return "", fmt.Errorf("context: is a %s, not an object with the variables", v.Kind())
		}
		for name, variable := range v.Map().All() {
			if name == "trigger" {
				variable = foldHeaders(variable)
			}
			vars.Set(name, variable)
		}
	}
	if o.Dialect < 0 || o.Dialect > int(pebble.Dialect2) {
		return "", errors.New("dialect is 1 or 2")
	}
	t, err := pebble.New(pebble.Options{Dialect: pebble.Dialect(o.Dialect)}).Compile(template)
	if err != nil {
		return "", err
	}
	c := &pebble.Context{Vars: vars, Now: time.Now(), Secrets: env}
	if f, _ := vars.Get("flow"); f.Kind() == value.KindMap {
		namespace, _ := f.Map().Get("namespace")
		c.Namespace = namespace.Str()
	}
	if !o.JSON {
		text, err := t.Render(c)
		return text, clean(env.Mask(), err)
	}
	v, err := t.RenderTyped(c)
	if err != nil {
		return "", clean(env.Mask(), err)
	}
	return value.JSON(v), nil
}

// clean returns an error of a template without what must not be printed. What it quotes of the template itself stays.
func clean(m *mask.Mask, err error) error {
	failed := new(pebble.Error)
	if !errors.As(err, &failed) {
		return err
	}
	clean := *failed
	clean.Name, clean.Msg, clean.Err = m.Line(failed.Name), m.Line(failed.Msg), nil
	return &clean
}
