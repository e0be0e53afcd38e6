package pebble

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// filtersNumbers are the filters on numbers.
func filtersNumbers() []Filter {
	return []Filter{
		{
			Entry{
				Name: "abs", Loose: true, Summary: "a number without its sign",
				Examples: []Example{{"{{ -7.5 | abs }}", "7.5"}},
			},
			func(_ *state, v value.Value, _ []value.Value) (value.Value, error) {
				if !v.IsNumber() {
					return value.Null, evaluationError("filter abs needs a number, not %s", v.Kind())
				}
				if order, ok := value.Compare(v, value.Int(0)); ok && order < 0 {
					return value.Neg(v)
				}
				return v, nil
			},
		},
		{
			Entry{
				Name: "number", Parameters: []Parameter{{Name: "type", Default: value.String("")}},
				Summary: "the number that a string says; type is INT, LONG, BIGINTEGER, FLOAT, DOUBLE or BIGDECIMAL, else the text decides (0x1F, 010 octal, 12L, 1.5f)",
				Examples: []Example{
					{"{{ '12' | number + 1 }}", "13"},
					{"{{ '0x1F' | number }}", "31"},
					{"{{ '12' | number('DOUBLE') }}", "12.0"},
					{"{{ '12.50' | number('BIGDECIMAL') }}", "12.50"},
				},
			},
			func(_ *state, v value.Value, args []value.Value) (value.Value, error) {
				switch v.Kind() {
				case value.KindNull:
					return v, nil
				case value.KindString:
					return toNumber(v.Str(), args[0].Str())
				default:
					return value.Null, evaluationError("filter number needs a string, not %s", v.Kind())
				}
			},
		},
	}
}

// toNumber reads text as a number of a Java type.
func toNumber(text, kind string) (value.Value, error) {
	invalid := runtimeError("filter number needs a string that is a number")
	if len(text) > value.MaxNumberDigits {
		return value.Null, invalid
	}
	switch kind {
	case "INT", "LONG", "BIGINTEGER":
		size := map[string]int{"INT": 31, "LONG": 63, "BIGINTEGER": 1 << 20}[kind]
		n, ok := parseInteger(text, 10)
		if !ok || n.BitLen() > size {
			return value.Null, invalid
		}
		return value.BigInt(n), nil
	case "FLOAT", "DOUBLE":
		bits := map[string]int{"FLOAT": 32, "DOUBLE": 64}[kind]
		return parseDouble(strings.TrimRight(trimControl(text), "fFdD"), bits, invalid)
	case "BIGDECIMAL":
		d, err := value.ParseDecimal(text)
		if err != nil {
			return value.Null, invalid
		}
		return d, nil
	}
	return guessNumber(text, invalid)
}

// guessNumber reads a number as a Java literal.
func guessNumber(text string, invalid error) (value.Value, error) {
	digits := strings.TrimLeft(text, "+-")
	lower := strings.ToLower(digits)
	switch {
	case len(text)-len(digits) > 1 || digits == "":
		return value.Null, invalid
	case strings.HasPrefix(lower, "0x") || strings.HasPrefix(lower, "#"):
		n, ok := parseInteger(text[:len(text)-len(digits)]+strings.TrimPrefix(strings.TrimPrefix(lower, "0x"), "#"), 16)
		if !ok {
			return value.Null, invalid
		}
		return value.BigInt(n), nil
	case strings.ContainsAny(lower, ".e") || strings.HasSuffix(lower, "f") || strings.HasSuffix(lower, "d"):
		plain := text
		if end := lower[len(lower)-1]; end == 'f' || end == 'd' {
			plain = text[:len(text)-1]
		}
		return parseDouble(plain, 64, invalid)
	}
	base := 10
	if plain := strings.TrimSuffix(lower, "l"); len(plain) < len(lower) {
		text = text[:len(text)-1]
	} else if len(lower) > 1 && lower[0] == '0' {
		base = 8
	}
	n, ok := parseInteger(text, base)
	if !ok {
		return value.Null, invalid
	}
	return value.BigInt(n), nil
}

// parseInteger reads a sign and digits.
func parseInteger(text string, base int) (*big.Int, bool) {
	if strings.Contains(text, "_") {
		return nil, false
	}
	return new(big.Int).SetString(text, base)
}

// parseDouble reads a decimal number; a 32-bit one becomes the double that prints the same.
func parseDouble(text string, bits int, invalid error) (value.Value, error) {
	if text == "" || strings.Trim(text, "+-.0123456789eE") != "" {
		return value.Null, invalid
	}
	f, err := strconv.ParseFloat(text, bits)
	if err != nil {
		return value.Null, invalid
	}
	if bits == 32 {
		f, _ = strconv.ParseFloat(strconv.FormatFloat(f, 'g', -1, 32), 64)
	}
	return value.Float(f), nil
}
