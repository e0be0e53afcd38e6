package pebble

import (
	"github.com/caddy-kestra/kestra-webhook/engine/javaformat"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// filtersFormat is the filter format, which is Java's String.format for the conversions that package javaformat has.
func filtersFormat() []Filter {
	return []Filter{{
		Entry{
			Name: "format", Variadic: true,
			Summary: "a text with its %s, %d, %05.2f and the like filled in by the arguments, as by Java's String.format",
			Examples: []Example{
				{"{{ '%05d' | format(42) }}", "00042"},
				{"{{ '%s is %,.2f' | format('sum', 1234.5) }}", "sum is 1,234.50"},
				{"{{ '%2$s-%1$-3s|' | format('a', 'b') }}", "b-a  |"},
			},
		},
		func(st *state, v value.Value, args []value.Value) (value.Value, error) {
			if v.IsNull() {
				return v, nil
			}
			text, err := st.JavaText(v)
			if err != nil {
				return value.Null, err
			}
			text, err = javaformat.Format(st.budget(), text, args)
			return value.String(text), err
		},
	}}
}
