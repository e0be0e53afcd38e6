package github

import (
	"context"
	"errors"
	"net/url"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func runWorkflowSpec(o Options) flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.github.actions.RunWorkflow",
		Summary: "Start a workflow of GitHub Actions that has the event workflow_dispatch.",
		Properties: properties(
			flow.Property{Name: "workflowId", Type: flow.String, Required: true, Dynamic: true, Summary: "The id of the workflow, or the name of its file."},
			flow.Property{Name: "ref", Type: flow.String, Required: true, Dynamic: true, Summary: "The branch or tag that it runs on."},
			flow.Property{Name: "inputs", Type: flow.Map, Dynamic: true, JSONText: true, Summary: "The inputs of the workflow."},
		),
		Example: `id: build
type: io.kestra.plugin.github.actions.RunWorkflow
repository: company/orders
oauthToken: "{{ secret('GITHUB_TOKEN') }}"
workflowId: build.yml
ref: main
inputs:
  order: "{{ trigger.body.id }}"
`,
		Compile: func(c *flow.Component) (any, error) {
			a, err := newAPI(c, o)
			return &runWorkflow{a, setting.Of(&c.Members, "workflowId"), setting.Of(&c.Members, "ref"), c.Structure("inputs")}, err
		},
	}
}

// runWorkflow is io.kestra.plugin.github.actions.RunWorkflow.
type runWorkflow struct {
	*api
	workflow, ref setting.Setting
	inputs        *pebble.Structure // may be nil
}

func (t *runWorkflow) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	workflow, err := t.workflow.Trimmed(c)
	if err != nil {
		return task.Result{}, err
	}
	if workflow == "" || workflow == "." || workflow == ".." {
		return task.Result{}, errors.New("workflowId must be the id of a workflow, or the name of its file")
	}
	event, err := texts(c, member{"ref", t.ref})
	if err != nil {
		return task.Result{}, err
	}
	inputs, err := setting.Map(c, "inputs", t.inputs)
	if err != nil {
		return task.Result{}, err
	}
	if inputs.Len() > 0 {
		event.Map().Set("inputs", value.FromMap(inputs))
	}
	_, err = t.post(ctx, c, "/actions/workflows/"+url.PathEscape(workflow)+"/dispatches", event)
	return task.Result{}, err
}
