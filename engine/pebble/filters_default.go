package pebble

import (
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// filtersDefault are the filters that take a value of any type.
func filtersDefault() []Filter {
	return []Filter{
		{
			Entry{
				Name: "default", rescues: true, Parameters: []Parameter{{Name: "default"}},
				Summary: "replaces what is missing, null, a blank string, or an empty list or map",
				Examples: []Example{
					{"{{ nope | default('d') }}", "d"},
					{"{{ '  ' | default('d') }}", "d"},
					{"{{ 0 | default('d') }}", "0"},
				},
			},
			func(st *state, v value.Value, args []value.Value) (value.Value, error) {
				none, err := st.empty(v)
				if none {
					return args[0], err
				}
				return v, err
			},
		},
		{
			Entry{
				Name: "length", Loose: true, Summary: "the length of a string (in UTF-16 units), list or map; 0 for anything else",
				Examples: []Example{{"{{ 'abc' | length }}", "3"}, {"{{ [1, 2] | length }}", "2"}, {"{{ null | length }}", "0"}},
			},
			func(st *state, v value.Value, _ []value.Value) (value.Value, error) {
				switch v.Kind() {
				case value.KindString:
					return st.length(v.Str())
				case value.KindList:
					return value.Int(int64(v.List().Len())), nil
				case value.KindMap:
					return value.Int(int64(v.Map().Len())), nil
				default:
					return value.Int(0), nil
				}
			},
		},
		{
			Entry{
				Name: "string", Loose: true, Summary: "the text of a value as `~` sees it; null stays null",
				Examples: []Example{{"{{ [1, 'a'] | string }}", "[1, a]"}},
			},
			func(st *state, v value.Value, _ []value.Value) (value.Value, error) {
				if v.IsNull() {
					return v, nil
				}
				text, err := st.JavaText(v)
				return value.String(text), err
			},
		},
	}
}
