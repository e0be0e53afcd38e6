package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/caddy-kestra/kestra-webhook/engine/ion"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/lines"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// itemLimits bound what reading one item can cost.
var itemLimits = meter.Limits{
	Steps: 1_000_000, OutputBytes: 16 << 20, RangeItems: 100_000, Depth: 1_000, Memory: 64 << 20,
}

// newMeter returns what reading one item may spend.
func newMeter(c *task.Context) *meter.Meter {
	m := new(meter.Meter)
	m.Reset(&itemLimits, c.Pebble.Memory)
	return m
}

// items calls each for every item of a file: a map in a line of its own, as Ion or JSON, which Ion includes.
func items(ctx context.Context, c *task.Context, uri string, each func(line []byte, item *value.Map) error) error {
	in, err := lines.Open(ctx, c, uri)
	if err != nil {
		return err
	}
	defer in.Close()
	for {
		line, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		rows, err := ion.Read(newMeter(c), string(line), false)
		if err == nil && (len(rows) != 1 || rows[0].Kind() != value.KindMap) {
			err = errors.New("the item is no map")
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", in.Number(), err)
		}
		if err := each(line, rows[0].Map()); err != nil {
			return fmt.Errorf("line %d: %w", in.Number(), err)
		}
	}
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
