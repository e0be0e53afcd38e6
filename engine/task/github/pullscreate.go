package github

import (
	"context"
	"fmt"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
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
			flow.Property{Name: "reviewers", Type: flow.StringList, Dynamic: true, JSONText: true, Summary: "Who is asked to review it: users, and teams of the organisation as in team:backend."},
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
			return &createPull{a, []member{{"title", of("title")}, {"head", of("sourceBranch")}, {"base", of("targetBranch")}, {"body", of("body")}}, of("maintainerCanModify"), of("draft"), c.Structure("reviewers")}, err
		},
	}
}

// createPull is io.kestra.plugin.github.pulls.Create.
type createPull struct {
	*api
	members         []member
	modified, draft setting.Setting
	reviewers       *pebble.Structure // may be nil
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
	names, err := setting.Texts(c, "reviewers", t.reviewers)
	if err != nil {
		return task.Result{}, err
	}
	answer, err := t.post(ctx, c, "/pulls", pull)
	if err != nil {
		return task.Result{}, err
	}
	if len(names) > 0 {
		number, _ := answer.Get("number")
		if _, err := t.post(ctx, c, "/pulls/"+value.Text(number)+"/requested_reviewers", reviewers(names)); err != nil {
			return task.Result{}, fmt.Errorf("the pull request %s is open, and nobody was asked to review it: %w", value.Text(number), err)
		}
	}
	return result(answer, "issueUrl", "issue_url", "pullRequestUrl", "html_url"), nil
}

// reviewers returns a request for reviews.
func reviewers(names []string) value.Value {
	of := map[bool][]string{}
	for _, name := range names {
		team, isTeam := strings.CutPrefix(name, "team:")
		of[isTeam] = append(of[isTeam], team)
	}
	request := value.MapOf()
	for _, list := range []struct {
		name  string
		teams bool
	}{{"reviewers", false}, {"team_reviewers", true}} {
		if len(of[list.teams]) > 0 {
			request.Map().Set(list.name, value.Strings(of[list.teams]))
		}
	}
	return request
}
