package pebble

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/javaformat"
	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// filtersText are the filters that change or look into text.
func filtersText() []Filter {
	return []Filter{
		changeCase("upper", "upper case", javaformat.Upper, Example{"{{ 'straße' | upper }}", "STRASSE"}),
		changeCase("lower", "lower case", javaformat.Lower, Example{"{{ 'ABC' | lower }}", "abc"}),
		onlyText("trim", "without the blanks and control characters around it", trimControl, Example{"{{ ' a ' | trim }}", "a"}),
		onlyText("capitalize", "the first letter in title case", capitalize, Example{"{{ 'hello world' | capitalize }}", "Hello world"}),
		onlyText("title", "the first letter of each word in title case", titleCase, Example{"{{ 'hello wORLD' | title }}", "Hello WORLD"}),
		{
			Entry{
				Name: "startsWith", Parameters: []Parameter{{Name: "value", Required: true}},
				Summary: "whether the text of a value begins with another", Examples: []Example{{"{{ 'abc' | startsWith('ab') }}", "true"}},
			},
			edge(strings.HasPrefix),
		},
		{
			Entry{
				Name: "endsWith", Parameters: []Parameter{{Name: "value", Required: true}},
				Summary: "whether the text of a value ends with another", Examples: []Example{{"{{ 'abc' | endsWith('bc') }}", "true"}},
			},
			edge(strings.HasSuffix),
		},
		{
			Entry{
				Name: "split", Parameters: []Parameter{{Name: "delimiter", Required: true, check: javaregex.Check}, {Name: "limit"}},
				Summary: "the parts of a string between matches of a regular expression; without the empty ones at its end unless limit is negative",
				Examples: []Example{
					{"{{ 'a,b' | split(',') }}", `["a","b"]`},
					{"{{ 'a,b,c' | split(',', 2) }}", `["a","b,c"]`},
					{"{{ 'a,,' | split(',', -1) }}", `["a","",""]`},
				},
			},
			func(st *state, v value.Value, args []value.Value) (value.Value, error) {
				if v.IsNull() {
					return v, nil
				}
				if v.Kind() != value.KindString {
					return value.Null, runtimeError("filter split needs a string, not %s", v.Kind())
				}
				switch args[0].Kind() {
				case value.KindString:
				case value.KindNull:
					return value.Null, evaluationError("the delimiter of split must be a string, not null")
				default:
					return value.Null, runtimeError("the delimiter of split must be a string, not %s", args[0].Kind())
				}
				limit, ok := meter.Whole(args[1])
				if !args[1].IsNull() && !ok {
					return value.Null, runtimeError("the limit of split must be a number, not %s", args[1].Kind())
				}
				return st.splitRegex(v.Str(), args[0].Str(), int(max(-1, min(limit, 1<<31-1))))
			},
		},
		{
			Entry{
				Name: "replace", Parameters: []Parameter{{Name: "replace_pairs", Required: true}, {Name: "regexp", Default: value.Bool(false)}},
				check:   checkReplace,
				Summary: "replaces each key of a map by its value, one after the other; with regexp the keys are regular expressions; in lists and maps all texts",
				Examples: []Example{
					{"{{ 'a.b' | replace({'.': '-'}) }}", "a-b"},
					{"{{ 'aaa' | replace({'a(a)': '$1x'}, regexp=true) }}", "axa"},
					{"{{ ['ab', 'b'] | replace({'b': 'x'}) }}", `["ax","x"]`},
				},
			},
			replaceFilter,
		},
	}
}

// anyText is a filter on the text of any value; null stays null.
func anyText(name, summary string, change func(string) string, examples ...Example) Filter {
	return Filter{
		Entry{Name: name, Loose: true, Summary: summary, Examples: examples},
		func(st *state, v value.Value, _ []value.Value) (value.Value, error) {
			if v.IsNull() {
				return v, nil
			}
			text, err := st.JavaText(v)
			if err != nil {
				return value.Null, err
			}
			if err := st.ChargeText(text); err != nil {
				return value.Null, err
			}
			text = change(text)
			return value.String(text), st.ChargeOutput(len(text))
		},
	}
}

// changeCase is a filter to another case; beyond ASCII that takes its time.
func changeCase(name, summary string, change func(string) string, example Example) Filter {
	f := anyText(name, summary, change, example)
	call := f.call
	f.call = func(st *state, v value.Value, args []value.Value) (value.Value, error) {
		if !value.IsASCII(v.Str()) {
			if err := st.Charge(len(v.Str()) / meter.TextPerChange); err != nil {
				return value.Null, err
			}
		}
		return call(st, v, args)
	}
	return f
}

// ofString is what a filter on strings does; null stays null, anything else fails.
func ofString(name string, fail func(string, ...any) error, change func(*state, string) (string, error)) func(*state, value.Value, []value.Value) (value.Value, error) {
	return func(st *state, v value.Value, _ []value.Value) (value.Value, error) {
		switch v.Kind() {
		case value.KindNull:
			return v, nil
		case value.KindString:
			if err := st.ChargeText(v.Str()); err != nil {
				return value.Null, err
			}
			text, err := change(st, v.Str())
			if err != nil {
				return value.Null, err
			}
			return value.String(text), nil
		default:
			return value.Null, fail("filter %s needs a string, not %s", name, v.Kind())
		}
	}
}

// onlyText is a filter that changes strings.
func onlyText(name, summary string, change func(string) string, examples ...Example) Filter {
	return Filter{
		Entry{Name: name, Loose: true, Summary: summary, Examples: examples},
		ofString(name, runtimeError, func(st *state, s string) (string, error) {
			text := change(s)
			return text, st.ChargeOutput(len(text))
		}),
	}
}

func edge(has func(text, part string) bool) func(*state, value.Value, []value.Value) (value.Value, error) {
	return func(st *state, v value.Value, args []value.Value) (value.Value, error) {
		if v.IsNull() || args[0].IsNull() {
			return value.Null, runtimeError("null has no text to compare")
		}
		text, err := st.JavaText(v)
		if err != nil {
			return value.Null, err
		}
		part, err := st.JavaText(args[0])
		if err != nil {
			return value.Null, err
		}
		return value.Bool(has(text, part)), st.Charge(len(part) / meter.TextPerStep)
	}
}

func capitalize(text string) string {
	i := len(text) - len(trimLeftSpace(text))
	r, size := utf8.DecodeRuneInString(text[i:])
	if size == 0 {
		return text
	}
	return text[:i] + string(unicode.ToTitle(r)) + text[i+size:]
}

func titleCase(text string) string {
	var b strings.Builder
	start := true
	for _, r := range text {
		if start {
			b.WriteRune(unicode.ToTitle(r))
		} else {
			b.WriteRune(r)
		}
		start = value.IsSpace(r)
	}
	return b.String()
}

func replaceFilter(st *state, v value.Value, args []value.Value) (value.Value, error) {
	if v.IsNull() {
		return v, nil
	}
	pairs, regexp := args[0], args[1].Bool()
	switch {
	case pairs.IsNull():
		return value.Null, evaluationError("argument replace_pairs of replace must be a map, not null")
	case pairs.Kind() != value.KindMap:
		return value.Null, runtimeError("argument replace_pairs of replace must be a map, not %s", pairs.Kind())
	case args[1].Kind() != value.KindBool:
		return value.Null, runtimeError("argument regexp of replace must be a boolean, not %s", args[1].Kind())
	}
	for from, to := range pairs.Map().All() {
		if to.IsNull() {
			return value.Null, runtimeError("replace has no text for %s in replace_pairs, but null", meter.Cut(from, 40))
		}
	}
	return st.eachText(v, 0, func(text string) (string, error) {
		result := value.String(text)
		for from, to := range pairs.Map().All() {
			with, err := st.JavaText(to)
			if err != nil {
				return "", err
			}
			if regexp {
				result, err = st.replaceRegex(result.Str(), from, with)
			} else {
				result, err = st.replaceAll(result.Str(), from, with)
			}
			if err != nil {
				return "", err
			}
		}
		return result.Str(), nil
	})
}

// replaceAll replaces a text everywhere, within the budget.
func (st *state) replaceAll(text, from, to string) (value.Value, error) {
	if err := st.ChargeSearch(text, from); err != nil {
		return value.Null, err
	}
	n := strings.Count(text, from)
	if n == 0 {
		return value.String(text), nil
	}
	if err := st.Charge(n); err != nil {
		return value.Null, err
	}
	if err := st.ChargeOutput(len(text) + n*(len(to)-len(from))); err != nil {
		return value.Null, err
	}
	return value.String(strings.ReplaceAll(text, from, to)), nil
}
