package http

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// errNoServer is the error of tasks that run where there is nothing outside of the execution.
var errNoServer = errors.New("the task cannot run here: it needs a server")

// call is the request of a task, rendered for each attempt.
type call struct {
	uri                             *pebble.Template
	method, contentType             setting.Setting
	params, headers, formData, body *pebble.Structure
	options                         options

	accept string // the header Accept unless the task has one; empty: none
	most   int64  // bytes of the answer unless the task has a limit; 0: what the client has
}

func newCall(c *flow.Component) (*call, error) {
	o, err := newOptions(c)
	if err != nil {
		return nil, err
	}
	return &call{
		uri: c.Template("uri"), method: setting.Of(&c.Members, "method"), contentType: setting.Of(&c.Members, "contentType"),
		params: c.Structure("params"), headers: c.Structure("headers"), formData: c.Structure("formData"), body: c.Structure("body"),
		options: o,
	}, nil
}

// answer is an answer that is no failure. Its body is to be closed.
type answer struct {
	*task.HTTPResponse
	uri  string // of the request, as it may be shown
	logs logs
}

// send sends the request. An answer that is a failure is an error.
func (q *call) send(ctx context.Context, c *task.Context) (*answer, error) {
	if c.Services == nil || c.HTTP == nil {
		return nil, errNoServer
	}
	r, uri, err := q.request(ctx, c)
	if err != nil {
		return nil, err
	}
	out, err := c.HTTP.Send(ctx, r)
	if err != nil {
		return nil, err
	}
	a := &answer{out, hideKey(uri), q.options.logs}
	allowed, err := q.options.allows(c, out.Code)
	if err == nil && !allowed {
		err = a.failure(c)
	}
	if err != nil {
		_ = a.Body.Close()
		return nil, err
	}
	return a, nil
}

// request renders the request, and its address as it is written.
func (q *call) request(ctx context.Context, c *task.Context) (r *task.HTTPRequest, uri string, err error) {
	text, err := q.uri.Render(c.Pebble)
	if err != nil {
		return nil, "", err
	}
	params, err := setting.Map(c, "params", q.params)
	if err != nil {
		return nil, "", err
	}
	if uri, err = withParameters(strings.ReplaceAll(text, " ", "%20"), params); err != nil {
		return nil, "", err
	}
	r = &task.HTTPRequest{MaxBody: q.most}
	if r.URL, err = parseURI(uri); err != nil {
		return nil, "", err
	}
	if r.Method, err = q.method.Trimmed(c); err != nil {
		return nil, "", err
	}
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	sent, err := q.content(ctx, c)
	if err != nil {
		return nil, "", err
	}
	r.Body = sent.body
	if r.Header, err = q.header(c, sent); err != nil {
		return nil, "", err
	}
	r.Exchanged = func(e *task.HTTPExchange) { q.options.logs.exchange(c, e, sent) }
	return r, uri, q.options.apply(c, r)
}

// header renders the headers. The type of the body is one of them unless the task has it; without a body only if the task has no
// headers at all, which is how Kestra does it.
func (q *call) header(c *task.Context, sent content) (http.Header, error) {
	m, err := setting.Map(c, "headers", q.headers)
	if err != nil {
		return nil, err
	}
	h := make(http.Header, m.Len()+1)
	has := map[string]bool{}
	for name, v := range m.All() {
		switch v.Kind() {
		case value.KindNull: // left out
			continue
		case value.KindMap:
			return nil, fmt.Errorf("headers.%s must be text", name)
		case value.KindList:
			for _, item := range v.List().All() {
				h[name] = append(h[name], value.Text(item))
			}
		default:
			h[name] = append(h[name], value.Text(v))
		}
		has[strings.ToLower(name)] = true
	}
	if sent.typ != "" && !has["content-type"] && (sent.body != nil || m.Len() == 0) {
		h["Content-Type"] = []string{sent.typ}
	}
	if q.accept != "" && !has["accept"] {
		h["Accept"] = []string{q.accept}
	}
	return h, nil
}
