package upkeep

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func resumeSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.execution.Resume",
		Aliases: []string{"io.kestra.core.tasks.executions.Resume"},
		Summary: "Let an execution go on that is paused.",
		Properties: append([]flow.Property{
			{Name: "inputs", Type: flow.Map, Dynamic: true, JSONText: true, Summary: "The values of the inputs that its Pause asks for by `onResume`."},
		}, executionProperties...),
		Example: `id: approve
type: io.kestra.plugin.core.execution.Resume
executionId: "{{ trigger.body.execution }}"
namespace: company.team
flowId: approval
inputs:
  reason: "{{ trigger.body.reason }}"
`,
		Compile: func(c *flow.Component) (any, error) {
			of, err := newTarget(c)
			return &resume{of, c.Structure("inputs")}, err
		},
	}
}

// resume is io.kestra.plugin.core.execution.Resume.
type resume struct {
	target target
	inputs *pebble.Structure // may be nil
}

func (r *resume) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	id, err := r.target.render(ctx, c)
	if err != nil {
		return task.Result{}, err
	}
	inputs := value.NewMap(0)
	if r.inputs != nil {
		v, err := r.inputs.RenderJSON(c.Pebble)
		if err != nil {
			return task.Result{}, err
		}
		if v.Kind() != value.KindMap {
			return task.Result{}, errors.New("inputs must be a map, or JSON text of one")
		}
		inputs = v.Map()
	}
	return task.Result{}, c.Executions.Resume(ctx, id, inputs)
}
