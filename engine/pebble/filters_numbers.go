package pebble

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
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
			func(st *state, v value.Value, args []value.Value) (value.Value, error) {
				switch v.Kind() {
				case value.KindNull:
					return v, nil
				case value.KindString:
					if args[0].Kind() != value.KindString {
						return value.Null, runtimeError("the type of number must be a string, not %s", args[0].Kind())
					}
					if err := st.Charge(min(len(v.Str()), value.MaxNumberDigits) / meter.TextPerChange); err != nil {
						return value.Null, err
					}
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
		n, ok := decodeInteger(text)
		if !ok || n.BitLen() > size {
			return value.Null, invalid
		}
		return value.BigInt(n), nil
	case "FLOAT":
		return parseDouble(withoutSuffix(trimControl(text)), 32, invalid)
	case "DOUBLE":
		return parseDouble(withoutSuffix(trimControl(text)), 64, invalid)
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
	lower := strings.ToLower(strings.TrimLeft(text, "+-"))
	if !strings.HasPrefix(lower, "0x") && !strings.HasPrefix(lower, "#") {
		switch {
		case strings.HasSuffix(lower, "f"):
			if v, err := parseDouble(text[:len(text)-1], 32, invalid); err == nil && !overflows(v) {
				return v, nil
			}
			return parseDouble(text[:len(text)-1], 64, invalid)
		case strings.HasSuffix(lower, "d"):
			return parseDouble(text[:len(text)-1], 64, invalid)
		case strings.ContainsAny(lower, ".e"):
			return shortestNumber(text, invalid)
		case strings.HasSuffix(lower, "l"):
			text = text[:len(text)-1]
			if n, ok := parseInteger(text, 10); ok {
				return value.BigInt(n), nil
			}
			return value.Null, invalid
		}
	}
	n, ok := decodeInteger(text)
	if !ok {
		return value.Null, invalid
	}
	return value.BigInt(n), nil
}

// shortestNumber reads a decimal number: as a double when that says the same, else as a decimal.
func shortestNumber(text string, invalid error) (value.Value, error) {
	double, err := parseDouble(text, 64, invalid)
	if err != nil {
		return value.Null, err
	}
	exact, err := value.ParseDecimal(text)
	if err != nil {
		return value.Null, invalid
	}
	if !overflows(double) {
		if shortest, err := value.ParseDecimal(value.JavaText(double)); err == nil {
			if order, ok := value.Compare(exact, shortest); ok && order == 0 {
				return double, nil
			}
		}
	}
	return exact, nil
}

func overflows(v value.Value) bool {
	f, _ := v.AsFloat()
	return math.IsInf(f, 0)
}

// decodeInteger reads an integer that may be hexadecimal, behind 0x or #, or octal, behind 0.
func decodeInteger(text string) (*big.Int, bool) {
	digits := strings.TrimLeft(text, "+-")
	sign := text[:len(text)-len(digits)]
	base := 10
	lower := strings.ToLower(digits)
	switch {
	case len(sign) > 1:
		return nil, false
	case strings.HasPrefix(lower, "0x"):
		base, digits = 16, digits[2:]
	case strings.HasPrefix(lower, "#"):
		base, digits = 16, digits[1:]
	case len(digits) > 1 && digits[0] == '0':
		base = 8
	}
	if strings.HasPrefix(digits, "+") || strings.HasPrefix(digits, "-") {
		return nil, false
	}
	return parseInteger(sign+digits, base)
}

// parseInteger reads a sign and digits.
func parseInteger(text string, base int) (*big.Int, bool) {
	if strings.Contains(text, "_") {
		return nil, false
	}
	return new(big.Int).SetString(text, base)
}

// withoutSuffix cuts the letter of a type off a number.
func withoutSuffix(text string) string {
	if text != "" && strings.ContainsRune("fFdD", rune(text[len(text)-1])) {
		return text[:len(text)-1]
	}
	return text
}

// parseDouble reads a decimal number; a 32-bit one becomes the double that prints the same.
func parseDouble(text string, bits int, invalid error) (value.Value, error) {
	switch strings.TrimLeft(text, "+-") {
	case "NaN", "Infinity":
	default:
		if text == "" || strings.Trim(text, "+-.0123456789eE") != "" {
			return value.Null, invalid
		}
	}
	f, err := strconv.ParseFloat(text, bits)
	if err != nil && !errors.Is(err, strconv.ErrRange) { // beyond the range is infinite, as in Java
		return value.Null, invalid
	}
	if bits == 32 {
		f, _ = strconv.ParseFloat(strconv.FormatFloat(f, 'g', -1, 32), 64)
	}
	return value.Float(f), nil
}
