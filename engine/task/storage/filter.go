package storage

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// What FilterItems does with an item.
const (
	include = "INCLUDE"
	exclude = "EXCLUDE"
	fail    = "FAIL"
)

func filterSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.storage.FilterItems",
		Aliases: []string{"io.kestra.core.tasks.storages.FilterItems"},
		Summary: "Keep the items of a file for which a condition holds, or the others. An item is a line with a map, in Ion or JSON.",
		Properties: []flow.Property{
			{Name: "from", Type: flow.String, Required: true, Dynamic: true, Summary: "The URI of the file."},
			{Name: "filterCondition", Type: flow.String, Required: true, Dynamic: true, OpenNames: true, Condition: true, Summary: "The condition, which sees the members of an item as variables. It holds unless it renders to `false`, `0`, `-0` or blank text."},
			{Name: "filterType", Type: flow.String, Default: include, Values: []string{include, exclude}, Summary: "`INCLUDE` keeps the items for which it holds, `EXCLUDE` the others."},
			{Name: "errorOrNullBehavior", Type: flow.String, Default: fail, Values: []string{fail, include, exclude}, Summary: "What becomes of an item for which the condition cannot be evaluated; with `FAIL` the task fails."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "uri", Type: flow.TypeURI, Summary: "The URI of the file with the items that are kept."},
			{Name: "processedItemsTotal", Type: flow.TypeInt, Summary: "How many items were read."},
			{Name: "droppedItemsTotal", Type: flow.TypeInt, Summary: "How many items were left out."},
		},
		Example: `id: large
type: io.kestra.plugin.core.storage.FilterItems
from: "{{ trigger.body.file }}"
filterCondition: "{{ amount > 1000 }}"
errorOrNullBehavior: EXCLUDE
`,
		Compile: func(c *flow.Component) (any, error) {
			return &filter{
				from: c.Template("from"), condition: c.Template("filterCondition"),
				invert: c.Text("filterType") == exclude, onError: c.Text("errorOrNullBehavior"),
			}, nil
		},
	}
}

// filter is io.kestra.plugin.core.storage.FilterItems.
type filter struct {
	from, condition *pebble.Template
	invert          bool   // filterType EXCLUDE
	onError         string // empty: fail
}

func (f *filter) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	from, err := f.from.Render(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	uri, read, dropped, err := keepItems(ctx, c, from, func(item *value.Map) (bool, error) { return f.keeps(c, item) })
	return task.Result{Outputs: value.MapOf(
		"uri", value.String(uri), "processedItemsTotal", value.Int(read), "droppedItemsTotal", value.Int(dropped),
	)}, err
}

// keeps reports whether an item is kept.
func (f *filter) keeps(c *task.Context, item *value.Map) (bool, error) {
	text, err := renderItem(f.condition, c, item)
	switch {
	case err == nil:
		return pebble.Truthy(text) != f.invert, nil
	case f.onError == include:
		return true, nil
	case f.onError == exclude:
		return false, nil
	default:
		return false, err
	}
}
