package pebble

import (
	"math"
	"slices"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Reading and changing the parts of a value: .a, .[1], .[2:4], paths and the assignments. A key of a path is a string, a
// number, or for a slice the map {"start": 2, "end": 4}.

// jqAt returns the member of an item, null where there is none.
func jqAt(r *jqRun, it jqItem, key value.Value) (jqItem, error) {
	out := jqItem{path: it.path.extend(key)}
	switch kind := it.v.Kind(); {
	case kind == value.KindNull && (key.Kind() == value.KindString || key.IsNumber() || key.Kind() == value.KindMap || key.IsNull()):
		return out, nil
	case kind == value.KindMap && key.Kind() == value.KindString:
		out.v, _ = it.v.Map().Get(key.Str())
		return out, nil
	case kind == value.KindList && key.IsNumber():
		if i, ok := jqPosition(key, it.v.List().Len()); ok {
			out.v = it.v.List().At(i)
		}
		return out, nil
	case key.Kind() == value.KindMap && kind == value.KindList:
		from, to, err := jqRange(key.Map(), it.v.List().Len())
		if err == nil {
			out.v = it.v.List().Sub(from, to)
			err = r.st.charge((to - from) / slicedPerStep)
		}
		return out, err
	case key.Kind() == value.KindMap && kind == value.KindString:
		text := it.v.Str()
		if err := r.st.charge(len(text) / textPerCount); err != nil {
			return out, err
		}
		from, to, err := jqRange(key.Map(), utf8.RuneCountInString(text))
		if err == nil {
			out.v = value.String(jqCut(text, from, to))
		}
		return out, err
	default:
		return out, jqFail(jqType(it.v) + " has no member " + jqType(key))
	}
}

// jqPosition returns the index in a list of n items that a number says; a negative one counts from the end.
func jqPosition(key value.Value, n int) (int, bool) {
	f, _ := key.AsFloat()
	f = math.Floor(f)
	if f < 0 {
		f += float64(n)
	}
	if f >= 0 && f < float64(n) {
		return int(f), true
	}
	return 0, false
}

// jqRange returns the bounds of a slice of n items: one that is negative counts from the end, and what is not a number
// counts as 0.
func jqRange(key *value.Map, n int) (from, to int, err error) {
	bound := func(name string, otherwise int) float64 {
		v, _ := key.Get(name)
		if v.IsNull() {
			return float64(otherwise)
		}
		f, ok := v.AsFloat()
		if !ok || !v.IsNumber() {
			err = jqFail("bounds of a slice must be numbers")
		}
		if f < 0 {
			f += float64(n)
		}
		if math.IsNaN(f) { // neither below nor above anything, so min and max would keep it
			return 0
		}
		return max(0, min(f, float64(n)))
	}
	from, to = int(bound("start", 0)), int(math.Ceil(bound("end", n)))
	return from, max(from, to), err
}

// jqCut returns a part of a text, in characters.
func jqCut(text string, from, to int) string {
	if isASCII(text) {
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
			if err := r.st.charge(1); err != nil {
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
			if err := r.st.charge(1); err != nil {
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
			return jqFail(jqType(it.v) + " has no members to go through")
		}
	}
	return nil
}

// paths returns the paths that a node selects in v.
func (r *jqRun) paths(node jqNode, env *jqEnv, v value.Value, each func(path value.Value) error) error {
	return node(r, env, jqItem{v: v, path: jqRoot}, func(it jqItem) error {
		if it.path == nil {
			return jqFail("path expression selects what is not part of its input")
		}
		if err := r.st.charge(1 + it.path.length/2); err != nil {
			return err
		}
		return each(it.path.list())
	})
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

// updateCost is what changing a member costs, in steps, beside copying what has it.
const updateCost = 4

// update returns v with what change makes of the value at the end of a path.
func (r *jqRun) update(v value.Value, path []value.Value, change func(value.Value) (value.Value, error)) (value.Value, error) {
	if len(path) == 0 {
		return change(v)
	}
	if len(path) > maxNesting {
		return value.Null, newFault(ClassLimit, -1, "jq path has more than %d steps", maxNesting)
	}
	if err := r.st.charge(updateCost); err != nil {
		return value.Null, err
	}
	key := path[0]
	old, err := jqAt(r, jqItem{v: v}, key)
	if err != nil {
		return value.Null, err
	}
	member, err := r.update(old.v, path[1:], change)
	if err != nil {
		return value.Null, err
	}
	switch key.Kind() {
	case value.KindNull:
		return value.Null, jqFail("null is no step of a path")
	case value.KindString:
		m := v.Map()
		if v.IsNull() {
			m = nil
		}
		if err := r.st.items(m.Len() + 1); err != nil {
			return value.Null, err
		}
		out := jqCopy(m)
		out.Set(key.Str(), member)
		return value.FromMap(out), nil
	case value.KindMap:
		return r.splice(v, key.Map(), member)
	default:
		return r.place(v, key, member)
	}
}

func jqCopy(m *value.Map) *value.Map {
	out := value.NewMap(m.Len() + 1)
	for k, member := range m.All() {
		out.Set(k, member)
	}
	return out
}

// place returns a list with another item at an index, with nulls up to there.
func (r *jqRun) place(v, key, member value.Value) (value.Value, error) {
	var items []value.Value
	if v.Kind() == value.KindList {
		items = v.List().Slice()
	}
	f, _ := key.AsFloat()
	f = math.Trunc(f)
	if math.IsNaN(f) {
		f = 0
	}
	if f < 0 {
		if f += float64(len(items)); f < 0 {
			return value.Null, jqFail("index is before the begin of the array")
		}
	}
	if f > float64(r.st.engine.limits.RangeItems) {
		return value.Null, newFault(ClassLimit, -1, "list has more than %d items", r.st.engine.limits.RangeItems)
	}
	n := max(len(items), int(f)+1)
	if err := r.copied(n); err != nil {
		return value.Null, err
	}
	out := make([]value.Value, n)
	copy(out, items)
	out[int(f)] = member
	return value.ListOf(out...), nil
}

// copied charges for a list of n items that are copied at once.
func (r *jqRun) copied(n int) error {
	if n > r.st.engine.limits.RangeItems {
		return r.st.items(n)
	}
	return r.st.charge(n / copiedPerStep)
}

// copiedPerStep is how many items are copied in the time of a step.
const copiedPerStep = 4

// splice returns a list with other items in place of a slice.
func (r *jqRun) splice(v value.Value, key *value.Map, member value.Value) (value.Value, error) {
	if v.Kind() == value.KindString || member.Kind() != value.KindList && !member.IsNull() {
		return value.Null, jqFail("a slice can only be replaced by an array, in an array")
	}
	var items, with []value.Value
	if v.Kind() == value.KindList {
		items = v.List().Slice()
	}
	if !member.IsNull() {
		with = member.List().Slice()
	}
	from, to, err := jqRange(key, len(items))
	if err != nil {
		return value.Null, err
	}
	if err := r.copied(len(items) + len(with)); err != nil {
		return value.Null, err
	}
	return value.ListOf(slices.Concat(items[:from], with, items[to:])...), nil
}

// remove returns v without what stands at the end of a path.
func (r *jqRun) remove(v value.Value, path []value.Value) (value.Value, error) {
	if v.IsNull() {
		return v, nil
	}
	if len(path) == 0 {
		return value.Null, nil
	}
	key := path[0]
	if len(path) > 1 {
		old, err := jqAt(r, jqItem{v: v}, key)
		if err != nil || old.v.IsNull() {
			return v, err
		}
		member, err := r.remove(old.v, path[1:])
		if err != nil {
			return value.Null, err
		}
		return r.update(v, path[:1], func(value.Value) (value.Value, error) { return member, nil })
	}
	switch {
	case v.Kind() == value.KindMap && key.Kind() == value.KindString:
		if !v.Map().Has(key.Str()) {
			return v, nil
		}
		if err := r.st.items(v.Map().Len()); err != nil {
			return value.Null, err
		}
		out := value.NewMap(v.Map().Len())
		for k, member := range v.Map().All() {
			if k != key.Str() {
				out.Set(k, member)
			}
		}
		return value.FromMap(out), nil
	case v.Kind() == value.KindList && key.IsNumber():
		i, ok := jqPosition(key, v.List().Len())
		if !ok {
			return v, nil
		}
		return r.splice(v, value.MapOf("start", value.Int(int64(i)), "end", value.Int(int64(i+1))).Map(), value.ListOf())
	case v.Kind() == value.KindList && key.Kind() == value.KindMap:
		return r.splice(v, key.Map(), value.ListOf())
	default:
		return value.Null, jqFail(jqType(v) + " has no member " + jqType(key) + " to delete")
	}
}

// jqAssign is `paths = values`.
func jqAssign(left, right jqNode) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return right(r, env, jqItem{v: in.v}, func(it jqItem) error {
			return jqChange(left, func(*jqEnv, value.Value) (value.Value, bool, error) { return it.v, true, nil })(r, env, in, emit)
		})
	}
}

// jqModify is `paths |= f`: the first output of f, and where it has none the value is deleted.
func jqModify(left, right jqNode) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return jqChange(left, func(env *jqEnv, v value.Value) (out value.Value, some bool, err error) {
			here := &jqEnv{}
			err = here.caught(right(r, env, jqItem{v: v}, func(it jqItem) error {
				out, some = it.v, true
				return &jqBreakError{here}
			}))
			return out, some, err
		})(r, env, in, emit)
	}
}

// jqUpdate is `paths += values` and the like.
func jqUpdate(left, right jqNode, operator jqOperator) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return right(r, env, jqItem{v: in.v}, func(it jqItem) error {
			return jqChange(left, func(_ *jqEnv, v value.Value) (value.Value, bool, error) {
				out, err := operator(r, v, it.v)
				return out, true, err
			})(r, env, in, emit)
		})
	}
}

// jqChange changes the value at every path that left selects, and deletes those for which there is no new one.
func jqChange(left jqNode, change func(*jqEnv, value.Value) (value.Value, bool, error)) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		v := in.v
		var deleted []value.Value
		err := r.paths(left, env, in.v, func(path value.Value) error {
			steps := path.List().Slice()
			old, err := r.get(v, steps)
			if err != nil {
				return err
			}
			with, some, err := change(env, old)
			if err != nil {
				return err
			}
			if !some {
				deleted = append(deleted, path)
				return nil
			}
			v, err = r.update(v, steps, func(value.Value) (value.Value, error) { return with, nil })
			return err
		})
		if err == nil && deleted != nil {
			v, err = r.removeAll(v, deleted)
		}
		if err != nil {
			return err
		}
		return emit(jqItem{v: v})
	}
}

// removeAll deletes paths, the later ones first so that indexes stay what they are.
func (r *jqRun) removeAll(v value.Value, paths []value.Value) (value.Value, error) {
	paths = slices.Clone(paths)
	if err := r.sort(paths, func(p value.Value) value.Value { return p }); err != nil {
		return value.Null, err
	}
	for _, path := range slices.Backward(paths) {
		if path.Kind() != value.KindList {
			return value.Null, jqFail("path must be an array, not " + jqType(path))
		}
		var err error
		if v, err = r.remove(v, path.List().Slice()); err != nil {
			return value.Null, err
		}
	}
	return v, nil
}
