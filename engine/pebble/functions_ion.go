package pebble

import (
	"github.com/caddy-kestra/kestra-webhook/engine/ion"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// functionsIon is the function fromIon.
func functionsIon() []Function {
	return []Function{{
		Entry{
			Name: "fromIon", Parameters: []Parameter{{Name: "ion", Required: true}, {Name: "allRows", Default: value.Bool(false)}},
			Summary:  "the first value of an Ion text, or the list of all; timestamps stay text, blobs and annotations are not read",
			Examples: []Example{{"{{ fromIon('{a:1}').a }}", "1"}, {"{{ fromIon('{a:1} {a:2}', allRows=true) }}", `[{"a":1},{"a":2}]`}},
		},
		func(st *state, args []value.Value) (value.Value, error) {
			switch args[0].Kind() {
			case value.KindNull:
				return value.Null, nil
			case value.KindString:
			default:
				return value.Null, evaluationError("function fromIon needs a string, not %s", args[0].Kind())
			}
			rows, err := ion.Read(st.budget(), args[0].Str(), args[1].Kind() == value.KindBool && args[1].Bool())
			if err != nil {
				return value.Null, err
			}
			if args[1].Kind() == value.KindBool && args[1].Bool() {
				return value.ListOf(rows...), nil
			}
			if len(rows) == 0 {
				return value.Null, nil
			}
			return rows[0], nil
		},
	}}
}
