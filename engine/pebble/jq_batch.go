package pebble

import (
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// jqBatch is new values at paths of which none leads through another: they are set at once, so that changing every item of a
// list copies the list once, and not for every item.
type jqBatch struct {
	set      bool        // the path ends here
	v        value.Value // what is set
	lists    bool        // the keys are numbers
	order    []jqBatchKey
	children map[jqBatchKey]*jqBatch
}

// jqBatchKey is a step of a path: a string, or an index that is not negative.
type jqBatchKey struct {
	name  string
	index int64
}

// batchBytes is what a step of a batch takes in memory, with its place in the tables.
const batchBytes = 192

// jqBatchSteps returns the steps of a path that a batch can take.
func jqBatchSteps(path []value.Value) ([]jqBatchKey, bool) {
	if len(path) > meter.MaxNesting {
		return nil, false
	}
	keys := make([]jqBatchKey, len(path))
	for i, step := range path {
		switch {
		case step.Kind() == value.KindString:
			keys[i] = jqBatchKey{name: step.Str(), index: -1}
		case step.Kind() == value.KindInt && step.Int() >= 0:
			keys[i] = jqBatchKey{index: step.Int()}
		default:
			return nil, false
		}
	}
	return keys, len(path) > 0
}

// fits reports whether a path neither leads through one that is set, nor is led through, nor wants a map of what others
// want a list of.
func (b *jqBatch) fits(path []jqBatchKey) bool {
	for i, key := range path {
		if b.set || len(b.order) > 0 && b.lists != (key.index >= 0) {
			return false
		}
		next := b.children[key]
		if next == nil {
			return true
		}
		if i == len(path)-1 {
			return false
		}
		b = next
	}
	return false
}

// add sets a value at a path that fits.
func (b *jqBatch) add(path []jqBatchKey, v value.Value) {
	for _, key := range path {
		next := b.children[key]
		if next == nil {
			if b.children == nil {
				b.children = make(map[jqBatchKey]*jqBatch)
			}
			next = new(jqBatch)
			b.children[key], b.order, b.lists = next, append(b.order, key), key.index >= 0
		}
		b = next
	}
	b.set, b.v = true, v
}

// apply returns v with what the batch sets.
func (r *jqRun) apply(b *jqBatch, v value.Value) (value.Value, error) {
	switch {
	case b.set:
		return b.v, nil
	case len(b.order) == 0:
		return v, nil
	case b.lists:
		return r.applyToList(b, v)
	}
	if err := r.object(v.Map().Len() + len(b.order)); err != nil {
		return value.Null, err
	}
	out := jqCopy(v.Map(), len(b.order))
	for _, key := range b.order {
		old, _ := out.Get(key.name)
		member, err := r.apply(b.children[key], old)
		if err != nil {
			return value.Null, err
		}
		out.Set(key.name, member)
	}
	return value.FromMap(out), nil
}

func (r *jqRun) applyToList(b *jqBatch, v value.Value) (value.Value, error) {
	n := int64(v.List().Len())
	for _, key := range b.order {
		n = max(n, key.index+1)
	}
	if n > int64(r.st.MaxItems()) {
		return value.Null, r.st.TooManyItems()
	}
	if err := r.list(int(n)); err != nil {
		return value.Null, err
	}
	out := make([]value.Value, n)
	copy(out, v.List().Slice())
	for _, key := range b.order {
		item, err := r.apply(b.children[key], out[key.index])
		if err != nil {
			return value.Null, err
		}
		out[key.index] = item
	}
	return value.ListOf(out...), nil
}

// change emits v with the value at every path that left selects changed.
func (r *jqRun) change(left jqNode, env *jqEnv, v value.Value, change jqChangeTo, emit jqEmit) error {
	out, batch := v, &jqBatch{}
	err := r.paths(left, env, v, func(path value.Value) (err error) {
		steps := path.List().Slice()
		keys, ok := jqBatchSteps(steps)
		if !ok || !batch.fits(keys) {
			if out, err = r.apply(batch, out); err != nil {
				return err
			}
			batch = &jqBatch{}
		}
		if !ok {
			out, err = r.update(out, steps, change)
			return err
		}
		if err := r.st.Charge(updateCost * len(keys)); err != nil {
			return err
		}
		if err := r.st.Allocate(batchBytes * len(keys)); err != nil {
			return err
		}
		old, err := r.get(out, steps)
		if err != nil {
			return err
		}
		with, err := change(old)
		if err == nil {
			batch.add(keys, with)
		}
		return err
	})
	if err == nil {
		out, err = r.apply(batch, out)
	}
	if err != nil {
		return err
	}
	return emit(jqItem{v: out})
}
