package scope

import (
	"sync"
	"unsafe"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// What the state keeps in another form than expressions see it is turned into that once, by whoever reads it first, however
// often it is read and however many see it.

// decoded is a text of the state as a value.
type decoded struct {
	text  execution.Datum
	once  sync.Once
	value value.Value
}

// get returns the value; null when there is no text.
func (d *decoded) get() value.Value {
	d.once.Do(func() {
		if d.value.IsNull() {
			d.value = decodeDatum(d.text)
		}
	})
	return d.value
}

// nested is labels as the variable `labels` has them.
type nested struct {
	labels []flow.Label
	once   sync.Once
	value  value.Value
}

func (n *nested) get() value.Value {
	n.once.Do(func() { n.value = value.FromMap(flow.NestLabels(n.labels)) })
	return n.value
}

// same reports whether two slices are one, none of whose items changes.
func same[T any](a, b []T) bool {
	return len(a) == len(b) && unsafe.SliceData(a) == unsafe.SliceData(b)
}
