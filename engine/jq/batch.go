package jq

import (
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// edits is new values at paths of which none leads through another: they are set at once, so that changing every item of a
// list copies the list once, and not for every item.
type edits struct {
	set      bool        // the path ends here
	v        value.Value // what is set
	lists    bool        // the keys are numbers
	order    []batchKey
	children map[batchKey]*edits
}

// batchKey is a step of a path: a string, or an index that is not negative.
type batchKey struct {
	name  string
	index int64
}

// batchBytes is what a step of a batch takes in memory, with its place in the tables.
const batchBytes = 192

// batchSteps returns the steps of a path that a batch can take.
func batchSteps(path []value.Value) ([]batchKey, bool) {
	if len(path) > meter.MaxNesting {
		return nil, false
	}
	keys := make([]batchKey, len(path))
	for i, step := range path {
		switch {
		case step.Kind() == value.KindString:
			keys[i] = batchKey{name: step.Str(), index: -1}
		case step.Kind() == value.KindInt && step.Int() >= 0:
			keys[i] = batchKey{index: step.Int()}
		default:
			return nil, false
		}
	}
	return keys, len(path) > 0
}

// fits reports whether a path neither leads through one that is set, nor is led through, nor wants a map of what others
// want a list of.
func (b *edits) fits(path []batchKey) bool {
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
func (b *edits) add(path []batchKey, v value.Value) {
	for _, key := range path {
		next := b.children[key]
		if next == nil {
			if b.children == nil {
				b.children = make(map[batchKey]*edits)
			}
			next = new(edits)
			b.children[key], b.order, b.lists = next, append(b.order, key), key.index >= 0
		}
		b = next
	}
	b.set, b.v = true, v
}

// apply returns v with what the batch sets.
func (r *run) apply(b *edits, v value.Value) (value.Value, error) {
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
	out := copyMap(v.Map(), len(b.order))
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

func (r *run) applyToList(b *edits, v value.Value) (value.Value, error) {
	n := int64(v.List().Len())
	for _, key := range b.order {
		n = max(n, key.index+1)
	}
	if n > int64(r.m.MaxItems()) {
		return value.Null, r.m.TooManyItems()
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
func (r *run) change(left filter, env *bindings, v value.Value, change changeTo, emit emit) error {
	out, batch := v, &edits{}
	err := r.paths(left, env, v, func(path value.Value) (err error) {
		steps := path.List().Slice()
		keys, ok := batchSteps(steps)
		if !ok || !batch.fits(keys) {
			if out, err = r.apply(batch, out); err != nil {
				return err
			}
			batch = &edits{}
		}
		if !ok {
			out, err = r.update(out, steps, change)
			return err
		}
		if err := r.m.Charge(updateCost * len(keys)); err != nil {
			return err
		}
		if err := r.m.Allocate(batchBytes * len(keys)); err != nil {
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
	return emit(datum{v: out})
}
