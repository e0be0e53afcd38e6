package pebble

import (
	"math"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Reading the parts of a value: .a, .[1], .[2:4], .[[1]] and paths. A key of a path is a string, a number, for a slice the
// map {"start": 2, "end": 4}, or the array of which the places are sought.

// jqSteps returns the steps of a path that a program made.
func jqSteps(path value.Value) ([]value.Value, error) {
	if path.Kind() != value.KindList {
		return nil, jqFail("Path must be specified as an array")
	}
	for _, step := range path.List().Slice() {
		if step.Kind() != value.KindMap {
			continue
		}
		for _, name := range []string{"start", "end"} {
			if bound, _ := step.Map().Get(name); !bound.IsNull() && !bound.IsNumber() {
				return nil, jqFail("Start and end indices of an array slice must be numbers")
			}
		}
	}
	return path.List().Slice(), nil
}

// jqAt returns the member of an item, null where there is none.
func jqAt(r *jqRun, it jqItem, key value.Value) (jqItem, error) {
	out := jqItem{path: it.path.extend(key)}
	kind := it.v.Kind()
	switch {
	case kind == value.KindNull && (key.Kind() == value.KindString || key.IsNumber()):
		return out, nil
	case kind == value.KindMap && key.Kind() == value.KindString:
		out.v, _ = it.v.Map().Get(key.Str())
		return out, nil
	case kind == value.KindList && key.IsNumber():
		if i, ok := jqPosition(key, it.v.List().Len()); ok {
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
		return out, jqFail("Cannot index %s with string%s", jqType(it.v), jqOnlyCaught(` "`+key.Str()+`"`))
	default:
		return out, jqFail("Cannot index %s with %s", jqType(it.v), jqType(key))
	}
}

// slice gives out, the item at the end of a path, its value.
func (r *jqRun) slice(v value.Value, key *value.Map, out jqItem) (jqItem, error) {
	from, to, err := jqBounds(v, key)
	if err != nil {
		return out, err
	}
	switch v.Kind() {
	case value.KindNull:
		return out, nil
	case value.KindList:
		from, to := jqRange(from, to, v.List().Len())
		if err := r.st.Charge((to - from) / meter.SlicedPerStep); err != nil {
			return out, err
		}
		err := r.st.Allocate(meter.ListBytes)
		out.v = v.List().Sub(from, to)
		return out, err
	case value.KindString:
		text := v.Str()
		if err := r.st.Charge(len(text) / meter.TextPerCount); err != nil {
			return out, err
		}
		from, to := jqRange(from, to, utf8.RuneCountInString(text))
		out.v = value.String(jqCut(text, from, to))
		return out, nil
	default:
		return out, jqFail("Cannot index %s with object", jqType(v))
	}
}

// jqPosition returns the index in a list of n items that a number says; a negative one counts from the end, and one with
// a fraction is none.
func jqPosition(key value.Value, n int) (int, bool) {
	f, _ := key.AsFloat()
	if f < 0 {
		f += float64(n)
	}
	if f >= 0 && f < float64(n) && f == math.Trunc(f) {
		return int(f), true
	}
	return 0, false
}

// jqBounds returns the bounds of a slice of v, which are numbers or null.
func jqBounds(v value.Value, key *value.Map) (from, to value.Value, err error) {
	from, _ = key.Get("start")
	to, _ = key.Get("end")
	for _, bound := range []value.Value{from, to} {
		if !bound.IsNull() && !bound.IsNumber() {
			return from, to, jqFail("Start and end indices of an %s slice must be numbers", jqType(v))
		}
	}
	return from, to, nil
}

// jqRange returns what the bounds of a slice are for n items: one that is negative counts from the end, and what is not a
// number counts as 0.
func jqRange(start, end value.Value, n int) (from, to int) {
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

// jqCut returns a part of a text, in characters.
func jqCut(text string, from, to int) string {
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

// jqEach emits every item of a list or member of a map.
func jqEach(r *jqRun, it jqItem, optional bool, emit jqEmit) error {
	switch it.v.Kind() {
	case value.KindList:
		for i, item := range it.v.List().Slice() {
			if err := r.st.Charge(1); err != nil {
				return err
			}
			out := jqItem{v: item}
			if it.path != nil {
				out.path = it.path.extend(value.Int(int64(i)))
			}
			if err := emit(out); err != nil {
				return err
			}
		}
	case value.KindMap:
		for i := range it.v.Map().Len() {
			if err := r.st.Charge(1); err != nil {
				return err
			}
			out := jqItem{v: it.v.Map().At(i)}
			if it.path != nil {
				out.path = it.path.extend(value.String(it.v.Map().Key(i)))
			}
			if err := emit(out); err != nil {
				return err
			}
		}
	default:
		if !optional {
			return jqNotIterable(it.v)
		}
	}
	return nil
}

// paths returns the paths that a node selects in v. A value that is no array and no object may also be written down.
func (r *jqRun) paths(node jqNode, env *jqEnv, v value.Value, each func(path value.Value) error) error {
	return node(r, env, jqItem{v: v, path: jqRoot}, func(it jqItem) error {
		if it.path == nil && v.Kind() != value.KindList && v.Kind() != value.KindMap && jqCompare(v, it.v) == 0 {
			it.path = jqRoot
		}
		if it.path == nil {
			return jqFail("Invalid path expression%s", jqOnlyCaught(" with result "+jqBrief(it.v, shownResult)))
		}
		if err := r.st.Charge(1 + it.path.length/2); err != nil {
			return err
		}
		if err := r.st.Allocate(meter.ListBytes + it.path.length*meter.ItemBytes); err != nil {
			return err
		}
		return each(it.path.list())
	})
}

// jqPaths is paths(f): those of the parts for which f is true, the whole left out.
func jqPaths(args []jqNode) jqNode {
	everything := jqEverything()
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return everything(r, env, jqItem{v: in.v, path: jqRoot}, func(it jqItem) error {
			if it.path.length == 0 {
				return nil
			}
			return args[0](r, env, jqItem{v: it.v}, func(wanted jqItem) error {
				if !jqTruth(wanted.v) {
					return nil
				}
				if err := r.st.Allocate(meter.ListBytes + it.path.length*meter.ItemBytes); err != nil {
					return err
				}
				return emit(jqItem{v: it.path.list()})
			})
		})
	}
}

// get returns what stands at the end of a path.
func (r *jqRun) get(v value.Value, path []value.Value) (value.Value, error) {
	it := jqItem{v: v}
	for _, key := range path {
		var err error
		if it, err = jqAt(r, it, key); err != nil {
			return value.Null, err
		}
	}
	return it.v, nil
}
