package scope

import (
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// decodeDatum returns the map whose text the state keeps; null for none. Texts of a state are valid JSON, and one that
// is kept apart must be at hand.
func decodeDatum(d execution.Datum) value.Value {
	if len(d.JSON) == 0 {
		return value.Null
	}
	m, err := value.DecodeMembers(d.JSON)
	if err != nil { // never: it was made by AppendJSON
		return value.Null
	}
	return value.FromMap(m)
}
