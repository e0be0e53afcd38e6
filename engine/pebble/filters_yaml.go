package pebble

import (
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// filtersYAML is the filter yaml.
func filtersYAML() []Filter {
	return []Filter{{
		Entry{
			Name: "yaml", Loose: true, Summary: "the YAML text of a value, which ends in a newline",
			Examples: []Example{
				{"{{ {'a': [1, 'x'], 'b': {'c': '1: 2'}} | yaml }}", "a:\n - 1\n - x\nb:\n  c: \"1: 2\"\n"},
				{"{{ null | yaml }}", "null"},
			},
		},
		func(st *state, v value.Value, _ []value.Value) (value.Value, error) {
			text, err := yaml.Text(st.budget(), v)
			return value.String(text), err
		},
	}}
}
