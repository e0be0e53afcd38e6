package github

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func createPullSpec(o Options) flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.github.pulls.Create",
		Summary: "Open a pull request.",
		Properties: properties(
			flow.Property{Name: "sourceBranch", Type: flow.String, Required: true, Dynamic: true, Summary: "The branch with the changes; one of another repository as in owner:branch."},
			flow.Property{Name: "targetBranch", Type: flow.String, Required: true, Dynamic: true, Summary: "The branch that they are for."},
			flow.Property{Name: "title", Type: flow.String, Required: true, Dynamic: true, Summary: "Its title."},
			flow.Property{Name: "body", Type: flow.String, Dynamic: true, Summary: "Its text."},
			flow.Property{Name: "maintainerCanModify", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "Who looks after the repository may change it."},
			flow.Property{Name: "draft", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "It is a draft."},
		),
		Outputs: []flow.TaskOutput{
			{Name: "issueUrl", Type: flow.TypeString, Summary: "The address of its issue in the API."},
			{Name: "pullRequestUrl", Type: flow.TypeString, Summary: "Its address."},
		},
		Example: `id: pull
type: io.kestra.plugin.github.pulls.Create
repository: company/orders
oauthToken: "{{ secret('GITHUB_TOKEN') }}"
sourceBranch: "{{ trigger.body.branch }}"
targetBranch: main
title: New prices
`,
		Compile: func(c *flow.Component) (any, error) {
			a, err := newAPI(c, o)
			of := func(name string) setting.Setting { return setting.Of(&c.Members, name) }
			return &createPull{a, []member{{"title", of("title")}, {"head", of("sourceBranch")}, {"base", of("targetBranch")}, {"body", of("body")}}, of("maintainerCanModify"), of("draft")}, err
		},
	}
}

// createPull is io.kestra.plugin.github.pulls.Create.
type createPull struct {
	*api
	members         []member
	modified, draft setting.Setting
}

func (t *createPull) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	pull, err := texts(c, t.members...)
	if err != nil {
		return task.Result{}, err
	}
	for _, m := range []member{{"maintainer_can_modify", t.modified}, {"draft", t.draft}} {
		on, err := m.value.OnOff(c, false)
		if err != nil {
			return task.Result{}, err
		}
		pull.Map().Set(m.name, value.Bool(on))
	}
	answer, err := t.post(ctx, c, "/pulls", pull)
	if err != nil {
		return task.Result{}, err
	}
	return result(answer, "issueUrl", "issue_url", "pullRequestUrl", "html_url"), nil
}
