package kv

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func deleteSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.kv.Delete",
		Aliases: []string{"io.kestra.core.tasks.kv.Delete"},
		Summary: "Delete a pair of the key-value store, by the commit that ends the task.",
		Pure:    true,
		Properties: []flow.Property{
			keyProperty, namespaceProperty,
			{Name: "errorOnMissing", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "Whether the task fails if there is no value."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "deleted", Type: flow.TypeBoolean, Summary: "Whether there was a value. Those of the namespaces above do not count, and stay."},
		},
		Example: `id: forget
type: io.kestra.plugin.core.kv.Delete
key: "order_{{ trigger.body.id }}"
`,
		Compile: func(c *flow.Component) (any, error) {
			return &deletion{newPlace(c), task.NewOnOff(c, "errorOnMissing", false)}, nil
		},
	}
}

// deletion is io.kestra.plugin.core.kv.Delete.
type deletion struct {
	place          place
	errorOnMissing task.OnOff
}

func (d *deletion) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	required, err := d.errorOnMissing.Render(c)
	if err != nil {
		return task.Result{}, err
	}
	pair, found, namespace, key, err := d.place.find(ctx, c)
	found = found && pair.Namespace == namespace
	switch {
	case err != nil:
		return task.Result{}, err
	case !found && required:
		return task.Result{}, missing(namespace, key)
	}
	result := task.Result{Outputs: value.MapOf("deleted", value.Bool(found))}
	if found {
		result.Pairs = []task.Pair{{Namespace: namespace, Key: key, Delete: true}}
	}
	return result, nil
}
