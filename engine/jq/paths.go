package jq

import (
	"math"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Reading the parts of a value: .a, .[1], .[2:4], .[[1]] and paths. A key of a path is a string, a number, for a slice the
// map {"start": 2, "end": 4}, or the array of which the places are sought.

// steps returns the steps of a path that a program made.
func steps(path value.Value) ([]value.Value, error) {
	if path.Kind() != value.KindList {
		return nil, fail("Path must be specified as an array")
	}
	for _, step := range path.List().Slice() {
		if step.Kind() != value.KindMap {
			continue
		}
		for _, name := range []string{"start", "end"} {
			if bound, _ := step.Map().Get(name); !bound.IsNull() && !bound.IsNumber() {
				return nil, fail("Start and end indices of an array slice must be numbers")
			}
		}
	}
	return path.List().Slice(), nil
}

// at returns the member of an item, null where there is none.
func at(r *run, it datum, key value.Value) (datum, error) {
	out := datum{path: it.path.extend(key)}
	kind := it.v.Kind()
	switch {
	case kind == value.KindNull && (key.Kind() == value.KindString || key.IsNumber()):
		return out, nil
	case kind == value.KindMap && key.Kind() == value.KindString:
		out.v, _ = it.v.Map().Get(key.Str())
		return out, nil
	case kind == value.KindList && key.IsNumber():
		if i, ok := position(key, it.v.List().Len()); ok {
			out.v = it.v.List().At(i)
		}
		return out, nil
	case kind == value.KindList && key.Kind() == value.KindList:
		var err error
		out.v, err = r.indices(it.v, key)
		return out, err
	case key.Kind() == value.KindMap:
		return r.slice(it.v, key.Map(), out)
	case key.Kind() == value.KindString:
		return out, fail("Cannot index %s with string%s", typeName(it.v), onlyCaught(` "`+key.Str()+`"`))
	default:
		return out, fail("Cannot index %s with %s", typeName(it.v), typeName(key))
	}
}

// slice gives out, the item at the end of a path, its value.
func (r *run) slice(v value.Value, key *value.Map, out datum) (datum, error) {
	from, to, err := bounds(v, key)
	if err != nil {
		return out, err
	}
	switch v.Kind() {
	case value.KindNull:
		return out, nil
	case value.KindList:
		from, to := clampBounds(from, to, v.List().Len())
		if err := r.m.Charge((to - from) / meter.SlicedPerStep); err != nil {
			return out, err
		}
		err := r.m.Allocate(meter.ListBytes)
		out.v = v.List().Sub(from, to)
		return out, err
	case value.KindString:
		text := v.Str()
		if err := r.m.Charge(len(text) / meter.TextPerCount); err != nil {
			return out, err
		}
		from, to := clampBounds(from, to, utf8.RuneCountInString(text))
		out.v = value.String(cut(text, from, to))
		return out, nil
	default:
		return out, fail("Cannot index %s with object", typeName(v))
	}
}

// position returns the index in a list of n items that a number says; a negative one counts from the end, and one with
// a fraction is none.
func position(key value.Value, n int) (int, bool) {
	f, _ := key.AsFloat()
	if f < 0 {
		f += float64(n)
	}
	if f >= 0 && f < float64(n) && f == math.Trunc(f) {
		return int(f), true
	}
	return 0, false
}

// bounds returns the bounds of a slice of v, which are numbers or null.
func bounds(v value.Value, key *value.Map) (from, to value.Value, err error) {
	from, _ = key.Get("start")
	to, _ = key.Get("end")
	for _, bound := range []value.Value{from, to} {
		if !bound.IsNull() && !bound.IsNumber() {
			return from, to, fail("Start and end indices of an %s slice must be numbers", typeName(v))
		}
	}
	return from, to, nil
}

// clampBounds returns what the bounds of a slice are for n items: one that is negative counts from the end, and what is not a
// number counts as 0.
func clampBounds(start, end value.Value, n int) (from, to int) {
	bound := func(v value.Value, otherwise int) float64 {
		if v.IsNull() {
			return float64(otherwise)
		}
		f, _ := v.AsFloat()
		if f < 0 {
			f += float64(n)
		}
		if math.IsNaN(f) { // neither below nor above anything, so min and max would keep it
			return 0
		}
		return max(0, min(f, float64(n)))
	}
	from, to = int(bound(start, 0)), int(math.Ceil(bound(end, n)))
	return from, max(from, to)
}

// cut returns a part of a text, in characters.
func cut(text string, from, to int) string {
	if value.IsASCII(text) {
		return text[from:to]
	}
	start, end, n := len(text), len(text), 0
	for i := range text {
		if n == from {
			start = i
		}
		if n == to {
			end = i
			break
		}
		n++
	}
	return text[min(start, end):end]
}

// each emits every item of a list or member of a map.
func each(r *run, it datum, optional bool, emit emit) error {
	switch it.v.Kind() {
	case value.KindList:
		for i, item := range it.v.List().Slice() {
			if err := r.m.Charge(1); err != nil {
				return err
			}
			out := datum{v: item}
			if it.path != nil {
				out.path = it.path.extend(value.Int(int64(i)))
			}
			if err := emit(out); err != nil {
				return err
			}
		}
	case value.KindMap:
		for i := range it.v.Map().Len() {
			if err := r.m.Charge(1); err != nil {
				return err
			}
			out := datum{v: it.v.Map().At(i)}
			if it.path != nil {
				out.path = it.path.extend(value.String(it.v.Map().Key(i)))
			}
			if err := emit(out); err != nil {
				return err
			}
		}
	default:
		if !optional {
			return notIterable(it.v)
		}
	}
	return nil
}

// paths returns the paths that a node selects in v. A value that is no array and no object may also be written down.
func (r *run) paths(node filter, env *bindings, v value.Value, each func(path value.Value) error) error {
	return node(r, env, datum{v: v, path: root}, func(it datum) error {
		if it.path == nil && v.Kind() != value.KindList && v.Kind() != value.KindMap && compare(v, it.v) == 0 {
			it.path = root
		}
		if it.path == nil {
			return fail("Invalid path expression%s", onlyCaught(" with result "+brief(it.v, shownResult)))
		}
		if err := r.m.Charge(1 + it.path.length/2); err != nil {
			return err
		}
		if err := r.m.Allocate(meter.ListBytes + it.path.length*meter.ItemBytes); err != nil {
			return err
		}
		return each(it.path.list())
	})
}

// paths is paths(f): those of the parts for which f is true, the whole left out.
func paths(args []filter) filter {
	everything := everything()
	return func(r *run, env *bindings, in datum, emit emit) error {
		return everything(r, env, datum{v: in.v, path: root}, func(it datum) error {
			if it.path.length == 0 {
				return nil
			}
			return args[0](r, env, datum{v: it.v}, func(wanted datum) error {
				if !truth(wanted.v) {
					return nil
				}
				if err := r.m.Allocate(meter.ListBytes + it.path.length*meter.ItemBytes); err != nil {
					return err
				}
				return emit(datum{v: it.path.list()})
			})
		})
	}
}

// get returns what stands at the end of a path.
func (r *run) get(v value.Value, path []value.Value) (value.Value, error) {
	it := datum{v: v}
	for _, key := range path {
		var err error
		if it, err = at(r, it, key); err != nil {
			return value.Null, err
		}
	}
	return it.v, nil
}
