package debug

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func returnSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.debug.Return",
		Aliases: []string{"io.kestra.core.tasks.debugs.Return"},
		Summary: "Return a text as the output value, and log it at debug level.",
		Pure:    true,
		Properties: []flow.Property{
			{Name: "format", Type: flow.String, Dynamic: true, Summary: "The text; without it there is no output."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "value", Type: flow.TypeString, Summary: "The text, rendered; absent without `format`."},
		},
		Example: `id: greeting
type: io.kestra.plugin.core.debug.Return
format: "Hello {{ trigger.body.name }}!"
`,
		Compile: func(c *flow.Component) (any, error) {
			return &returns{format: c.Template("format")}, nil
		},
	}
}

// returns is io.kestra.plugin.core.debug.Return.
type returns struct {
	format *pebble.Template // may be nil
}

func (r *returns) Run(_ context.Context, c *task.Context) (task.Result, error) {
	if r.format == nil {
		return task.Result{}, nil
	}
	text, err := r.format.Render(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	c.Log.Log(task.Debug, text)
	outputs := value.NewMap(1)
	outputs.Set("value", value.String(text))
	return task.Result{Outputs: value.FromMap(outputs)}, nil
}
