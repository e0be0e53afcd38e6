package http

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Service asks a service that speaks JSON, for tasks of other groups.
type Service struct {
	options options
	headers *pebble.Structure
}

// ServiceProperty is the property `options` of tasks that have a [Service].
func ServiceProperty() flow.Property {
	names := []string{
		"proxy", "connectTimeout", "readTimeout", "readIdleTimeout", "connectionPoolIdleTimeout", "maxContentLength", "defaultCharset",
	}
	p := flow.Property{Name: "options", Type: flow.Object, Summary: "How the request is made."}
	for _, option := range optionProperties() {
		if slices.Contains(names, option.Name) {
			p.Properties = append(p.Properties, option)
		}
	}
	p.Properties = append(p.Properties, flow.Property{Name: "headers", Type: flow.Map, Dynamic: true, JSONText: true, Summary: "Headers that are sent too; null is left out."})
	return p
}

// NewService compiles the property of [ServiceProperty], which a task need not have.
func NewService(c *flow.Component) (*Service, error) {
	o, err := newOptions(c)
	s := &Service{options: o}
	if m := c.Object("options"); m != nil {
		s.headers = m.Structure("headers")
	}
	return s, err
}

// Message is what a service is sent.
type Message struct {
	Method, URL string
	Header      http.Header
	Body        value.Value // sent as JSON; null: nothing is
}

// Reply is what a service answers.
type Reply struct {
	Code int
	Text string // of the body
}

// Send sends a message. An answer with a code of 400 or more is an error, which has the beginning of its body. No error quotes the
// path of the address, which may be a secret.
func (s *Service) Send(ctx context.Context, c *task.Context, m Message) (Reply, error) {
	if c.Services == nil || c.HTTP == nil {
		return Reply{}, errNoServer
	}
	r, err := s.request(c, m)
	if err != nil {
		return Reply{}, err
	}
	if err := s.options.apply(c, r); err != nil {
		return Reply{}, err
	}
	out, err := c.HTTP.Send(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	a := &answer{HTTPResponse: out}
	defer func() { _ = a.Body.Close() }()
	if out.Code >= failedCode {
		return Reply{}, a.failure(c)
	}
	text, err := a.text(c)
	return Reply{out.Code, text}, err
}

func (s *Service) request(c *task.Context, m Message) (*task.HTTPRequest, error) {
	to, err := url.Parse(strings.TrimSpace(m.URL))
	if err != nil || to.Scheme != "http" && to.Scheme != "https" || to.Host == "" {
		return nil, errors.New("the address must begin with http:// or https:// and name a server")
	}
	r := &task.HTTPRequest{Method: m.Method, URL: to, Header: http.Header{"Accept": {"application/json"}}}
	if !m.Body.IsNull() {
		raw := value.AppendJSON(nil, m.Body)
		if err := take(c, int64(len(raw))); err != nil {
			return nil, err
		}
		r.Header["Content-Type"] = []string{"application/json; charset=utf-8"}
		r.Body = bodyOf(raw)
	}
	maps.Copy(r.Header, m.Header)
	headers, err := setting.Map(c, "headers", s.headers)
	if err != nil {
		return nil, err
	}
	for name, v := range headers.All() {
		switch v.Kind() {
		case value.KindNull: // left out
		case value.KindMap, value.KindList:
			return nil, errors.New("headers." + name + " must be text")
		default:
			r.Header[http.CanonicalHeaderKey(name)] = []string{value.Text(v)}
		}
	}
	return r, nil
}
