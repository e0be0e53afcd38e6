package kv

import (
	"context"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func getKeysSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.kv.GetKeys",
		Aliases: []string{"io.kestra.core.tasks.kv.GetKeys"},
		Summary: "List the keys of a namespace.",
		Pure:    true,
		Properties: []flow.Property{
			{Name: "prefix", Type: flow.String, Dynamic: true, Summary: "What the keys begin with; without it, all keys."},
			namespaceProperty,
		},
		Outputs: []flow.TaskOutput{
			{Name: "keys", Type: flow.TypeArray, Summary: "The keys in their order, without those of the namespaces above."},
		},
		Example: `id: open_orders
type: io.kestra.plugin.core.kv.GetKeys
prefix: order_
`,
		Compile: func(c *flow.Component) (any, error) {
			return &getKeys{newPlace(c), c.Template("prefix")}, nil
		},
	}
}

// getKeys is io.kestra.plugin.core.kv.GetKeys.
type getKeys struct {
	place  place
	prefix *pebble.Template // may be nil
}

func (g *getKeys) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	namespace, _, err := g.place.render(c)
	if err != nil {
		return task.Result{}, err
	}
	prefix := ""
	if g.prefix != nil {
		if prefix, err = g.prefix.Render(c.Pebble); err != nil {
			return task.Result{}, err
		}
	}
	pairs, err := c.Pairs.List(ctx, c.Origin, namespace, c.Pebble.Now)
	if err != nil {
		return task.Result{}, err
	}
	keys := make([]string, 0, len(pairs))
	for i := range pairs {
		if strings.HasPrefix(pairs[i].Key, prefix) {
			keys = append(keys, pairs[i].Key)
		}
	}
	return task.Result{Outputs: value.MapOf("keys", value.Strings(keys))}, nil
}
