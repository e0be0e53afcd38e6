package storage

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/lines"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// items calls each for every item of a file: a map in a line of its own.
func items(ctx context.Context, c *task.Context, uri string, each func(line []byte, item *value.Map) error) error {
	return lines.Values(ctx, c, uri, func(line []byte, v value.Value) error {
		if v.Kind() != value.KindMap {
			return errors.New("the item is no map")
		}
		return each(line, v.Map())
	})
}

// renderItem renders an expression that sees the members of an item beside, and before, the variables of the task.
func renderItem(t *pebble.Template, c *task.Context, item *value.Map) (string, error) {
	inner := *c.Pebble
	inner.Vars = value.DrawMap(itemVariables{item, c.Pebble.Vars})
	return t.Render(&inner)
}

// itemVariables are the variables of an expression about an item.
type itemVariables struct{ item, others *value.Map }

// Get implements [value.Source].
func (v itemVariables) Get(name string) (value.Value, bool) {
	if v.item.Has(name) {
		return v.item.Get(name)
	}
	return v.others.Get(name)
}

// Has implements [value.Source].
func (v itemVariables) Has(name string) bool { return v.item.Has(name) || v.others.Has(name) }

// Map implements [value.Source].
func (v itemVariables) Map() *value.Map {
	m := value.NewMap(v.others.Len() + v.item.Len())
	for name, member := range v.others.All() {
		m.Set(name, member)
	}
	for name, member := range v.item.All() {
		m.Set(name, member)
	}
	return m
}
