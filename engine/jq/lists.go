package jq

import (
	"math"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// listFunctions are the functions on arrays and objects.
func listFunctions() map[string]valueFunc {
	return map[string]valueFunc{
		"length/0": length,
		"keys/0": func(r *run, v value.Value, _ []value.Value) (value.Value, error) {
			return r.keys("keys", v, sortedKeys)
		},
		"keys_unsorted/0": func(r *run, v value.Value, _ []value.Value) (value.Value, error) {
			return r.keys("keys_unsorted", v, (*value.Map).Keys)
		},
		"has/1": has,
		"add/0": sum,
		"contains/1": func(r *run, v value.Value, a []value.Value) (value.Value, error) {
			if typeName(v) != typeName(a[0]) || v.Kind() == value.KindBool && v.Bool() != a[0].Bool() {
				return value.Null, fail("%s and %s cannot have their containment checked", v, a[0])
			}
			ok, err := r.contains(v, a[0])
			return value.Bool(ok), err
		},
		"flatten/0":    func(r *run, v value.Value, _ []value.Value) (value.Value, error) { return r.flatten(v, math.Inf(1)) },
		"flatten/1":    flatten,
		"reverse/0":    reverse,
		"transpose/0":  transpose,
		"to_entries/0": toEntries,
		"from_entries/0": func(r *run, v value.Value, _ []value.Value) (value.Value, error) {
			return r.fromEntries(v)
		},
	}
}

// keys returns the keys of an object, or the indexes of an array.
func (r *run) keys(name string, v value.Value, of func(*value.Map) []string) (value.Value, error) {
	if err := needs(name, v, "OBJECT, ARRAY"); err != nil {
		return value.Null, err
	}
	if v.Kind() == value.KindMap {
		if err := r.m.ChargeKeys(v.Map()); err != nil {
			return value.Null, err
		}
		if err := r.list(2 * v.Map().Len()); err != nil {
			return value.Null, err
		}
		return value.Strings(of(v.Map())), nil
	}
	if err := r.list(v.List().Len()); err != nil {
		return value.Null, err
	}
	out := make([]value.Value, v.List().Len())
	for i := range out {
		out[i] = value.Int(int64(i))
	}
	return value.ListOf(out...), nil
}

func has(_ *run, v value.Value, a []value.Value) (value.Value, error) {
	key := a[0]
	switch v.Kind() {
	case value.KindNull:
		return value.Bool(false), nil
	case value.KindMap:
		if key.Kind() != value.KindString {
			return value.Null, fail("argument 1 of has() must be string for object input")
		}
		return value.Bool(v.Map().Has(key.Str())), nil
	case value.KindList:
		if key.Kind() != value.KindInt && key.Kind() != value.KindBigInt {
			return value.Null, fail("argument 1 of has() must be int for array input")
		}
		f, _ := key.AsFloat()
		return value.Bool(f >= 0 && f < float64(v.List().Len())), nil
	default:
		return value.Null, fail("has() is not applicable to %s", nodeType(v))
	}
}

// items returns what `.[]` gives, for going through it at once.
func (r *run) items(v value.Value) ([]value.Value, error) {
	switch v.Kind() {
	case value.KindList:
		return v.List().Slice(), nil
	case value.KindMap:
		if err := r.list(v.Map().Len()); err != nil {
			return nil, err
		}
		return v.Map().Values().List().Slice(), nil
	default:
		return nil, notIterable(v)
	}
}

// sum adds the items of a list or the values of a map. Arrays are joined in one go.
func sum(r *run, v value.Value, _ []value.Value) (value.Value, error) {
	items, err := r.items(v)
	if err != nil {
		return value.Null, err
	}
	sum := value.Null
	var joined []value.Value
	for _, item := range items {
		if err := r.m.Charge(1); err != nil {
			return value.Null, err
		}
		switch {
		case item.IsNull():
		case item.Kind() == value.KindList && sum.IsNull():
			if err := r.list(2 * item.List().Len()); err != nil { // with the room that a growing list has
				return value.Null, err
			}
			if joined = append(joined, item.List().Slice()...); joined == nil {
				joined = []value.Value{}
			}
		case joined != nil:
			return value.Null, mismatch(value.ListOf(joined...), item, "added")
		default:
			if sum, err = add(r, sum, item); err != nil {
				return value.Null, err
			}
		}
	}
	if joined != nil {
		return value.ListOf(joined...), nil
	}
	return sum, nil
}

func flatten(r *run, v value.Value, a []value.Value) (value.Value, error) {
	if compare(a[0], value.Int(0)) < 0 {
		return value.Null, fail("flatten depth must not be negative")
	}
	depth, ok := a[0].AsFloat()
	if !ok || !a[0].IsNumber() {
		return value.Null, mismatch(a[0], value.Int(1), "subtracted")
	}
	return r.flatten(v, depth)
}

// flatten opens the arrays in a list, down to a depth; one that is not whole is never reached.
func (r *run) flatten(v value.Value, depth float64) (value.Value, error) {
	items, err := r.items(v)
	if err != nil {
		return value.Null, err
	}
	if err := r.walk(v); err != nil {
		return value.Null, err
	}
	if err := r.list(flatSize(items, depth)); err != nil {
		return value.Null, err
	}
	return value.ListOf(flat(make([]value.Value, 0, flatSize(items, depth)), items, depth)...), nil
}

func flatSize(items []value.Value, depth float64) int {
	n := 0
	for _, item := range items {
		if item.Kind() == value.KindList && depth != 0 {
			n += flatSize(item.List().Slice(), depth-1)
		} else {
			n++
		}
	}
	return n
}

func flat(out, items []value.Value, depth float64) []value.Value {
	for _, item := range items {
		if item.Kind() == value.KindList && depth != 0 {
			out = flat(out, item.List().Slice(), depth-1)
		} else {
			out = append(out, item)
		}
	}
	return out
}

// reverse turns an array around. Whatever else has the length 0 gives an empty one.
func reverse(r *run, v value.Value, _ []value.Value) (value.Value, error) {
	switch typeName(v) {
	case "array":
		if err := r.list(v.List().Len()); err != nil {
			return value.Null, err
		}
		items := slices.Clone(v.List().Slice())
		slices.Reverse(items)
		return value.ListOf(items...), nil
	case "boolean":
		return value.Null, fail("%s has no length", v)
	}
	if n, err := length(r, v, nil); err != nil || !value.Equal(n, value.Int(0)) {
		return value.Null, fail("Cannot index %s with number", typeName(v))
	}
	return value.ListOf(), nil
}

// transpose turns rows into columns; short rows are filled with null.
func transpose(r *run, v value.Value, _ []value.Value) (value.Value, error) {
	rows, err := r.items(v)
	switch {
	case err != nil:
		return value.Null, err
	case v.Kind() == value.KindMap && len(rows) == 0: // there is no longest row
		return value.Null, fail("Range bounds must be numeric")
	}
	width, other, err := r.rowWidth(rows)
	if v.Kind() == value.KindMap { // it is no array of rows
		other = v
	}
	if err == nil && width > 0 && !other.IsNull() {
		err = fail("Cannot index %s with number", typeName(other))
	}
	if err != nil {
		return value.Null, err
	}
	if err := r.m.ChargeItems(width * len(rows)); err != nil {
		return value.Null, err
	}
	if err := r.list(width * 3); err != nil { // with the lists that the columns are
		return value.Null, err
	}
	columns := make([]value.Value, width)
	for i := range columns {
		column := make([]value.Value, len(rows))
		for j, row := range rows {
			if i < row.List().Len() {
				column[j] = row.List().At(i)
			}
		}
		columns[i] = value.ListOf(column...)
	}
	return value.ListOf(columns...), nil
}

// rowWidth returns how long the longest row is, and the first one that is neither an array nor null: such a row has a
// length, but no item.
func (r *run) rowWidth(rows []value.Value) (width int, other value.Value, err error) {
	for _, row := range rows {
		n, err := length(r, row, nil)
		if err != nil {
			return 0, other, err
		}
		if row.Kind() == value.KindList {
			width = max(width, row.List().Len())
			continue
		}
		if compare(n, value.Int(0)) > 0 {
			width = max(width, 1)
		}
		if other.IsNull() {
			other = row
		}
	}
	return width, other, nil
}

// toEntries returns the members of an object, or the items of an array, as objects of key and value.
func toEntries(r *run, v value.Value, _ []value.Value) (value.Value, error) {
	if v.Kind() != value.KindMap && v.Kind() != value.KindList {
		return value.Null, fail("%s has no keys", v)
	}
	n := v.List().Len() + v.Map().Len()
	if err := r.list(n); err != nil {
		return value.Null, err
	}
	out := make([]value.Value, n)
	for i := range out {
		if err := r.object(2); err != nil {
			return value.Null, err
		}
		if v.Kind() == value.KindMap {
			out[i] = value.MapOf("key", value.String(v.Map().Key(i)), "value", v.Map().At(i))
		} else {
			out[i] = value.MapOf("key", value.Int(int64(i)), "value", v.List().At(i))
		}
	}
	return value.ListOf(out...), nil
}

// fromEntries is the reverse; a key may also be named Key, name or Name, and a value Value.
func (r *run) fromEntries(v value.Value) (value.Value, error) {
	entries, err := r.items(v)
	if err != nil {
		return value.Null, err
	}
	if err := r.object(len(entries)); err != nil {
		return value.Null, err
	}
	out := value.NewMap(len(entries))
	for _, entry := range entries {
		if entry.Kind() != value.KindMap {
			return value.Null, fail(`Cannot index %s with string "key"`, typeName(entry))
		}
		key := memberNamed(entry.Map(), "key", "Key", "name", "Name")
		if key.Kind() != value.KindString {
			return value.Null, fail("Cannot use %s as object key", key)
		}
		if err := r.m.Charge(meter.SetCost + len(key.Str())/meter.TextPerStep); err != nil {
			return value.Null, err
		}
		out.Set(key.Str(), memberNamed(entry.Map(), "value", "Value"))
	}
	return value.FromMap(out), nil
}

// memberNamed returns the first member that there is of some names, else null.
func memberNamed(m *value.Map, names ...string) value.Value {
	for _, name := range names {
		if v, ok := m.Get(name); ok {
			return v
		}
	}
	return value.Null
}
