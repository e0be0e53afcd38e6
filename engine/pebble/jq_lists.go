package pebble

import (
	"math"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// jqListFunctions are the functions on arrays and objects.
func jqListFunctions() map[string]jqFunc {
	return map[string]jqFunc{
		"length/0": jqLength,
		"keys/0": func(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
			return r.keys("keys", v, jqSortedKeys)
		},
		"keys_unsorted/0": func(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
			return r.keys("keys_unsorted", v, (*value.Map).Keys)
		},
		"has/1": jqHas,
		"add/0": jqSum,
		"contains/1": func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) {
			if jqType(v) != jqType(a[0]) || v.Kind() == value.KindBool && v.Bool() != a[0].Bool() {
				return value.Null, jqFail("%s and %s cannot have their containment checked", v, a[0])
			}
			ok, err := r.contains(v, a[0])
			return value.Bool(ok), err
		},
		"flatten/0":    func(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) { return r.flatten(v, math.Inf(1)) },
		"flatten/1":    jqFlatten,
		"reverse/0":    jqReverse,
		"transpose/0":  jqTranspose,
		"to_entries/0": jqToEntries,
		"from_entries/0": func(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
			return r.fromEntries(v)
		},
	}
}

// keys returns the keys of an object, or the indexes of an array.
func (r *jqRun) keys(name string, v value.Value, of func(*value.Map) []string) (value.Value, error) {
	if err := jqNeeds(name, v, "OBJECT, ARRAY"); err != nil {
		return value.Null, err
	}
	if v.Kind() == value.KindMap {
		if err := r.st.ChargeKeys(v.Map()); err != nil {
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

func jqHas(_ *jqRun, v value.Value, a []value.Value) (value.Value, error) {
	key := a[0]
	switch v.Kind() {
	case value.KindNull:
		return value.Bool(false), nil
	case value.KindMap:
		if key.Kind() != value.KindString {
			return value.Null, jqFail("argument 1 of has() must be string for object input")
		}
		return value.Bool(v.Map().Has(key.Str())), nil
	case value.KindList:
		if key.Kind() != value.KindInt && key.Kind() != value.KindBigInt {
			return value.Null, jqFail("argument 1 of has() must be int for array input")
		}
		f, _ := key.AsFloat()
		return value.Bool(f >= 0 && f < float64(v.List().Len())), nil
	default:
		return value.Null, jqFail("has() is not applicable to %s", jqNodeType(v))
	}
}

// items returns what `.[]` gives, for going through it at once.
func (r *jqRun) items(v value.Value) ([]value.Value, error) {
	switch v.Kind() {
	case value.KindList:
		return v.List().Slice(), nil
	case value.KindMap:
		if err := r.list(v.Map().Len()); err != nil {
			return nil, err
		}
		return v.Map().Values().List().Slice(), nil
	default:
		return nil, jqNotIterable(v)
	}
}

// jqSum adds the items of a list or the values of a map. Arrays are joined in one go.
func jqSum(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
	items, err := r.items(v)
	if err != nil {
		return value.Null, err
	}
	sum := value.Null
	var joined []value.Value
	for _, item := range items {
		if err := r.st.Charge(1); err != nil {
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
			return value.Null, jqMismatch(value.ListOf(joined...), item, "added")
		default:
			if sum, err = jqAdd(r, sum, item); err != nil {
				return value.Null, err
			}
		}
	}
	if joined != nil {
		return value.ListOf(joined...), nil
	}
	return sum, nil
}

func jqFlatten(r *jqRun, v value.Value, a []value.Value) (value.Value, error) {
	if jqCompare(a[0], value.Int(0)) < 0 {
		return value.Null, jqFail("flatten depth must not be negative")
	}
	depth, ok := a[0].AsFloat()
	if !ok || !a[0].IsNumber() {
		return value.Null, jqMismatch(a[0], value.Int(1), "subtracted")
	}
	return r.flatten(v, depth)
}

// flatten opens the arrays in a list, down to a depth; one that is not whole is never reached.
func (r *jqRun) flatten(v value.Value, depth float64) (value.Value, error) {
	items, err := r.items(v)
	if err != nil {
		return value.Null, err
	}
	if err := r.walk(v); err != nil {
		return value.Null, err
	}
	if err := r.list(jqFlatSize(items, depth)); err != nil {
		return value.Null, err
	}
	return value.ListOf(jqFlat(make([]value.Value, 0, jqFlatSize(items, depth)), items, depth)...), nil
}

func jqFlatSize(items []value.Value, depth float64) int {
	n := 0
	for _, item := range items {
		if item.Kind() == value.KindList && depth != 0 {
			n += jqFlatSize(item.List().Slice(), depth-1)
		} else {
			n++
		}
	}
	return n
}

func jqFlat(out, items []value.Value, depth float64) []value.Value {
	for _, item := range items {
		if item.Kind() == value.KindList && depth != 0 {
			out = jqFlat(out, item.List().Slice(), depth-1)
		} else {
			out = append(out, item)
		}
	}
	return out
}

// jqReverse turns an array around. Whatever else has the length 0 gives an empty one.
func jqReverse(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
	switch jqType(v) {
	case "array":
		if err := r.list(v.List().Len()); err != nil {
			return value.Null, err
		}
		items := slices.Clone(v.List().Slice())
		slices.Reverse(items)
		return value.ListOf(items...), nil
	case "boolean":
		return value.Null, jqFail("%s has no length", v)
	}
	if n, err := jqLength(r, v, nil); err != nil || !value.Equal(n, value.Int(0)) {
		return value.Null, jqFail("Cannot index %s with number", jqType(v))
	}
	return value.ListOf(), nil
}

// jqTranspose turns rows into columns; short rows are filled with null.
func jqTranspose(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
	rows, err := r.items(v)
	switch {
	case err != nil:
		return value.Null, err
	case v.Kind() == value.KindMap && len(rows) == 0: // there is no longest row
		return value.Null, jqFail("Range bounds must be numeric")
	}
	width, other, err := r.rowWidth(rows)
	if v.Kind() == value.KindMap { // it is no array of rows
		other = v
	}
	if err == nil && width > 0 && !other.IsNull() {
		err = jqFail("Cannot index %s with number", jqType(other))
	}
	if err != nil {
		return value.Null, err
	}
	if err := r.st.ChargeItems(width * len(rows)); err != nil {
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
func (r *jqRun) rowWidth(rows []value.Value) (width int, other value.Value, err error) {
	for _, row := range rows {
		n, err := jqLength(r, row, nil)
		if err != nil {
			return 0, other, err
		}
		if row.Kind() == value.KindList {
			width = max(width, row.List().Len())
			continue
		}
		if jqCompare(n, value.Int(0)) > 0 {
			width = max(width, 1)
		}
		if other.IsNull() {
			other = row
		}
	}
	return width, other, nil
}

// jqToEntries returns the members of an object, or the items of an array, as objects of key and value.
func jqToEntries(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
	if v.Kind() != value.KindMap && v.Kind() != value.KindList {
		return value.Null, jqFail("%s has no keys", v)
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
func (r *jqRun) fromEntries(v value.Value) (value.Value, error) {
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
			return value.Null, jqFail(`Cannot index %s with string "key"`, jqType(entry))
		}
		key := jqMemberNamed(entry.Map(), "key", "Key", "name", "Name")
		if key.Kind() != value.KindString {
			return value.Null, jqFail("Cannot use %s as object key", key)
		}
		if err := r.st.Charge(meter.SetCost + len(key.Str())/meter.TextPerStep); err != nil {
			return value.Null, err
		}
		out.Set(key.Str(), jqMemberNamed(entry.Map(), "value", "Value"))
	}
	return value.FromMap(out), nil
}

// jqMemberNamed returns the first member that there is of some names, else null.
func jqMemberNamed(m *value.Map, names ...string) value.Value {
	for _, name := range names {
		if v, ok := m.Get(name); ok {
			return v
		}
	}
	return value.Null
}
