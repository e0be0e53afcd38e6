package pebble

import (
	"github.com/caddy-kestra/kestra-webhook/engine/ion"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// filtersIon is the filter toIon. Ion is the format in which Kestra keeps rows in files; here is its text form.
func filtersIon() []Filter {
	return []Filter{{
		Entry{
			Name: "toIon", Loose: true, Summary: "the Ion text of a value",
			Examples: []Example{{"{{ {'a': [1, 1.5, 'x'], 'k-d': null} | toIon }}", `{a:[1,1.5e0,"x"],'k-d':null}`}},
		},
		func(st *state, v value.Value, _ []value.Value) (value.Value, error) {
			text, err := ion.Text(st.budget(), v)
			return value.String(text), err
		},
	}}
}
