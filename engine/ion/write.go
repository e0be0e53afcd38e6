package ion

import (
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Text returns the Ion text of a value, within the budget.
func Text(m *meter.Meter, v value.Value) (string, error) {
	if err := m.Walk(v); err != nil {
		return "", err
	}
	out, err := appendValue(m, nil, v)
	return string(out), err
}

// MarkedText returns a map as [Text] does, and marks texts of its members as what mark says; "" is nothing.
func MarkedText(m *meter.Meter, v *value.Map, mark func(name, text string) string) (string, error) {
	if err := m.Walk(value.FromMap(v)); err != nil {
		return "", err
	}
	out := []byte{'{'}
	for name, member := range v.All() {
		if len(out) > 1 {
			out = append(out, ',')
		}
		key := len(out)
		out = append(appendSymbol(out, name), ':')
		if member.Kind() == value.KindString {
			if as := mark(name, member.Str()); as != "" {
				out = append(appendSymbol(out, as), "::"...)
			}
		}
		if err := m.ChargeOutput(len(out) - key + 1); err != nil {
			return "", err
		}
		var err error
		if out, err = appendValue(m, out, member); err != nil {
			return "", err
		}
	}
	return string(append(out, '}')), m.ChargeOutput(2)
}

func appendValue(m *meter.Meter, out []byte, v value.Value) ([]byte, error) {
	start := len(out)
	var err error
	switch v.Kind() {
	case value.KindList:
		out = append(out, '[')
		for i, item := range v.List().All() {
			if i > 0 {
				out = append(out, ',')
			}
			if out, err = appendValue(m, out, item); err != nil {
				return out, err
			}
		}
		return append(out, ']'), m.ChargeOutput(v.List().Len() + 2)
	case value.KindMap:
		out = append(out, '{')
		for i := range v.Map().Len() {
			if i > 0 {
				out = append(out, ',')
			}
			key := len(out)
			out = append(appendSymbol(out, v.Map().Key(i)), ':')
			if err := m.ChargeOutput(len(out) - key + 1); err != nil {
				return out, err
			}
			if out, err = appendValue(m, out, v.Map().At(i)); err != nil {
				return out, err
			}
		}
		return append(out, '}'), m.ChargeOutput(2)
	case value.KindString:
		out = append(out, '"')
		out = append(appendText(out, v.Str(), '"'), '"')
	case value.KindFloat:
		out = append(out, float(value.JavaText(v))...)
	case value.KindDecimal:
		text := value.JavaText(v)
		if !strings.Contains(text, ".") {
			text += "."
		}
		out = append(out, text...)
	case value.KindTime:
		out = append(out, strings.Trim(value.JSON(v), `"`)...)
	case value.KindNull, value.KindBool, value.KindInt, value.KindBigInt:
		out = value.AppendJavaText(out, v)
	default:
		out = append(out, '"')
		out = append(appendText(out, value.JavaText(v), '"'), '"')
	}
	return out, m.ChargeOutput(len(out) - start)
}

// float writes a double: an exponent tells it from a decimal.
func float(text string) string {
	switch {
	case text == "NaN":
		return "nan"
	case text == "Infinity":
		return "+inf"
	case text == "-Infinity":
		return "-inf"
	case strings.Contains(text, "E"):
		return strings.ToLower(text)
	default:
		return strings.TrimSuffix(text, ".0") + "e0"
	}
}

// appendSymbol writes the name of a member: as it is if it is an identifier, else in single quotes.
func appendSymbol(out []byte, name string) []byte {
	if isIdentifier(name) {
		switch name {
		case "null", "true", "false", "nan":
		default:
			return append(out, name...)
		}
	}
	out = append(out, '\'')
	return append(appendText(out, name, '\''), '\'')
}

func isIdentifier(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !isLetter(c) && c != '_' && c != '$' && (i == 0 || !isDigit(c)) {
			return false
		}
	}
	// $ and digits are a symbol by its number
	return name != "" && (name[0] != '$' || strings.Trim(name[1:], "0123456789") != "" || name == "$")
}

func appendText(out []byte, text string, quote byte) []byte {
	const hex = "0123456789abcdef"
	for i := range len(text) {
		c := text[i]
		switch {
		case c == quote || c == '\\':
			out = append(out, '\\', c)
		case c == '\n':
			out = append(out, `\n`...)
		case c == '\r':
			out = append(out, `\r`...)
		case c == '\t':
			out = append(out, `\t`...)
		case c < 0x20 || c == 0x7f:
			out = append(out, '\\', 'x', hex[c>>4], hex[c&15])
		default:
			out = append(out, c)
		}
	}
	return out
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
