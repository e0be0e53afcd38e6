package scope

import (
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// decodeDatum returns the value of a text that the state keeps; null for none. Texts of a state are valid JSON, and one that
// is kept apart must be at hand.
func decodeDatum(d execution.Datum) value.Value {
	if len(d.JSON) == 0 {
		return value.Null
	}
	v, err := value.DecodeJSON(d.JSON)
	if err != nil {
		return value.String(string(d.JSON)) // deeper than a value may be: the text is all there is
	}
	return v
}
