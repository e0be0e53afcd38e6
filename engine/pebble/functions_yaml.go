package pebble

import (
	"errors"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// functionsYAML is the function yaml.
func functionsYAML() []Function {
	return []Function{{
		Entry{
			Name: "yaml", Parameters: []Parameter{{Name: "yaml", Required: true}},
			Summary:  "the value that a YAML text says, of which only the first document counts; dates stay text",
			Examples: []Example{{"{{ yaml('a: [1, x]').a[1] }}", "x"}, {"{{ yaml(\"- 012\n- 1e3\n- ~\n- 2024-01-01\") }}", `[10,1000.0,null,"2024-01-01"]`}},
		},
		func(st *state, args []value.Value) (value.Value, error) {
			if args[0].Kind() != value.KindString {
				return value.Null, evaluationError("function yaml needs a string, not %s", args[0].Kind())
			}
			return st.parseYAML(args[0].Str())
		},
	}}
}

// parseYAML reads the first document of a text.
func (st *state) parseYAML(text string) (value.Value, error) {
	if err := st.charge(yamlCost + yamlByteCost*len(text)); err != nil {
		return value.Null, err
	}
	var root yaml.Node
	if err := yaml.NewDecoder(strings.NewReader(text)).Decode(&root); err != nil {
		msg := "invalid YAML: " + cut(strings.TrimPrefix(err.Error(), "yaml: "), 200)
		if strings.Contains(msg, "unknown anchor") { // which it would name
			msg = "invalid YAML: an alias has no anchor"
		}
		if errors.Is(err, io.EOF) {
			msg = "invalid YAML: text holds no value"
		}
		return value.Null, &fault{class: ClassEvaluation, at: -1, msg: msg, err: err}
	}
	return st.yamlValue(&root, 0)
}

// What reading YAML costs, in steps: once, and for each byte.
const (
	yamlCost     = 100
	yamlByteCost = 4
)

// yamlValue returns the value of a node. An alias costs what its node does, so that aliases of aliases end.
func (st *state) yamlValue(n *yaml.Node, depth int) (value.Value, error) {
	if err := st.enterValue(len(n.Content), depth); err != nil {
		return value.Null, err
	}
	switch n.Kind {
	case yaml.DocumentNode:
		if len(n.Content) == 0 {
			return value.Null, nil
		}
		return st.yamlValue(n.Content[0], depth)
	case yaml.AliasNode:
		return st.yamlValue(n.Alias, depth+1)
	case yaml.SequenceNode:
		items := make([]value.Value, len(n.Content))
		for i, item := range n.Content {
			v, err := st.yamlValue(item, depth+1)
			if err != nil {
				return value.Null, err
			}
			items[i] = v
		}
		return value.ListOf(items...), nil
	case yaml.MappingNode:
		return st.yamlMap(n, depth)
	case yaml.ScalarNode:
		return yamlScalar(n), nil
	default:
		return value.Null, evaluationError("invalid YAML: a value is missing at line %d", n.Line)
	}
}

// yamlMap returns a map. What << merges into it gives way to its own members.
func (st *state) yamlMap(n *yaml.Node, depth int) (value.Value, error) {
	out := value.NewMap(len(n.Content) / 2)
	var merged []value.Value
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, err := st.yamlValue(n.Content[i], depth+1)
		if err != nil {
			return value.Null, err
		}
		if k := key.Kind(); k == value.KindMap || k == value.KindList {
			return value.Null, evaluationError("invalid YAML: a key is a %s at line %d", k, n.Content[i].Line)
		}
		member, err := st.yamlValue(n.Content[i+1], depth+1)
		if err != nil {
			return value.Null, err
		}
		if n.Content[i].Tag == "!!merge" {
			merged = append(merged, member)
			continue
		}
		name := n.Content[i].Value
		if n.Content[i].Kind == yaml.AliasNode {
			name = n.Content[i].Alias.Value
		}
		out.Set(name, member)
	}
	for _, from := range merged {
		if err := st.mergeYAML(out, from); err != nil {
			return value.Null, err
		}
	}
	return value.FromMap(out), nil
}

// mergeYAML adds the members of a map, or of the maps in a list, that are not there yet.
func (st *state) mergeYAML(out *value.Map, from value.Value) error {
	switch from.Kind() {
	case value.KindList:
		if err := st.charge(from.List().Len()); err != nil {
			return err
		}
		for _, item := range from.List().Slice() {
			if err := st.mergeYAML(out, item); err != nil {
				return err
			}
		}
	case value.KindMap:
		if err := st.charge(from.Map().Len()); err != nil {
			return err
		}
		for key, member := range from.Map().All() {
			setFirst(out, key, member)
		}
	default:
		return evaluationError("invalid YAML: << needs a map or a list of maps, not %s", from.Kind())
	}
	return nil
}

// yamlScalar reads a scalar as Jackson does: booleans are true and false, integers may have a sign, underscores, and the
// prefix of another base, of which a leading 0 is the octal one.
func yamlScalar(n *yaml.Node) value.Value {
	text := n.Value
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 || n.ShortTag() == "!!str" && n.Style&yaml.TaggedStyle != 0 {
		return value.String(text)
	}
	switch text {
	case "", "~", "null", "Null", "NULL":
		return value.Null
	case "true", "True", "TRUE":
		return value.Bool(true)
	case "false", "False", "FALSE":
		return value.Bool(false)
	case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF":
		return value.Float(math.Inf(1))
	case "-.inf", "-.Inf", "-.INF":
		return value.Float(math.Inf(-1))
	case ".nan", ".NaN", ".NAN":
		return value.Float(math.NaN())
	}
	if v, ok := yamlNumber(text); ok {
		return v
	}
	return value.String(text)
}

func yamlNumber(text string) (value.Value, bool) {
	unsigned := strings.TrimLeft(text, "+-")
	if len(text)-len(unsigned) > 1 || unsigned == "" || !isDigit(unsigned[0]) && unsigned[0] != '.' || len(text) > value.MaxNumberDigits {
		return value.Null, false
	}
	digits, base := strings.ReplaceAll(unsigned, "_", ""), 10
	if len(digits) > 1 && digits[0] == '0' {
		switch {
		case digits[1] == 'x' || digits[1] == 'X':
			digits, base = digits[2:], 16
		case digits[1] == 'b' || digits[1] == 'B':
			digits, base = digits[2:], 2
		case digits[1] == 'o':
			digits, base = digits[2:], 8
		case strings.Trim(digits, "01234567") == "":
			base = 8
		}
	}
	if n, ok := new(big.Int).SetString(digits, base); ok && digits != "" && isHexDigit(digits[0]) {
		if text[0] == '-' {
			n.Neg(n)
		}
		return value.BigInt(n), true
	}
	if strings.Trim(unsigned, "0123456789_.eE+-") != "" || base != 10 {
		return value.Null, false
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	if err != nil {
		return value.Null, false
	}
	return value.Float(f), true
}

func isHexDigit(c byte) bool { return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }
