package pebble

import (
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// filtersIon is the filter toIon. Ion is the format in which Kestra keeps rows in files; here is its text form.
func filtersIon() []Filter {
	return []Filter{{
		Entry{
			Name: "toIon", Loose: true, Summary: "the Ion text of a value",
			Examples: []Example{{"{{ {'a': [1, 1.5, 'x'], 'k-d': null} | toIon }}", `{a:[1,1.5e0,"x"],'k-d':null}`}},
		},
		func(st *state, v value.Value, _ []value.Value) (value.Value, error) {
			if err := st.Walk(v); err != nil {
				return value.Null, err
			}
			out, err := st.appendIon(nil, v)
			return value.String(string(out)), err
		},
	}}
}

func (st *state) appendIon(out []byte, v value.Value) ([]byte, error) {
	start := len(out)
	var err error
	switch v.Kind() {
	case value.KindList:
		out = append(out, '[')
		for i, item := range v.List().All() {
			if i > 0 {
				out = append(out, ',')
			}
			if out, err = st.appendIon(out, item); err != nil {
				return out, err
			}
		}
		return append(out, ']'), st.ChargeOutput(v.List().Len() + 2)
	case value.KindMap:
		out = append(out, '{')
		for i := range v.Map().Len() {
			if i > 0 {
				out = append(out, ',')
			}
			key := len(out)
			out = append(appendIonSymbol(out, v.Map().Key(i)), ':')
			if err := st.ChargeOutput(len(out) - key + 1); err != nil {
				return out, err
			}
			if out, err = st.appendIon(out, v.Map().At(i)); err != nil {
				return out, err
			}
		}
		return append(out, '}'), st.ChargeOutput(2)
	case value.KindString:
		out = append(out, '"')
		out = append(appendIonText(out, v.Str(), '"'), '"')
	case value.KindFloat:
		out = append(out, ionFloat(value.JavaText(v))...)
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
		out = append(appendIonText(out, value.JavaText(v), '"'), '"')
	}
	return out, st.ChargeOutput(len(out) - start)
}

// ionFloat writes a double: an exponent tells it from a decimal.
func ionFloat(text string) string {
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

// appendIonSymbol writes the name of a member: as it is if it is an identifier, else in single quotes.
func appendIonSymbol(out []byte, name string) []byte {
	if isIonIdentifier(name) {
		switch name {
		case "null", "true", "false", "nan":
		default:
			return append(out, name...)
		}
	}
	out = append(out, '\'')
	return append(appendIonText(out, name, '\''), '\'')
}

func isIonIdentifier(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !isASCIILetterI(c) && c != '_' && c != '$' && (i == 0 || !isDigit(c)) {
			return false
		}
	}
	// $ and digits are a symbol by its number
	return name != "" && (name[0] != '$' || strings.Trim(name[1:], "0123456789") != "" || name == "$")
}

func appendIonText(out []byte, text string, quote byte) []byte {
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

func isASCIILetterI(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
