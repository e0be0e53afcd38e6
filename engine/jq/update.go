package jq

import (
	"math"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Changing the parts of a value: the assignments, setpath, and the deletion of paths.

// updateCost is what changing a member costs, in steps, beside copying what has it.
const updateCost = 4

// changeTo makes the new value of a member.
type changeTo func(old value.Value) (value.Value, error)

// update returns v with what change makes of the value at the end of a path; where there is nothing on the way, it is
// made.
func (r *run) update(v value.Value, path []value.Value, change changeTo) (value.Value, error) {
	if len(path) == 0 {
		return change(v)
	}
	if len(path) > meter.MaxNesting {
		return value.Null, meter.NewFault(meter.ClassLimit, -1, "jq path has more than %d steps", meter.MaxNesting)
	}
	if err := r.m.Charge(updateCost); err != nil {
		return value.Null, err
	}
	inner := func(old value.Value) (value.Value, error) { return r.update(old, path[1:], change) }
	switch key := path[0]; {
	case key.Kind() == value.KindMap:
		return r.splice(v, key.Map(), inner)
	case key.Kind() == value.KindString && (v.IsNull() || v.Kind() == value.KindMap):
		return r.set(v, key.Str(), inner)
	case key.IsNumber() && (v.IsNull() || v.Kind() == value.KindList):
		return r.place(v, key, inner)
	case key.Kind() == value.KindList:
		return value.Null, fail("Cannot update field at array index of array")
	default:
		_, err := at(r, datum{v: v}, key)
		return value.Null, err
	}
}

// set returns a map with another member.
func (r *run) set(v value.Value, key string, change changeTo) (value.Value, error) {
	m := v.Map() // of null: nil, which is an empty one
	old, _ := m.Get(key)
	member, err := change(old)
	if err != nil {
		return value.Null, err
	}
	if err := r.object(m.Len() + 1); err != nil {
		return value.Null, err
	}
	out := copyMap(m, 1)
	out.Set(key, member)
	return value.FromMap(out), nil
}

// copyMap returns a copy of a map, with room for more members.
func copyMap(m *value.Map, more int) *value.Map {
	out := value.NewMap(m.Len() + more)
	for k, member := range m.All() {
		out.Set(k, member)
	}
	return out
}

// place returns a list with another item at an index, with nulls up to there. A fraction of the index is cut off.
func (r *run) place(v, key value.Value, change changeTo) (value.Value, error) {
	items := v.List().Slice()
	f, _ := key.AsFloat()
	if f = math.Trunc(f); math.IsNaN(f) {
		f = 0
	}
	if f < 0 {
		if f += float64(len(items)); f < 0 {
			return value.Null, fail("Out of bounds negative array index")
		}
	}
	if f >= float64(r.m.MaxItems()) {
		return value.Null, r.m.TooManyItems()
	}
	at, old := int(f), value.Null
	if at < len(items) {
		old = items[at]
	}
	item, err := change(old)
	if err != nil {
		return value.Null, err
	}
	n := max(len(items), at+1)
	if err := r.list(n); err != nil {
		return value.Null, err
	}
	out := make([]value.Value, n)
	copy(out, items)
	out[at] = item
	return value.ListOf(out...), nil
}

// splice returns a list with other items in place of a slice.
func (r *run) splice(v value.Value, key *value.Map, change changeTo) (value.Value, error) {
	if v.Kind() == value.KindString {
		return value.Null, fail("Cannot update field at object index of string")
	}
	old, err := at(r, datum{v: v}, value.FromMap(key))
	if err != nil {
		return value.Null, err
	}
	with, err := change(old.v)
	if err != nil {
		return value.Null, err
	}
	if with.Kind() != value.KindList {
		return value.Null, fail("A slice of an array can only be assigned another array")
	}
	start, end, err := bounds(v, key)
	if err != nil {
		return value.Null, err
	}
	items := v.List().Slice()
	from, to := clampBounds(start, end, len(items))
	if err := r.list(len(items) + with.List().Len()); err != nil {
		return value.Null, err
	}
	return value.ListOf(slices.Concat(items[:from], with.List().Slice(), items[to:])...), nil
}

// assign is `paths = values`.
func assign(left, right filter) filter {
	return func(r *run, env *bindings, in datum, emit emit) error {
		return right(r, env, datum{v: in.v}, func(it datum) error {
			return r.change(left, env, in.v, func(value.Value) (value.Value, error) { return it.v, nil }, emit)
		})
	}
}

// modify is `paths |= f`: the first output of f.
func modify(left, right filter) filter {
	return func(r *run, env *bindings, in datum, emit emit) error {
		return r.change(left, env, in.v, func(old value.Value) (value.Value, error) {
			outputs, err := r.outputs(right, env, datum{v: old})
			switch {
			case err != nil:
				return value.Null, err
			case len(outputs) == 0:
				return value.Null, fail("`|= empty` is undefined. See https://github.com/stedolan/jq/issues/897")
			default:
				return outputs[0].v, nil
			}
		}, emit)
	}
}

// update is `paths += values` and the like.
func update(left, right filter, operator operator) filter {
	return func(r *run, env *bindings, in datum, emit emit) error {
		return right(r, env, datum{v: in.v}, func(it datum) error {
			return r.change(left, env, in.v, func(old value.Value) (value.Value, error) { return operator(r, old, it.v) }, emit)
		})
	}
}
