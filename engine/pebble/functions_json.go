package pebble

import (
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// functionsJSON are the functions that read JSON.
func functionsJSON(d Dialect) []Function {
	fromJSON := Function{
		Entry{
			Name: "fromJson", Aliases: []string{"json"}, Parameters: []Parameter{{Name: "json", Required: true}},
			Summary:  "the value that a JSON text says; what follows its first value is passed over (also `json` in dialect 1)",
			Examples: []Example{{`{{ fromJson('{"a": [1, 2]}').a[1] }}`, "2"}, {`{{ fromJson(null) ?? 'none' }}`, "none"}},
		},
		func(st *state, args []value.Value) (value.Value, error) {
			switch args[0].Kind() {
			case value.KindNull:
				return value.Null, nil
			case value.KindString:
				if value.TrimBlank(args[0].Str()) == "" { // which is null for jq, and JSON for the test
					return value.Null, evaluationError("invalid JSON: text holds no value")
				}
				return st.ParseJSON(args[0].Str())
			default:
				return value.Null, evaluationError("function fromJson needs a string, not %s", args[0].Kind())
			}
		},
	}
	if d == Dialect2 {
		fromJSON.Aliases = nil
	}
	return []Function{fromJSON}
}
