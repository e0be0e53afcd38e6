package flow

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Plain scalars mean what they mean in YAML 1.1, as Kestra's parser has it: 0123 is 83, yes is true, 1_000 is 1000
// (spec/kestra-live.md B, "Dynamic keys"). Its times of day as numbers (11:12 is 672) and its dates are left as text.
var (
	decimalInt = regexp.MustCompile(`^[-+]?(?:0|[1-9][0-9_]*)$`)
	otherInt   = regexp.MustCompile(`^[-+]?0(?:b_*[01][01_]*|x_*[0-9a-fA-F][0-9a-fA-F_]*|[0-7_]*[0-7][0-7_]*)$`)
	decimal    = regexp.MustCompile(`^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?)$`)
)

// scalarValue returns the value of a scalar, and whether its tag, if it has one, fits.
func scalarValue(n *yaml.Node) (value.Value, bool) {
	const quoted = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	if n.Style&yaml.TaggedStyle == 0 {
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

// maxDigits bounds a number's length: longer ones stay text, as JSON bodies' do (design §6).
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

// nodeScalar returns the value of a scalar; null for a list or mapping.
func nodeScalar(n *yaml.Node) value.Value {
	if n.Kind != yaml.ScalarNode {
		return value.Null
	}
	v, _ := scalarValue(n)
	return v
}

// isNull reports whether a node is null, which means that its member counts as not written.
func isNull(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode {
		return false
	}
	v, ok := scalarValue(n)
	return ok && v.IsNull()
}

// nodeValue returns the value of a checked node. Nodes that several aliases name are converted each time; their number
// is bounded by maxExpansion.
func nodeValue(n *yaml.Node) value.Value {
	switch n.Kind {
	case yaml.MappingNode:
		m := value.NewMap(len(n.Content) / 2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			m.Set(n.Content[i].Value, nodeValue(n.Content[i+1]))
		}
		return value.FromMap(m)
	case yaml.SequenceNode:
		items := make([]value.Value, len(n.Content))
		for i, item := range n.Content {
			items[i] = nodeValue(item)
		}
		return value.ListOf(items...)
	default:
		v, _ := scalarValue(n)
		return v
	}
}
