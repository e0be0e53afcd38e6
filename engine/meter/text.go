package meter

import (
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// JavaText returns the Java text of v within the budget: what everything but a direct print sees of a value.
func (m *Meter) JavaText(v value.Value) (string, error) {
	if v.Kind() == value.KindString {
		return v.Str(), nil
	}
	if err := m.WalkText(v); err != nil {
		return "", err
	}
	if err := m.ChargeOutput(m.texts); err != nil {
		return "", err
	}
	known := m.texts
	text := value.JavaText(v)
	return text, m.ChargeOutput(max(0, len(text)-known))
}

// JSON returns the JSON text of v within the budget.
func (m *Meter) JSON(v value.Value) (string, error) {
	if err := m.WalkText(v); err != nil {
		return "", err
	}
	if err := m.ChargeOutput(m.texts); err != nil {
		return "", err
	}
	known := m.texts
	text := value.JSON(v)
	return text, m.ChargeOutput(max(0, len(text)-known))
}

// What reading JSON costs, in steps: once, how many bytes make a step, and how many members or items do. A member costs a
// step more, for its key.
const (
	jsonCost      = 10
	jsonPerStep   = 24
	commasPerStep = 2
)

// ParseJSON reads the first JSON value of a text; blank text is null.
func (m *Meter) ParseJSON(text string) (value.Value, error) {
	if err := m.ChargeJSON(text); err != nil {
		return value.Null, err
	}
	if value.TrimBlank(text) == "" {
		return value.Null, nil
	}
	v, err := value.DecodeJSONPrefix(text)
	if err != nil {
		return value.Null, &Fault{Class: ClassEvaluation, At: -1, Msg: "invalid JSON: " + Cut(err.Error(), 200), Err: err}
	}
	return v, nil
}

// ChargeJSON charges for reading a JSON text, and for the tree that comes of it: strings without escapes stay where they
// are in the text.
func (m *Meter) ChargeJSON(text string) error {
	if err := m.Charge(jsonCost + len(text)/jsonPerStep + strings.Count(text, ",")/commasPerStep + strings.Count(text, ":")); err != nil {
		return err
	}
	return m.Allocate(JSONBytes(text))
}

// JSONBytes returns about what the tree of a JSON text takes in memory, never less.
func JSONBytes(text string) int {
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
			n += MapBytes + ItemBytes
		case ',':
			n += ItemBytes
		case ':':
			n += MemberBytes - ItemBytes
		}
	}
	return n
}
