package flowable

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func ifSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.flow.If",
		Aliases: []string{"io.kestra.core.tasks.flows.If"},
		Summary: "Run tasks if a condition holds, and others if it does not.",
		Properties: withEnds(
			flow.Property{Name: "condition", Type: flow.String, Dynamic: true, Condition: true, Summary: "It holds unless it renders to `false`, `0`, `-0` or blank text."},
			flow.Property{Name: "then", Type: flow.Tasks, Required: true, Summary: "Tasks to run, one after the other, if it holds."},
			flow.Property{Name: "else", Type: flow.Tasks, Summary: "Tasks to run, one after the other, if it does not."},
		),
		Outputs: []flow.TaskOutput{
			{Name: "evaluationResult", Type: flow.TypeBoolean, Summary: "Whether the condition held."},
		},
		Example: `id: large
type: io.kestra.plugin.core.flow.If
condition: "{{ trigger.body.amount > 1000 }}"
then:
  - id: warn
    type: io.kestra.plugin.core.log.Log
    message: "{{ trigger.body.amount }} is a lot"
    level: WARN
else:
  - id: note
    type: io.kestra.plugin.core.log.Log
    message: As usual
`,
		Shape:    flow.ShapeChoice,
		Branches: func(c *flow.Component) flow.Branches { return branches(c, c.Children("then"), c.Children("else")) },
		Compile: func(c *flow.Component) (any, error) {
			return &either{condition: c.Template("condition")}, nil
		},
	}
}

// either is io.kestra.plugin.core.flow.If. It decides once: what happens inside does not change its output.
type either struct {
	condition *pebble.Template // nil: it does not hold
}

func (e *either) Choose(_ context.Context, c *task.Context) (task.Decision, error) {
	holds := false
	if e.condition != nil {
		text, err := e.condition.Render(c.Pebble)
		if err != nil {
			return task.Decision{}, err
		}
		holds = pebble.Truthy(text)
	}
	d := task.Decision{Outputs: value.MapOf("evaluationResult", value.Bool(holds))}
	if !holds {
		d.Case = 1
	}
	return d, nil
}
