package http

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The arguments of the function http, in the order of its parameters.
const (
	argURI = iota
	argMethod
	argQuery
	argBody
	argContentType
	argHeaders
	argOptions
	argAccept
)

// Ask answers the function http of expressions: it sends a request and returns the body of the answer, what its JSON means or else
// its text. What it makes is charged to the budget of the evaluation.
func Ask(ctx context.Context, s *task.Services, m *meter.Meter, args []value.Value) (value.Value, error) {
	if s == nil || s.HTTP == nil {
		return value.Null, errors.New("function http cannot be called here: it needs a server")
	}
	c := &task.Context{Services: s, Pebble: &pebble.Context{Memory: allocation{m}}}
	o, err := optionsOf(args[argOptions])
	if err != nil {
		return value.Null, err
	}
	r, err := asked(args)
	if err != nil {
		return value.Null, err
	}
	if err := o.apply(c, r); err != nil {
		return value.Null, err
	}
	out, err := s.HTTP.Send(ctx, r)
	if err != nil {
		return value.Null, err
	}
	defer func() { _ = out.Body.Close() }()
	allowed, err := o.allows(c, out.Code)
	switch {
	case err != nil:
		return value.Null, err
	case !allowed:
		return value.Null, fmt.Errorf("Failed to execute HTTP Request, server respond with status %d : %s", out.Code, out.Reason) //nolint:staticcheck // Kestra's words
	case !out.HasBody:
		return value.Null, nil
	}
	text, err := (&answer{HTTPResponse: out}).text(c)
	if err != nil {
		return value.Null, err
	}
	if err := m.ChargeJSON(text); err != nil {
		return value.Null, err
	}
	if v, err := value.DecodeJSONText(text); err == nil {
		return v, nil
	}
	return value.String(text), nil
}

// asked returns the request that the arguments describe.
func asked(args []value.Value) (*task.HTTPRequest, error) {
	if args[argQuery].Kind() != value.KindMap && !args[argQuery].IsNull() {
		return nil, errors.New("query must be a map")
	}
	address, err := withParameters(strings.ReplaceAll(value.Text(args[argURI]), " ", "%20"), args[argQuery].Map())
	if err != nil {
		return nil, err
	}
	var u *url.URL
	if u, err = parseURI(address); err != nil {
		return nil, err
	}
	r := &task.HTTPRequest{URL: u, Method: strings.ToUpper(textOr(args[argMethod], http.MethodGet)), Header: http.Header{}}
	if err := setHeaders(r.Header, args[argHeaders]); err != nil {
		return nil, err
	}
	r.Header["Accept"] = []string{textOr(args[argAccept], "application/json")}
	if body := args[argBody]; !body.IsNull() {
		r.Body = bodyOf([]byte(value.Text(body)))
		r.Header["Content-Type"] = []string{textOr(args[argContentType], "application/json")}
	}
	return r, nil
}

func textOr(v value.Value, otherwise string) string {
	if v.IsNull() {
		return otherwise
	}
	return value.Text(v)
}

// setHeaders sets headers of a map of texts and lists of texts. Those that other arguments say are left out.
func setHeaders(h http.Header, v value.Value) error {
	if v.Kind() != value.KindMap && !v.IsNull() {
		return errors.New("headers must be a map")
	}
	for name, v := range v.Map().All() {
		switch canonical := http.CanonicalHeaderKey(name); {
		case v.IsNull(), canonical == "Content-Type", canonical == "Accept":
		case v.Kind() == value.KindList:
			for _, item := range v.List().All() {
				h[name] = append(h[name], value.Text(item))
			}
		default:
			h[name] = append(h[name], value.Text(v))
		}
	}
	return nil
}

// optionsOf returns the options that a map has, which are those of the tasks.
func optionsOf(v value.Value) (*options, error) {
	o := &options{}
	if v.IsNull() {
		return o, nil
	}
	if err := known(v, optionProperties(), "options"); err != nil {
		return nil, err
	}
	o.read(func(object string, names ...string) setting.Setting {
		if object == "" {
			return setting.OfValue(v.Map(), names...)
		}
		inner, _ := v.Map().Get(object)
		return setting.OfValue(inner.Map(), names...)
	})
	if o.auth != "" && !slices.Contains(authTypes, o.auth) {
		return nil, fmt.Errorf("options.auth.type must be one of %s", strings.Join(authTypes, ", "))
	}
	if codes, _ := v.Map().Get("allowedResponseCodes"); !codes.IsNull() {
		o.codes = func(*task.Context) (value.Value, error) { return codes, nil }
	}
	return o, nil
}

// known reports members of a map that no property describes.
func known(v value.Value, properties []flow.Property, path string) error {
	if v.Kind() != value.KindMap {
		return fmt.Errorf("%s must be a map", path)
	}
	for name, member := range v.Map().All() {
		i := slices.IndexFunc(properties, func(p flow.Property) bool { return p.Name == name })
		if i < 0 {
			return fmt.Errorf("%s has no member %s", path, name)
		}
		if p := &properties[i]; p.Type == flow.Object && !member.IsNull() {
			if err := known(member, p.Properties, path+"."+name); err != nil {
				return err
			}
		}
	}
	return nil
}

// allocation is the memory of an evaluation as an account.
type allocation struct{ meter *meter.Meter }

// Take implements [pebble.Memory].
func (a allocation) Take(bytes int64) error { return a.meter.Allocate(int(bytes)) }
