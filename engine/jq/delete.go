package jq

import (
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// deleted stands for a value that was deleted, until all paths are: so that the indexes of the others stay what they are.
type deleted struct{}

func isDeleted(v value.Value) bool {
	_, ok := v.Opaque().(deleted)
	return ok
}

// removeAll deletes paths, the later ones first.
func (r *run) removeAll(v value.Value, paths []value.Value) (value.Value, error) {
	for _, path := range paths {
		if path.Kind() != value.KindList {
			return value.Null, fail("Path must be specified as array, not %s", typeName(path))
		}
		if _, err := steps(path); err != nil {
			return value.Null, err
		}
	}
	order, err := r.order(paths)
	if err != nil {
		return value.Null, err
	}
	gone := value.Opaque(deleted{})
	for _, at := range slices.Backward(order) {
		steps := paths[at].List().Slice()
		if len(steps) == 0 {
			v = gone
			continue
		}
		if v, err = r.remove(v, steps, gone); err != nil {
			return value.Null, err
		}
	}
	if len(paths) == 0 {
		return v, nil
	}
	if isDeleted(v) {
		return value.Null, nil
	}
	return r.sweep(v)
}

// remove returns v with gone in place of what stands at the end of a path.
func (r *run) remove(v value.Value, path []value.Value, gone value.Value) (value.Value, error) {
	if v.IsNull() && path[0].Kind() != value.KindMap || isDeleted(v) {
		return v, nil
	}
	if len(path) > meter.MaxNesting {
		return value.Null, meter.NewFault(meter.ClassLimit, -1, "jq path has more than %d steps", meter.MaxNesting)
	}
	change := func(old value.Value) (value.Value, error) {
		switch {
		case len(path) > 1:
			return r.remove(old, path[1:], gone)
		case path[0].Kind() != value.KindMap || old.Kind() != value.KindList:
			return gone, nil
		}
		if err := r.list(old.List().Len()); err != nil {
			return value.Null, err
		}
		items := make([]value.Value, old.List().Len())
		for i := range items {
			items[i] = gone
		}
		return value.ListOf(items...), nil
	}
	switch key := path[0]; {
	case v.Kind() == value.KindMap && key.Kind() == value.KindString && !v.Map().Has(key.Str()):
		return v, nil
	case v.Kind() == value.KindList && key.IsNumber():
		if i, ok := position(integer(key), v.List().Len()); ok {
			return r.place(v, value.Int(int64(i)), change)
		}
		return v, nil
	default:
		return r.update(v, path[:1], change)
	}
}

// sweep returns v without what was deleted in it; parts in which nothing was stay what they are.
func (r *run) sweep(v value.Value) (value.Value, error) {
	switch v.Kind() {
	case value.KindList:
		return r.sweepList(v)
	case value.KindMap:
		return r.sweepMap(v)
	default:
		return v, nil
	}
}

func (r *run) sweepList(v value.Value) (value.Value, error) {
	if err := r.m.Charge(1 + v.List().Len()/copiedPerStep); err != nil {
		return value.Null, err
	}
	var out []value.Value
	copied := false
	for i, item := range v.List().Slice() {
		kept, err := r.sweep(item)
		if err != nil {
			return value.Null, err
		}
		if !copied && (isDeleted(item) || !same(kept, item)) {
			if err := r.list(v.List().Len()); err != nil {
				return value.Null, err
			}
			out, copied = append(make([]value.Value, 0, v.List().Len()), v.List().Slice()[:i]...), true
		}
		if copied && !isDeleted(item) {
			out = append(out, kept)
		}
	}
	if !copied {
		return v, nil
	}
	return value.ListOf(out...), nil
}

func (r *run) sweepMap(v value.Value) (value.Value, error) {
	m := v.Map()
	if err := r.m.Charge(1 + m.Len()/copiedPerStep); err != nil {
		return value.Null, err
	}
	kept, changed := make([]value.Value, 0, 8), false
	if err := r.m.Allocate(m.Len() * meter.ItemBytes); err != nil {
		return value.Null, err
	}
	for _, member := range m.All() {
		with, err := r.sweep(member)
		if err != nil {
			return value.Null, err
		}
		kept, changed = append(kept, with), changed || isDeleted(member) || !same(with, member)
	}
	if !changed {
		return v, nil
	}
	if err := r.object(m.Len()); err != nil {
		return value.Null, err
	}
	out := value.NewMap(m.Len())
	for i, member := range kept {
		if !isDeleted(member) {
			out.Set(m.Key(i), member)
		}
	}
	return value.FromMap(out), nil
}

// same reports whether a list or map is the very same one; anything else is what it was.
func same(a, b value.Value) bool { return a.List() == b.List() && a.Map() == b.Map() }
