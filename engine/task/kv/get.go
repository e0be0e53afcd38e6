package kv

import (
	"context"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func getSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.kv.Get",
		Aliases: []string{"io.kestra.core.tasks.kv.Get"},
		Summary: "Read a value of the key-value store, as the function `kv` does in expressions.",
		Pure:    true,
		Properties: []flow.Property{
			keyProperty, namespaceProperty,
			{Name: "errorOnMissing", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "Whether the task fails if there is no value. A value of a namespace above the flow's counts unless `namespace` says another."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "value", Type: flow.TypeJSON, Summary: "The value, with its type; a duration in seconds. Without a value there is no output."},
		},
		Example: `id: last_order
type: io.kestra.plugin.core.kv.Get
key: last_order
errorOnMissing: true
`,
		Compile: func(c *flow.Component) (any, error) {
			return &get{newPlace(c), task.NewOnOff(c, "errorOnMissing", false)}, nil
		},
	}
}

// get is io.kestra.plugin.core.kv.Get.
type get struct {
	place          place
	errorOnMissing task.OnOff
}

func (g *get) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	required, err := g.errorOnMissing.Render(c)
	if err != nil {
		return task.Result{}, err
	}
	pair, found, namespace, key, err := g.place.find(ctx, c)
	switch {
	case err != nil:
		return task.Result{}, err
	case !found && required:
		return task.Result{}, missing(namespace, key)
	}
	v := pair.Value
	if d, ok := v.Opaque().(value.Duration); ok {
		v = value.Float(time.Duration(d).Seconds())
	}
	if v.IsNull() {
		return task.Result{}, nil
	}
	return task.Result{Outputs: value.MapOf("value", v)}, nil
}
