package http

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func requestSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.http.Request",
		Aliases: []string{"io.kestra.plugin.fs.http.Request"},
		Summary: "Send a request to another server. The task fails when the answer has a code of 400 or more.",
		Properties: properties(
			flow.Property{Name: "encryptBody", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "Kestra encrypts the body of the answer with a key of its own; here it must be false."},
		),
		Outputs: []flow.TaskOutput{
			{Name: "uri", Type: flow.TypeString, Summary: "The address, without redirects."},
			{Name: "code", Type: flow.TypeInt, Summary: "The code of the answer."},
			{Name: "headers", Type: flow.TypeJSON, Summary: "Its headers: names in lower case, with lists of values."},
			{Name: "body", Type: flow.TypeString, Summary: "Its body as text; there is none after HEAD, 204 and 304."},
		},
		Example: `id: notify
type: io.kestra.plugin.core.http.Request
uri: https://api.example.com/messages
method: POST
headers:
  X-Request-Id: "{{ execution.id }}"
body:
  text: "{{ trigger.body.text }}"
options:
  auth: {type: BEARER, token: "{{ secret('API_TOKEN') }}"}
  timeout: {readIdleTimeout: PT10S}
`,
		Compile: func(c *flow.Component) (any, error) {
			if c.Bool("encryptBody") || c.Template("encryptBody") != nil {
				return nil, c.Errorf("encryptBody", "is not supported: there is no key here to encrypt the body with, and Kestra prints it in clear to expressions too")
			}
			q, err := newCall(c)
			if err != nil {
				return nil, err
			}
			return &request{q}, nil
		},
	}
}

// request is io.kestra.plugin.core.http.Request.
type request struct{ call *call }

func (r *request) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	a, err := r.call.send(ctx, c)
	if err != nil {
		return task.Result{}, err
	}
	defer func() { _ = a.Body.Close() }()
	text, err := a.text(c)
	if err != nil {
		return task.Result{}, err
	}
	a.logs.payload(c, text)
	out := value.MapOf("uri", value.String(a.uri), "code", value.Int(int64(a.Code)), "headers", headers(a.Header))
	if a.HasBody {
		out.Map().Set("body", value.String(text))
	}
	return task.Result{Outputs: out}, nil
}
