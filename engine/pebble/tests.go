package pebble

import (
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// tests are the names that stand after `is`.
func tests() []Test {
	return []Test{
		{
			Entry{
				Name: "defined", Loose: true, rescues: true, Summary: "whether the input exists and is not null",
				Examples: []Example{{"{{ nope is defined }}", "false"}, {"{{ 1 is defined }}", "true"}},
			},
			func(_ *state, v value.Value, _ []value.Value) (bool, error) { return !v.IsNull(), nil },
		},
		{
			Entry{
				Name: "null", Loose: true, Summary: "whether the input is null; a missing one is an error",
				Examples: []Example{{"{{ null is null }}", "true"}},
			},
			func(_ *state, v value.Value, _ []value.Value) (bool, error) { return v.IsNull(), nil },
		},
		{
			Entry{
				Name: "empty", Loose: true, Summary: "whether the input is null, a blank string, or a list or map without members",
				Examples: []Example{{"{{ ' ' is empty }}", "true"}, {"{{ 0 is empty }}", "false"}},
			},
			func(st *state, v value.Value, _ []value.Value) (bool, error) { return st.empty(v) },
		},
		{
			Entry{
				Name: "even", Loose: true, Summary: "whether an integer is even",
				Examples: []Example{{"{{ 2 is even }}", "true"}},
			},
			func(_ *state, v value.Value, _ []value.Value) (bool, error) {
				odd, err := isOdd(v)
				return !odd, err
			},
		},
		{
			Entry{
				Name: "odd", Loose: true, Summary: "whether an integer is odd",
				Examples: []Example{{"{{ 2 is odd }}", "false"}},
			},
			func(_ *state, v value.Value, _ []value.Value) (bool, error) { return isOdd(v) },
		},
		{
			Entry{
				Name: "iterable", Loose: true, Summary: "whether the input is a list",
				Examples: []Example{{"{{ [] is iterable }}", "true"}, {"{{ {} is iterable }}", "false"}},
			},
			func(_ *state, v value.Value, _ []value.Value) (bool, error) { return v.Kind() == value.KindList, nil },
		},
		{
			Entry{
				Name: "map", Loose: true, Summary: "whether the input is a map",
				Examples: []Example{{"{{ {} is map }}", "true"}},
			},
			func(_ *state, v value.Value, _ []value.Value) (bool, error) { return v.Kind() == value.KindMap, nil },
		},
		{
			Entry{
				Name: "json", Loose: true, Summary: "whether a string begins with a JSON value, or is blank",
				Examples: []Example{{`{{ '{"a":1}' is json }}`, "true"}, {"{{ 'abc' is json }}", "false"}},
			},
			func(st *state, v value.Value, _ []value.Value) (bool, error) {
				if v.Kind() != value.KindString {
					return false, runtimeError("test json needs a string, not %s", v.Kind())
				}
				_, err := st.ParseJSON(v.Str())
				if failed, ok := errors.AsType[*meter.Fault](err); ok && failed.Class == ClassLimit {
					return false, err
				}
				return err == nil, nil
			},
		},
	}
}

// empty is the test `empty`, and what `default` replaces.
func (st *state) empty(v value.Value) (bool, error) {
	switch v.Kind() {
	case value.KindNull:
		return true, nil
	case value.KindString:
		rest := trimControl(v.Str())
		return rest == "", st.ChargeText(v.Str()[len(rest):])
	case value.KindList:
		return v.List().Len() == 0, nil
	case value.KindMap:
		return v.Map().Len() == 0, nil
	default:
		return false, nil
	}
}

func isOdd(v value.Value) (bool, error) {
	switch v.Kind() {
	case value.KindInt, value.KindBigInt:
		return v.BigInt().Bit(0) == 1, nil
	case value.KindNull:
		return false, evaluationError("null is neither even nor odd")
	default:
		return false, runtimeError("%s is neither even nor odd", v.Kind())
	}
}
