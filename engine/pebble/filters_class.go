package pebble

import "github.com/caddy-kestra/kestra-webhook/engine/value"

// filtersClass is the filter className, for flows that ask for the Java class of a value.
func filtersClass() []Filter {
	return []Filter{{
		Entry{
			Name: "className", Loose: true,
			Summary: "the name of the Java class that a value of a request has in a task in Kestra; there, a whole number that is written in a template is a Long",
			Examples: []Example{
				{"{{ 1 | className }}", "java.lang.Integer"},
				{"{{ 12345678901 | className }}", "java.lang.Long"},
				{"{{ {'a': 'b'} | className }}", "java.util.LinkedHashMap"},
			},
		},
		func(_ *state, v value.Value, _ []value.Value) (value.Value, error) {
			if v.IsNull() {
				return v, nil
			}
			return value.String(className(v)), nil
		},
	}}
}

func className(v value.Value) string {
	switch v.Kind() {
	case value.KindBool:
		return "java.lang.Boolean"
	case value.KindInt:
		if n := v.Int(); n != int64(int32(n)) {
			return "java.lang.Long"
		}
		return "java.lang.Integer"
	case value.KindBigInt:
		return "java.math.BigInteger"
	case value.KindFloat:
		return "java.lang.Double"
	case value.KindDecimal:
		return "java.math.BigDecimal"
	case value.KindList:
		return "java.util.ArrayList"
	case value.KindMap:
		return "java.util.LinkedHashMap"
	case value.KindTime:
		return "java.time.ZonedDateTime"
	case value.KindString:
		return "java.lang.String"
	default:
		if _, ok := v.Opaque().(value.Duration); ok {
			return "java.time.Duration"
		}
		return "java.lang.Object"
	}
}
