package output

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Specs returns the specs of this package's tasks.
func Specs() []flow.Spec {
	return []flow.Spec{{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.output.OutputValues",
		Summary: "Return a map as the output values.",
		Pure:    true,
		Properties: []flow.Property{
			{Name: "values", Type: flow.Map, Dynamic: true, JSONText: true, Summary: "The map, or text that gives JSON of one. Inside of a map an expression gives text, whatever it evaluates to; literals keep their types."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "values", Type: flow.TypeJSON, Summary: "The map, rendered."},
		},
		Example: `id: answer
type: io.kestra.plugin.core.output.OutputValues
values:
  name: "{{ trigger.body.name }}"
  accepted: true
`,
		Compile: func(c *flow.Component) (any, error) {
			return &values{values: c.Structure("values")}, nil
		},
	}}
}

// values is io.kestra.plugin.core.output.OutputValues.
type values struct {
	values *pebble.Structure // may be nil
}

func (o *values) Run(_ context.Context, c *task.Context) (task.Result, error) {
	v := value.FromMap(value.NewMap(0))
	if o.values != nil {
		var err error
		if v, err = o.values.RenderJSON(c.Pebble); err != nil {
			return task.Result{}, err
		}
		if v.Kind() != value.KindMap {
			return task.Result{}, errors.New("values must be a map, or JSON text of one")
		}
	}
	outputs := value.NewMap(1)
	outputs.Set("values", v)
	return task.Result{Outputs: value.FromMap(outputs)}, nil
}
