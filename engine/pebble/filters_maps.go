package pebble

import "github.com/caddy-kestra/kestra-webhook/engine/value"

// filtersMaps are the filters on maps.
func filtersMaps() []Filter {
	return []Filter{
		{
			Entry{
				Name: "keys", Loose: true, Summary: "the keys of a map, or the indexes of a list",
				Examples: []Example{{"{{ {'a': 1, 'b': 2} | keys }}", `["a","b"]`}, {"{{ [5, 6] | keys }}", "[0,1]"}},
			},
			func(st *state, v value.Value, _ []value.Value) (value.Value, error) {
				switch v.Kind() {
				case value.KindNull:
					return v, nil
				case value.KindMap:
					return st.mapKeys(v.Map())
				case value.KindList:
					if v.List().Len() == 0 {
						return value.ListOf(), nil
					}
					return st.progression(0, int64(v.List().Len()-1), 1, value.Int)
				default:
					return value.Null, evaluationError("filter keys needs a map or a list, not %s", v.Kind())
				}
			},
		},
		{
			Entry{
				Name: "values", Loose: true, Summary: "the values of a map",
				Examples: []Example{{"{{ {'a': 1, 'b': 2} | values }}", "[1,2]"}},
			},
			func(st *state, v value.Value, _ []value.Value) (value.Value, error) {
				switch v.Kind() {
				case value.KindNull:
					return v, nil
				case value.KindMap:
					return st.mapValues(v.Map())
				default:
					return value.Null, evaluationError("filter values needs a map, not %s", v.Kind())
				}
			},
		},
		{
			Entry{
				Name: "merge", Parameters: []Parameter{{Name: "items"}},
				Summary: "a map or list with the members of another; into a map a list gives its items as keys and values, into a list a map its entries",
				Examples: []Example{
					{"{{ {'a': 1} | merge({'a': 2, 'b': 3}) }}", `{"a":2,"b":3}`},
					{"{{ [1] | merge([2]) }}", "[1,2]"},
					{"{{ {'a': 1} | merge(['x']) }}", `{"a":1,"x":"x"}`},
				},
			},
			func(st *state, v value.Value, args []value.Value) (value.Value, error) { return st.merge(v, args[0]) },
		},
	}
}

func (st *state) merge(v, items value.Value) (value.Value, error) {
	switch {
	case v.IsNull() && items.IsNull():
		return value.Null, evaluationError("filter merge needs a map or a list on one side, not null on both")
	case v.IsNull():
		return items, nil
	case items.IsNull():
		return v, nil
	case v.Kind() == value.KindMap && items.Kind() == value.KindMap:
		return st.MergeMap(v.Map(), items.Map())
	case v.Kind() == value.KindMap && items.Kind() == value.KindList:
		if err := st.Walk(items); err != nil {
			return value.Null, err
		}
		if err := st.ChargeMembers(items.List().Len()); err != nil {
			return value.Null, err
		}
		added := value.NewMap(items.List().Len())
		for _, item := range items.List().All() {
			key, err := st.JavaText(item)
			if err != nil {
				return value.Null, err
			}
			added.Set(key, item)
		}
		return st.MergeMap(v.Map(), added)
	case v.Kind() == value.KindList && items.Kind() == value.KindList:
		return st.listPlus(v.List(), items)
	case v.Kind() == value.KindList && items.Kind() == value.KindMap:
		entries, err := st.mapEntries(items.Map())
		if err != nil {
			return value.Null, err
		}
		return st.listPlus(v.List(), entries)
	case v.Kind() == value.KindMap:
		return value.Null, runtimeError("filter merge needs a map or a list, not %s", items.Kind())
	default:
		return value.Null, evaluationError("filter merge needs maps and lists, not %s and %s", v.Kind(), items.Kind())
	}
}

// mapEntries returns the entries of a map as a list.
func (st *state) mapEntries(m *value.Map) (value.Value, error) {
	if err := st.ChargeItems(m.Len()); err != nil {
		return value.Null, err
	}
	out := make([]value.Value, m.Len())
	for i := range out {
		out[i] = value.Opaque(&mapEntry{key: m.Key(i), value: m.At(i)})
	}
	return value.ListOf(out...), nil
}
