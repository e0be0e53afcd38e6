package storage

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// keyBytes is about what a key takes in memory beside its text.
const keyBytes = 64

func deduplicateSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.storage.DeduplicateItems",
		Aliases: []string{"io.kestra.core.tasks.storages.DeduplicateItems"},
		Summary: "Keep of the items of a file that have the same key the last one. An item is a line with a map, in Ion or JSON.",
		Properties: []flow.Property{
			{Name: "from", Type: flow.String, Required: true, Dynamic: true, Summary: "The URI of the file."},
			{Name: "expr", Type: flow.String, Required: true, Dynamic: true, OpenNames: true, Summary: "What gives the key of an item, whose members it sees as variables."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "uri", Type: flow.TypeURI, Summary: "The URI of the file with the items that are kept."},
			{Name: "numKeys", Type: flow.TypeInt, Summary: "How many keys there are."},
			{Name: "processedItemsTotal", Type: flow.TypeInt, Summary: "How many items were read."},
			{Name: "droppedItemsTotal", Type: flow.TypeInt, Summary: "How many items were left out."},
		},
		Example: `id: latest
type: io.kestra.plugin.core.storage.DeduplicateItems
from: "{{ trigger.body.file }}"
expr: "{{ customer.id }}"
`,
		Compile: func(c *flow.Component) (any, error) {
			return &deduplicate{from: c.Template("from"), key: c.Template("expr")}, nil
		},
	}
}

// deduplicate is io.kestra.plugin.core.storage.DeduplicateItems.
type deduplicate struct {
	from, key *pebble.Template
}

func (d *deduplicate) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	from, err := d.from.Render(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	last := map[string]int64{} // the number of the last item with a key
	var n int64
	err = items(ctx, c, from, func(_ []byte, item *value.Map) error {
		key, err := renderItem(d.key, c, item)
		if err != nil {
			return err
		}
		if _, known := last[key]; !known && c.Pebble.Memory != nil {
			if err := c.Pebble.Memory.Take(int64(len(key) + keyBytes)); err != nil {
				return err
			}
		}
		last[key] = n
		n++
		return nil
	})
	if err != nil {
		return task.Result{}, err
	}
	n = 0
	uri, read, dropped, err := keepItems(ctx, c, from, func(item *value.Map) (bool, error) {
		key, err := renderItem(d.key, c, item)
		n++
		return last[key] == n-1, err
	})
	return task.Result{Outputs: value.MapOf(
		"uri", value.String(uri), "numKeys", value.Int(int64(len(last))),
		"processedItemsTotal", value.Int(read), "droppedItemsTotal", value.Int(dropped),
	)}, err
}
