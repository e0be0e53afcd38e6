package flowable

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

func subflowSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.flow.Subflow",
		Aliases: []string{"io.kestra.core.tasks.flows.Subflow", "io.kestra.core.tasks.flows.Flow"},
		Summary: "Start an execution of another flow, and wait for its end.",
		Properties: append(callProperties(),
			flow.Property{Name: "outputs", Type: flow.Map, Dynamic: true, Summary: "Has no effect any more: the task has the outputs that the flow declares."},
		),
		Outputs: []flow.TaskOutput{
			{Name: "executionId", Type: flow.TypeString, Summary: "Id of the execution."},
			{Name: "state", Type: flow.TypeString, Summary: "What it ended with; CREATED when nobody waits for it."},
			{Name: "outputs", Type: flow.TypeJSON, Summary: "The outputs that its flow declares, if it has some."},
		},
		Example: `id: notify
type: io.kestra.plugin.core.flow.Subflow
namespace: company.team
flowId: notification
inputs:
  text: "{{ trigger.body.message }}"
`,
		Shape: flow.ShapeChild,
		Branches: func(c *flow.Component) flow.Branches {
			return flow.Branches{Transmit: !c.Has("transmitFailed") || c.Bool("transmitFailed")}
		},
		Compile: func(c *flow.Component) (any, error) {
			s, err := compileCall(c)
			if c.Has("outputs") {
				warning := c.Errorf("outputs", "has no effect: the task has the outputs that the flow declares")
				warning.Severity = flow.SeverityWarning
				err = errors.Join(err, warning)
			}
			return &subflow{s}, err
		},
		Check: checkCall,
	}
}

// subflow is a task of shape Child.
type subflow struct{ *call }

// Anew reports whether another execution is started when the one around it is restarted, and the first one does not go on.
func (s *subflow) Anew() bool { return s.anew }

// Call implements [task.Child].
func (s *subflow) Call(_ context.Context, c *task.Context) (task.Call, error) { return s.render(c) }
