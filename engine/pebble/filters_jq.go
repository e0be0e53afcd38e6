package pebble

import (
	"github.com/caddy-kestra/kestra-webhook/engine/jq"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// filtersJQ is the filter jq.
func filtersJQ() []Filter {
	programs := new(jq.Programs)
	check := func(text string) error {
		_, err := programs.Compile(nil, text)
		return err
	}
	return []Filter{{
		Entry{
			Name: "jq", Parameters: []Parameter{{Name: "expression", Required: true, check: check}},
			Summary: "the list of the outputs of a jq program; a string is read as JSON before",
			Examples: []Example{
				{"{{ {'a': [1, 2]} | jq('.a[] + 1') }}", "[2,3]"},
				{`{{ '{"b": 1, "a": 2}' | jq('to_entries[0].key') | first }}`, "b"},
				{"{{ [{'n': 3}, {'n': 1}] | jq('sort_by(.n) | map(.n)') | first }}", "[1,3]"},
			},
		},
		func(st *state, v value.Value, args []value.Value) (value.Value, error) {
			return jqFilter(st, programs, v, args[0])
		},
	}}
}

func jqFilter(st *state, programs *jq.Programs, v, program value.Value) (value.Value, error) {
	if program.Kind() != value.KindString {
		return value.Null, runtimeError("filter jq needs a program, not %s", program.Kind())
	}
	if v.IsNull() {
		return v, nil
	}
	compiled, err := programs.Compile(st.budget(), program.Str())
	if err != nil {
		return value.Null, err
	}
	if v.Kind() == value.KindString {
		if v, err = st.ParseJSON(v.Str()); err != nil {
			return value.Null, err
		}
	}
	return compiled.Run(jq.Context{Meter: st.budget(), Regexes: st.engine.regexes, Clock: st}, v)
}
