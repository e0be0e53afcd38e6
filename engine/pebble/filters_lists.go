package pebble

import (
	"math/bits"
	"slices"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// filtersLists are the filters on lists.
func filtersLists() []Filter {
	return []Filter{
		{
			Entry{
				Name: "first", Loose: true, Summary: "the first item of a list, or character of a string; null of an empty list",
				Examples: []Example{{"{{ [1, 2] | first }}", "1"}, {"{{ 'abc' | first }}", "a"}, {"{{ [] | first }}", ""}},
			},
			func(_ *state, v value.Value, _ []value.Value) (value.Value, error) { return end("first", v) },
		},
		{
			Entry{
				Name: "last", Loose: true, Summary: "the last item of a list, or character of a string; null of an empty list",
				Examples: []Example{{"{{ [1, 2] | last }}", "2"}, {"{{ 'abc' | last }}", "c"}},
			},
			func(_ *state, v value.Value, _ []value.Value) (value.Value, error) { return end("last", v) },
		},
		{
			Entry{
				Name: "join", Parameters: []Parameter{{Name: "separator"}}, Summary: "the texts of the items of a list in one",
				Examples: []Example{{"{{ [1, null, 'a'] | join(',') }}", "1,null,a"}, {"{{ [1, 2] | join }}", "12"}},
			},
			joinFilter,
		},
		{
			Entry{
				Name: "sort", Loose: true, Summary: "a list in ascending order: numbers, strings, booleans or dates",
				Examples: []Example{{"{{ [3, 1, 2] | sort }}", "[1,2,3]"}},
			},
			onList("sort", evaluationError, func(st *state, l *value.List, _ []value.Value) (value.Value, error) { return st.sorted("sort", l, 1) }),
		},
		{
			Entry{
				Name: "rsort", Loose: true, Summary: "a list in descending order",
				Examples: []Example{{"{{ [3, 1, 2] | rsort }}", "[3,2,1]"}},
			},
			onList("rsort", runtimeError, func(st *state, l *value.List, _ []value.Value) (value.Value, error) { return st.sorted("rsort", l, -1) }),
		},
		{
			Entry{
				Name: "reverse", Loose: true, Summary: "a list from its end to its begin",
				Examples: []Example{{"{{ [1, 2, 3] | reverse }}", "[3,2,1]"}},
			},
			onList("reverse", runtimeError, func(st *state, l *value.List, _ []value.Value) (value.Value, error) { return st.reversed(l) }),
		},
		{
			Entry{
				Name: "distinct", Loose: true, Summary: "a list without the items that are equal to an earlier one",
				Examples: []Example{{"{{ [1, 1, 2, '1'] | distinct }}", `[1,2,"1"]`}},
			},
			func(st *state, v value.Value, args []value.Value) (value.Value, error) {
				if v.IsNull() {
					return value.String("null"), nil // as Kestra has it
				}
				if v.Kind() != value.KindList {
					return value.Null, evaluationError("filter distinct needs a list, not %s", v.Kind())
				}
				return st.distinct(v)
			},
		},
		{
			Entry{
				Name: "flatten", Loose: true, Summary: "a list with the items of the lists in it in their place, one level deep",
				Examples: []Example{{"{{ [[1, 2], [3, [4]], 5] | flatten }}", "[1,2,3,[4],5]"}},
			},
			onList("flatten", evaluationError, flatten),
		},
		{
			Entry{
				Name: "chunk", Parameters: []Parameter{{Name: "size", Required: true}}, Summary: "a list in parts of a size",
				Examples: []Example{{"{{ [1, 2, 3] | chunk(2) }}", "[[1,2],[3]]"}},
			},
			onList("chunk", evaluationError, chunk),
		},
	}
}

// onList is a filter that takes a list; null stays null, anything else fails.
func onList(name string, fail func(string, ...any) error, call func(*state, *value.List, []value.Value) (value.Value, error)) func(*state, value.Value, []value.Value) (value.Value, error) {
	return func(st *state, v value.Value, args []value.Value) (value.Value, error) {
		switch v.Kind() {
		case value.KindNull:
			return v, nil
		case value.KindList:
			return call(st, v.List(), args)
		default:
			return value.Null, fail("filter %s needs a list, not %s", name, v.Kind())
		}
	}
}

func end(name string, v value.Value) (value.Value, error) {
	switch v.Kind() {
	case value.KindNull:
		return v, nil
	case value.KindList:
		l := v.List()
		if l.Len() == 0 {
			return value.Null, nil
		}
		if name == "last" {
			return l.At(l.Len() - 1), nil
		}
		return l.At(0), nil
	case value.KindString:
		text := v.Str()
		if text == "" {
			return value.Null, runtimeError("an empty string has no %s character", name)
		}
		if name == "last" {
			_, size := utf8.DecodeLastRuneInString(text)
			return value.String(text[len(text)-size:]), nil
		}
		_, size := utf8.DecodeRuneInString(text)
		return value.String(text[:size]), nil
	default:
		return value.Null, runtimeError("filter %s needs a list or a string, not %s", name, v.Kind())
	}
}

func joinFilter(st *state, v value.Value, args []value.Value) (value.Value, error) {
	switch v.Kind() {
	case value.KindNull:
		return v, nil
	case value.KindList:
	default:
		return value.Null, evaluationError("filter join needs a list, not %s", v.Kind())
	}
	if k := args[0].Kind(); k != value.KindString && k != value.KindNull {
		return value.Null, runtimeError("the separator of join must be a string, not %s", k)
	}
	separator := args[0].Str()
	if err := st.WalkText(v); err != nil {
		return value.Null, err
	}
	var out []byte
	for i, item := range v.List().All() {
		start := len(out)
		if i > 0 {
			out = append(out, separator...)
		}
		out = value.AppendJavaText(out, item)
		if err := st.ChargeOutput(len(out) - start); err != nil {
			return value.Null, err
		}
	}
	return value.String(string(out)), nil
}

// sorted returns a list in order; direction is 1 or -1.
func (st *state) sorted(name string, l *value.List, direction int) (value.Value, error) {
	if err := st.ChargeItems(l.Len()); err != nil {
		return value.Null, err
	}
	weight := l.Len()
	for _, item := range l.Slice() {
		weight += meter.DigitCost(item)
		if item.Kind() == value.KindString {
			weight += 3 + len(item.Str())/meter.ComparedPerStep
		}
	}
	if err := st.Charge(weight * bits.Len(uint(l.Len())) / 4); err != nil {
		return value.Null, err
	}
	out := slices.Clone(l.Slice())
	var failed error
	slices.SortStableFunc(out, func(a, b value.Value) int {
		order, ok := order(a, b)
		if !ok && failed == nil {
			failed = runtimeError("filter %s can not compare %s with %s", name, a.Kind(), b.Kind())
		}
		return direction * order
	})
	if failed != nil {
		return value.Null, failed
	}
	return value.ListOf(out...), nil
}

// order compares two values of a type that has an order.
func order(a, b value.Value) (int, bool) {
	switch {
	case a.Kind() == value.KindString && b.Kind() == value.KindString:
		return value.CompareUTF16(a.Str(), b.Str()), true
	case a.IsNumber() && b.IsNumber():
		order, _ := value.Compare(a, b)
		return order, true
	case a.Kind() == value.KindBool && b.Kind() == value.KindBool:
		switch {
		case a.Bool() == b.Bool():
			return 0, true
		case a.Bool():
			return 1, true
		default:
			return -1, true
		}
	case a.Kind() == value.KindTime && b.Kind() == value.KindTime:
		return a.Time().Compare(b.Time()), true
	default:
		return 0, false
	}
}

// distinct keeps the first of equal items.
func (st *state) distinct(v value.Value) (value.Value, error) {
	if err := st.Walk(v); err != nil {
		return value.Null, err
	}
	if err := st.Charge(meter.SetCost * v.List().Len()); err != nil {
		return value.Null, err
	}
	if err := st.ChargeMembers(v.List().Len()); err != nil { // the set, and what comes of it
		return value.Null, err
	}
	var seen value.Set
	var out []value.Value
	for _, item := range v.List().Slice() {
		if seen.Add(item) {
			out = append(out, item)
		}
	}
	return value.ListOf(out...), st.ChargeItems(len(out))
}

func flatten(st *state, l *value.List, _ []value.Value) (value.Value, error) {
	n := 0
	for _, item := range l.Slice() {
		if n++; item.Kind() == value.KindList {
			n += item.List().Len() - 1
		}
	}
	if err := st.ChargeItems(n); err != nil {
		return value.Null, err
	}
	out := make([]value.Value, 0, n)
	for _, item := range l.Slice() {
		if item.Kind() == value.KindList {
			out = append(out, item.List().Slice()...)
		} else {
			out = append(out, item)
		}
	}
	return value.ListOf(out...), nil
}

func chunk(st *state, l *value.List, args []value.Value) (value.Value, error) {
	size, ok := meter.Whole(args[0])
	if !ok {
		return value.Null, runtimeError("the size of chunk must be a number, not %s", args[0].Kind())
	}
	if size <= 0 {
		return value.Null, runtimeError("the size of chunk must be above 0")
	}
	if err := st.ChargeItems(l.Len()); err != nil {
		return value.Null, err
	}
	step := int(min(size, int64(max(1, l.Len()))))
	var out []value.Value
	for from := 0; from < l.Len(); from += step {
		out = append(out, l.Sub(from, min(from+step, l.Len())))
	}
	return value.ListOf(out...), nil
}
