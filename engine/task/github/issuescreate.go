package github

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func createIssueSpec(o Options) flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.github.issues.Create",
		Summary: "Open an issue.",
		Properties: properties(
			flow.Property{Name: "title", Type: flow.String, Required: true, Dynamic: true, Summary: "Its title."},
			flow.Property{Name: "body", Type: flow.String, Dynamic: true, Summary: "Its text."},
			flow.Property{Name: "labels", Type: flow.StringList, Dynamic: true, JSONText: true, Summary: "Its labels."},
			flow.Property{Name: "assignees", Type: flow.StringList, Dynamic: true, JSONText: true, Summary: "Who is to look after it."},
			flow.Property{Name: "fields", Type: flow.Map, NotYet: true, Summary: "Fields of the organisation's own."},
		),
		Outputs: []flow.TaskOutput{
			{Name: "issueUrl", Type: flow.TypeString, Summary: "Its address."},
			{Name: "issueNumber", Type: flow.TypeInt, Summary: "Its number."},
		},
		Example: `id: issue
type: io.kestra.plugin.github.issues.Create
repository: company/orders
oauthToken: "{{ secret('GITHUB_TOKEN') }}"
title: "Order {{ trigger.body.id }} failed"
labels: [bug]
`,
		Compile: func(c *flow.Component) (any, error) {
			a, err := newAPI(c, o)
			return &createIssue{a, setting.Of(&c.Members, "title"), setting.Of(&c.Members, "body"), c.Structure("labels"), c.Structure("assignees")}, err
		},
	}
}

// createIssue is io.kestra.plugin.github.issues.Create.
type createIssue struct {
	*api
	title, body       setting.Setting
	labels, assignees *pebble.Structure // may be nil
}

func (t *createIssue) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	issue, err := texts(c, member{"title", t.title}, member{"body", t.body})
	if err != nil {
		return task.Result{}, err
	}
	for _, list := range []struct {
		name string
		of   *pebble.Structure
	}{{"labels", t.labels}, {"assignees", t.assignees}} {
		names, err := setting.Texts(c, list.name, list.of)
		if err != nil {
			return task.Result{}, err
		}
		if len(names) > 0 {
			issue.Map().Set(list.name, value.Strings(names))
		}
	}
	answer, err := t.post(ctx, c, "/issues", issue)
	if err != nil {
		return task.Result{}, err
	}
	return result(answer, "issueUrl", "html_url", "issueNumber", "number"), nil
}
