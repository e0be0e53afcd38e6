package yaml

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Plain scalars mean what they mean in YAML 1.1, which Kestra's parser reads: 0123 is 83, yes is true, 1_000 is 1000. Two
// kinds that YAML 1.1 has besides stay text: times of day as numbers (11:12 would be 672) and dates.
var (
	decimalInt = regexp.MustCompile(`^[-+]?(?:0|[1-9][0-9_]*)$`)
	otherInt   = regexp.MustCompile(`^[-+]?0(?:b_*[01][01_]*|x_*[0-9a-fA-F][0-9a-fA-F_]*|[0-7_]*[0-7][0-7_]*)$`)
	decimal    = regexp.MustCompile(`^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?)$`)
)

// Scalar returns the value of a scalar, and whether its tag, if it has one, fits.
func Scalar(n *Node) (value.Value, bool) {
	const quoted = SingleQuotedStyle | DoubleQuotedStyle | LiteralStyle | FoldedStyle
	if n.Style&TaggedStyle == 0 {
		if n.Style&quoted != 0 {
			return value.String(n.Value), true
		}
		return plainValue(n.Value), true
	}
	v := plainValue(n.Value)
	switch n.Tag {
	case "!!str":
		return value.String(n.Value), true
	case "!!int":
		return v, v.Kind() == value.KindInt || v.Kind() == value.KindBigInt
	case "!!float":
		if v.IsNumber() && v.Kind() != value.KindFloat {
			f, err := strconv.ParseFloat(value.Text(v), 64)
			return value.Float(f), err == nil
		}
		return v, v.Kind() == value.KindFloat
	case "!!bool":
		return v, v.Kind() == value.KindBool
	case "!!null":
		return value.Null, v.IsNull()
	default:
		return value.String(n.Value), false
	}
}

func plainValue(text string) value.Value {
	switch text {
	case "", "~", "null", "Null", "NULL":
		return value.Null
	case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON":
		return value.Bool(true)
	case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF":
		return value.Bool(false)
	}
	if c := text[0]; c != '-' && c != '+' && c != '.' && (c < '0' || c > '9') {
		return value.String(text)
	}
	if v, ok := plainNumber(text); ok {
		return v
	}
	return value.String(text)
}

// maxDigits bounds a number's length: longer ones stay text, as in JSON bodies.
const maxDigits = 1000

func plainNumber(text string) (value.Value, bool) {
	if len(text) > maxDigits {
		return value.Null, false
	}
	digits := strings.TrimPrefix(strings.ReplaceAll(text, "_", ""), "+")
	base := 0 // 0x, 0b and a leading 0 say themselves
	switch {
	case decimalInt.MatchString(text):
		base = 10
	case otherInt.MatchString(text):
	case decimal.MatchString(text):
		f, err := strconv.ParseFloat(digits, 64)
		return value.Float(f), err == nil
	default:
		return value.Null, false
	}
	n, ok := new(big.Int).SetString(digits, base)
	if !ok {
		return value.Null, false
	}
	return value.BigInt(n), true
}

// IsNull reports whether a node is a scalar that says null.
func IsNull(n *Node) bool {
	if n.Kind != ScalarNode {
		return false
	}
	v, ok := Scalar(n)
	return ok && v.IsNull()
}

// isUnwritten reports whether nothing at all is written where a node stands.
func isUnwritten(n *Node) bool {
	return n.Kind == ScalarNode && n.Value == "" && n.Style == 0
}
