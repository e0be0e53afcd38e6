package pebble

import (
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

var lineBreaks = strings.NewReplacer("\r\n", "<br />", "\n", "<br />", "\r", "<br />")

// filtersLines are the filters on the lines of a text.
func filtersLines() []Filter {
	parameters := []Parameter{{Name: "amount", Required: true}, {Name: "prefix", Default: value.String(" ")}}
	return []Filter{
		{
			Entry{
				Name: "indent", Parameters: parameters, Summary: "a text whose lines but the first begin with a prefix, that many times",
				Examples: []Example{{"{{ \"a\nb\" | indent(2) }}", "a\n  b"}, {"{{ \"a\nb\" | indent(1, '>') }}", "a\n>b"}},
			},
			func(st *state, v value.Value, args []value.Value) (value.Value, error) {
				return st.indent("indent", v, args)
			},
		},
		{
			Entry{
				Name: "nindent", Parameters: parameters, Summary: "a newline and a text, all of whose lines begin with a prefix, that many times",
				Examples: []Example{{"{{ 'a:' ~ (\"b\nc\" | nindent(2)) }}", "a:\n  b\n  c"}},
			},
			func(st *state, v value.Value, args []value.Value) (value.Value, error) {
				return st.indent("nindent", v, args)
			},
		},
		{
			Entry{
				Name: "nl2br", Loose: true, Summary: "a string with <br /> in place of its newlines",
				Examples: []Example{{"{{ \"a\nb\" | nl2br }}", "a<br />b"}},
			},
			func(st *state, v value.Value, _ []value.Value) (value.Value, error) {
				switch v.Kind() {
				case value.KindNull:
					return v, nil
				case value.KindString:
					if err := st.Charge(len(v.Str()) / meter.TextPerChange); err != nil {
						return value.Null, err
					}
					text := lineBreaks.Replace(v.Str())
					return value.String(text), st.ChargeOutput(len(text))
				default:
					return value.Null, runtimeError("filter nl2br needs a string, not %s", v.Kind())
				}
			},
		},
	}
}

// indent indents the lines of the text of a value.
func (st *state) indent(name string, v value.Value, args []value.Value) (value.Value, error) {
	if v.IsNull() {
		return v, nil
	}
	text, err := st.JavaText(v)
	if err != nil || text == "" {
		return value.String(""), err
	}
	if err := st.ChargeText(text); err != nil {
		return value.Null, err
	}
	amount, ok := meter.Whole(args[0])
	switch {
	case !ok:
		return value.Null, runtimeError("the amount of %s must be a number, not %s", name, args[0].Kind())
	case amount < 0:
		return value.Null, evaluationError("the amount of %s must not be negative", name)
	case args[1].Kind() != value.KindString:
		return value.Null, runtimeError("the prefix of %s must be a string, not %s", name, args[1].Kind())
	}
	if err := st.Charge(len(text) / 64); err != nil {
		return value.Null, err
	}
	prefix, end := args[1].Str(), lineEnd(text)
	size := len(prefix) * int(min(amount, 1<<31))
	if err := st.ChargeOutput(size); err != nil {
		return value.Null, err
	}
	prefix = end + strings.Repeat(prefix, size/max(1, len(prefix)))
	if name == "nindent" {
		text = end + text
	}
	return st.replaceAll(text, end, prefix)
}

// lineEnd returns what ends the lines of a text: the first of these that is in it.
func lineEnd(text string) string {
	for _, end := range []string{"\r\n", "\n\r", "\n", "\r"} {
		if strings.Contains(text, end) {
			return end
		}
	}
	return "\n"
}
