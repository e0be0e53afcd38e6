package upkeep

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

func toggleSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.trigger.Toggle",
		Aliases: []string{"io.kestra.core.tasks.trigger.Toggle"},
		Summary: "Switch a webhook trigger off, so that its requests are answered with 409, or on again. Its flow begins anew with it when its source changes.",
		Properties: []flow.Property{
			{Name: "trigger", Type: flow.String, Required: true, Dynamic: true, Summary: "The id of the trigger."},
			{Name: "namespace", Type: flow.String, Dynamic: true, Default: "{{ flow.namespace }}", Summary: "The namespace of its flow."},
			{Name: "flowId", Type: flow.String, Dynamic: true, Default: "{{ flow.id }}", Summary: "The id of its flow."},
			{Name: "enabled", Type: flow.Boolean, Default: "false", Summary: "Whether it is to be on. What is `disabled` in the flow file stays so."},
		},
		Example: `id: enough
type: io.kestra.plugin.core.trigger.Toggle
trigger: webhook
enabled: false
`,
		Compile: func(c *flow.Component) (any, error) {
			return &toggle{c.Template("trigger"), c.Template("namespace"), c.Template("flowId"), c.Bool("enabled")}, nil
		},
	}
}

// toggle is io.kestra.plugin.core.trigger.Toggle.
type toggle struct {
	trigger, namespace, flowID *pebble.Template // the last two may be nil
	on                         bool
}

func (t *toggle) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	trigger, err := t.trigger.Render(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	of := task.FlowName{Namespace: c.Origin.Namespace, ID: c.Origin.Flow}
	if t.namespace != nil {
		if of.Namespace, err = t.namespace.Render(c.Pebble); err != nil {
			return task.Result{}, err
		}
	}
	if t.flowID != nil {
		if of.ID, err = t.flowID.Render(c.Pebble); err != nil {
			return task.Result{}, err
		}
	}
	return task.Result{}, c.Executions.Toggle(ctx, of, trigger, t.on)
}
