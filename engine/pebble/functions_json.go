package pebble

import (
	"strings"

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
				return st.parseJSON(args[0].Str())
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

// What reading JSON costs, in steps: once, how many bytes make a step, and how many members or items do. A member costs a
// step more, for its key.
const (
	jsonCost      = 10
	jsonPerStep   = 24
	commasPerStep = 2
)

// parseJSON reads the first JSON value of a text; blank text is null.
func (st *state) parseJSON(text string) (value.Value, error) {
	if err := st.chargeJSON(text); err != nil {
		return value.Null, err
	}
	if value.TrimBlank(text) == "" {
		return value.Null, nil
	}
	v, err := value.DecodeJSONPrefix(text)
	if err != nil {
		return value.Null, &fault{class: ClassEvaluation, at: -1, msg: "invalid JSON: " + cut(err.Error(), 200), err: err}
	}
	return v, nil
}

// chargeJSON charges for reading a JSON text, and for the tree that comes of it: strings without escapes stay where they
// are in the text.
func (st *state) chargeJSON(text string) error {
	if err := st.charge(jsonCost + len(text)/jsonPerStep + strings.Count(text, ",")/commasPerStep + strings.Count(text, ":")); err != nil {
		return err
	}
	return st.allocate(jsonBytes(text))
}

// jsonBytes returns about what the tree of a JSON text takes in memory, never less.
func jsonBytes(text string) int {
	n := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			start, escaped := i, false
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					escaped = true
					i++
				}
			}
			if escaped {
				n += i - start
			}
		case '[', '{':
			n += mapBytes + itemBytes
		case ',':
			n += itemBytes
		case ':':
			n += memberBytes - itemBytes
		}
	}
	return n
}
