package pebble

import (
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// jqListFunctions are the functions on arrays and objects.
func jqListFunctions() map[string]jqFunc {
	return map[string]jqFunc{
		"length/0": jqLength,
		"keys/0": func(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
			if v.Kind() == value.KindMap {
				keys, err := r.st.mapKeys(v.Map())
				if err != nil {
					return value.Null, err
				}
				sorted, err := r.sorted(keys)
				return value.ListOf(sorted...), err
			}
			return jqKeys(r, v)
		},
		"keys_unsorted/0": func(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) { return jqKeys(r, v) },
		"has/1": func(_ *jqRun, v value.Value, a []value.Value) (value.Value, error) {
			switch {
			case v.Kind() == value.KindMap && a[0].Kind() == value.KindString:
				return value.Bool(v.Map().Has(a[0].Str())), nil
			case v.Kind() == value.KindList && a[0].IsNumber():
				f, _ := a[0].AsFloat()
				return value.Bool(f >= 0 && f < float64(v.List().Len())), nil
			default:
				return value.Null, jqFail(jqType(v) + " has no members by " + jqType(a[0]))
			}
		},
		"add/0": jqSum,
		"contains/1": func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) {
			ok, err := r.contains(v, a[0])
			return value.Bool(ok), err
		},
		"flatten/0": func(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) { return r.flatten(v, maxNesting) },
		"flatten/1": func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) {
			depth, ok := whole(a[0])
			if !ok || depth < 0 {
				return value.Null, jqFail("depth of flatten must be a number that is not negative")
			}
			return r.flatten(v, int(min(depth, maxNesting)))
		},
		"reverse/0": func(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
			switch v.Kind() {
			case value.KindNull:
				return value.ListOf(), nil
			case value.KindList:
				items := slices.Clone(v.List().Slice())
				slices.Reverse(items)
				return value.ListOf(items...), r.st.charge(len(items))
			default:
				return value.Null, jqFail(jqType(v) + " cannot be reversed")
			}
		},
		"transpose/0": jqTranspose,
		"sort/0": func(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
			items, err := r.sorted(v)
			return value.ListOf(items...), err
		},
		"unique/0": func(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
			items, err := r.sorted(v)
			items = slices.CompactFunc(items, func(a, b value.Value) bool { return jqCompare(a, b) == 0 })
			return value.ListOf(items...), err
		},
		"min/0": func(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) { return r.extreme(v, v, -1) },
		"max/0": func(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) { return r.extreme(v, v, 1) },
		// These take what they compare by as a second array.
		"_min_by/1": func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) { return r.extreme(v, a[0], -1) },
		"_max_by/1": func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) { return r.extreme(v, a[0], 1) },
		"_sort_by/1": func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) {
			groups, err := r.groups(v, a[0])
			return value.ListOf(slices.Concat(groups...)...), err
		},
		"_group_by/1": func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) {
			groups, err := r.groups(v, a[0])
			out := make([]value.Value, len(groups))
			for i, group := range groups {
				out[i] = value.ListOf(group...)
			}
			return value.ListOf(out...), err
		},
		"_unique_by/1": func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) {
			groups, err := r.groups(v, a[0])
			out := make([]value.Value, len(groups))
			for i, group := range groups {
				out[i] = group[0]
			}
			return value.ListOf(out...), err
		},
	}
}

func jqKeys(r *jqRun, v value.Value) (value.Value, error) {
	switch v.Kind() {
	case value.KindMap:
		return r.st.mapKeys(v.Map())
	case value.KindList:
		if v.List().Len() == 0 {
			return value.ListOf(), nil
		}
		return r.st.progression(0, int64(v.List().Len()-1), 1, value.Int)
	default:
		return value.Null, jqFail(jqType(v) + " has no keys")
	}
}

// jqSum adds the items of a list or the values of a map. Arrays and texts are joined in one go.
func jqSum(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
	var items []value.Value
	switch v.Kind() {
	case value.KindList:
		items = v.List().Slice()
	case value.KindMap:
		values, err := r.st.mapValues(v.Map())
		if err != nil {
			return value.Null, err
		}
		items = values.List().Slice()
	default:
		return value.Null, jqFail(jqType(v) + " has no members to add")
	}
	sum := value.Null
	var joined []value.Value
	for i, item := range items {
		if err := r.st.charge(1); err != nil {
			return value.Null, err
		}
		if item.Kind() == value.KindList && (joined != nil || sum.IsNull()) {
			if err := r.copied(len(joined) + item.List().Len()); err != nil {
				return value.Null, err
			}
			joined = append(joined, item.List().Slice()...)
			if joined == nil {
				joined = []value.Value{}
			}
			continue
		}
		if joined != nil && !item.IsNull() {
			return value.Null, jqMismatch(items[i-1], item, "added")
		}
		var err error
		if sum, err = jqAdd(r, sum, item); err != nil {
			return value.Null, err
		}
	}
	if joined != nil {
		return value.ListOf(joined...), nil
	}
	return sum, nil
}

func (r *jqRun) flatten(v value.Value, depth int) (value.Value, error) {
	if v.Kind() == value.KindMap {
		v = v.Map().Values()
	}
	if v.Kind() != value.KindList {
		return value.Null, jqFail(jqType(v) + " cannot be flattened")
	}
	if err := r.walk(v); err != nil {
		return value.Null, err
	}
	out := jqFlat(nil, v.List(), depth)
	return value.ListOf(out...), r.st.items(len(out))
}

func jqFlat(out []value.Value, l *value.List, depth int) []value.Value {
	for _, item := range l.Slice() {
		if item.Kind() == value.KindList && depth > 0 {
			out = jqFlat(out, item.List(), depth-1)
		} else {
			out = append(out, item)
		}
	}
	return out
}

// jqTranspose turns rows into columns; short rows are filled with null.
func jqTranspose(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
	if v.Kind() != value.KindList {
		return value.Null, jqFail(jqType(v) + " cannot be transposed")
	}
	rows, width := v.List().Slice(), 0
	for _, row := range rows {
		if row.Kind() != value.KindList {
			return value.Null, jqFail("rows to transpose must be arrays, not " + jqType(row))
		}
		width = max(width, row.List().Len())
	}
	if err := r.st.items(width * len(rows)); err != nil {
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

// extreme returns the item that compares greatest in a direction: of equal ones the first for the least and the last for
// the greatest, as jq has it.
func (r *jqRun) extreme(v, by value.Value, direction int) (value.Value, error) {
	if v.Kind() != value.KindList || by.Kind() != value.KindList {
		return value.Null, jqFail(jqType(v) + " has no least or greatest item")
	}
	if err := r.walk(by); err != nil {
		return value.Null, err
	}
	if err := r.st.charge(jqWeight(by)); err != nil {
		return value.Null, err
	}
	best, keys := -1, by.List().Slice()
	for i := range keys {
		if best < 0 {
			best = i
			continue
		}
		n := jqCompare(keys[i], keys[best]) * direction
		if n > 0 || n == 0 && direction > 0 {
			best = i
		}
	}
	if best < 0 {
		return value.Null, nil
	}
	return v.List().At(best), nil
}

// groups returns the items of a list, in the order of their keys, those with equal keys together.
func (r *jqRun) groups(v, by value.Value) ([][]value.Value, error) {
	if v.Kind() != value.KindList || by.Kind() != value.KindList {
		return nil, jqFail(jqType(v) + " cannot be sorted or grouped")
	}
	pairs := make([]value.Value, v.List().Len())
	for i, item := range v.List().Slice() {
		pairs[i] = value.ListOf(by.List().At(i), item)
	}
	key := func(pair value.Value) value.Value { return pair.List().At(0) }
	if err := r.sort(pairs, key); err != nil {
		return nil, err
	}
	var out [][]value.Value
	for i, pair := range pairs {
		if i == 0 || jqCompare(key(pairs[i-1]), key(pair)) != 0 {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], pair.List().At(1))
	}
	return out, nil
}
