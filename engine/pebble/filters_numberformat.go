package pebble

import (
	"github.com/caddy-kestra/kestra-webhook/engine/javaformat"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// filtersNumberFormat is the filter numberFormat, Java's DecimalFormat in English.
func filtersNumberFormat() []Filter {
	formats := new(javaformat.NumberFormats)
	return []Filter{{
		Entry{
			Name: "numberFormat", Parameters: []Parameter{{Name: "format", check: formats.Check}},
			Summary: "a number as text by a pattern such as #,##0.00, 0%, 0.###E0 or 0.00;(0.00); without one #,##0.###; halves are rounded to the even digit",
			Examples: []Example{
				{"{{ 1234567.891 | numberFormat('#,##0.00') }}", "1,234,567.89"},
				{"{{ 0.5 | numberFormat('0%') }}", "50%"},
				{"{{ 2.5 | numberFormat('0') }}", "2"},
				{"{{ 1234.56789 | numberFormat }}", "1,234.568"},
				{"{{ -3 | numberFormat('0.0;(0.0)') }}", "(3.0)"},
			},
		},
		func(st *state, v value.Value, args []value.Value) (value.Value, error) {
			switch {
			case v.IsNull():
				return v, nil
			case !v.IsNumber():
				return value.Null, evaluationError("filter numberFormat needs a number, not %s", v.Kind())
			}
			format := "#,##0.###"
			if !args[0].IsNull() {
				if args[0].Kind() != value.KindString {
					return value.Null, runtimeError("argument format of numberFormat needs text, not %s", args[0].Kind())
				}
				format = args[0].Str()
			}
			text, err := formats.Format(st.budget(), format, v)
			if err != nil {
				return value.Null, err
			}
			return value.String(text), nil
		},
	}}
}
