package github

import (
	"context"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func commentSpec(o Options) flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.github.issues.Comment",
		Summary: "Write a comment on an issue or a pull request.",
		Properties: properties(
			flow.Property{Name: "issueNumber", Type: flow.Integer, Required: true, Dynamic: true, Summary: "The number of the issue."},
			flow.Property{Name: "body", Type: flow.String, Required: true, Dynamic: true, Summary: "The text."},
		),
		Outputs: []flow.TaskOutput{
			{Name: "issueUrl", Type: flow.TypeString, Summary: "The address of the issue."},
			{Name: "commentUrl", Type: flow.TypeString, Summary: "The address of the comment."},
		},
		Example: `id: comment
type: io.kestra.plugin.github.issues.Comment
repository: company/orders
oauthToken: "{{ secret('GITHUB_TOKEN') }}"
issueNumber: "{{ trigger.body.issue.number }}"
body: Thank you!
`,
		Compile: func(c *flow.Component) (any, error) {
			a, err := newAPI(c, o)
			return &comment{a, setting.Of(&c.Members, "issueNumber"), setting.Of(&c.Members, "body")}, err
		},
	}
}

// comment is io.kestra.plugin.github.issues.Comment.
type comment struct {
	*api
	number, body setting.Setting
}

func (t *comment) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	number, err := t.number.Number(c)
	if err != nil {
		return task.Result{}, err
	}
	text, err := texts(c, member{"body", t.body})
	if err != nil {
		return task.Result{}, err
	}
	answer, err := t.post(ctx, c, "/issues/"+strconv.FormatInt(number, 10)+"/comments", text)
	if err != nil {
		return task.Result{}, err
	}
	r := result(answer, "issueUrl", "html_url", "commentUrl", "html_url")
	if address, ok := answer.Get("html_url"); ok { // the comment is a place on the page of the issue
		page, _, _ := strings.Cut(address.Str(), "#")
		r.Outputs.Map().Set("issueUrl", value.String(page))
	}
	return r, nil
}
