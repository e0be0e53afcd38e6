package pebble

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// escapes are the types of escapeChar.
var escapes = map[string]*strings.Replacer{
	"single": strings.NewReplacer("'", `\'`),
	"double": strings.NewReplacer(`"`, `\"`),
	"shell":  strings.NewReplacer("'", `'\''`),
}

// filtersEscape are the filters that make a text fit where it goes.
func filtersEscape() []Filter {
	return []Filter{
		{
			Entry{
				Name: "escapeChar", Parameters: []Parameter{{Name: "type", Required: true, check: checkEscape}},
				Summary: "a text with its quotes escaped: type is single or double for a backslash, shell for what stands between single quotes; in lists and maps all texts",
				Examples: []Example{
					{`{{ "it's" | escapeChar('single') }}`, `it\'s`},
					{`{{ "it's" | escapeChar('shell') }}`, `it'\''s`},
					{`{{ ['a"b', 1] | escapeChar('double') }}`, `["a\\\"b","1"]`},
				},
			},
			func(st *state, v value.Value, args []value.Value) (value.Value, error) {
				if args[0].Kind() != value.KindString {
					return value.Null, evaluationError("the type of escapeChar must be a string, not %s", args[0].Kind())
				}
				if err := checkEscape(args[0].Str()); err != nil {
					return value.Null, evaluationError("%s", err.Error())
				}
				escape := escapes[strings.ToLower(args[0].Str())]
				return st.eachText(v, 0, func(text string) (string, error) {
					if err := st.ChargeText(text); err != nil {
						return "", err
					}
					text = escape.Replace(text)
					return text, st.ChargeOutput(len(text))
				})
			},
		},
		{
			Entry{
				Name: "slugify", Parameters: []Parameter{{Name: "format"}, {Name: "timeZone"}, {Name: "existingFormat"}, {Name: "locale"}},
				Summary:  "the text of a value in small letters, digits and dashes; the arguments, which Kestra has by inheritance, say nothing",
				Examples: []Example{{"{{ 'Ça va_bien -- déjà' | slugify }}", "ca-va-bien-deja"}},
			},
			func(st *state, v value.Value, _ []value.Value) (value.Value, error) {
				if v.IsNull() {
					return v, nil
				}
				text, err := st.JavaText(v)
				if err != nil {
					return value.Null, err
				}
				if err := st.Charge(len(text) / 2); err != nil {
					return value.Null, err
				}
				return value.String(slug(text)), st.ChargeOutput(len(text))
			},
		},
	}
}

func checkEscape(name string) error {
	if escapes[strings.ToLower(name)] == nil {
		return evaluationError("the type of escapeChar must be single, double or shell")
	}
	return nil
}

// eachText changes the text of a value, or every text in a list or map. Null stays null.
func (st *state) eachText(v value.Value, depth int, change func(string) (string, error)) (value.Value, error) {
	switch v.Kind() {
	case value.KindNull:
		return v, nil
	case value.KindList:
		return st.ChangeItems(v.List(), depth, func(item value.Value) (value.Value, error) {
			return st.eachText(item, depth+1, change)
		})
	case value.KindMap:
		if err := st.EnterValue(v.Map().Len(), depth); err != nil {
			return value.Null, err
		}
		if err := st.ChargeMembers(v.Map().Len()); err != nil {
			return value.Null, err
		}
		out := value.NewMap(v.Map().Len())
		for key, member := range v.Map().All() {
			changed, err := st.eachText(member, depth+1, change)
			if err != nil {
				return value.Null, err
			}
			out.Set(key, changed)
		}
		return value.FromMap(out), nil
	default:
		text, err := st.JavaText(v)
		if err != nil {
			return value.Null, err
		}
		text, err = change(text)
		return value.String(text), err
	}
}

// slug is Kestra's Slugify.of: white space and _ become dashes, accents and everything else go, dashes are one each.
func slug(text string) string {
	var b strings.Builder
	dash := false
	for _, c := range norm.NFD.String(text) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c >= 'A' && c <= 'Z':
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(unicode.ToLower(c))
		case c == '-', c == '_', value.IsSpace(c):
			dash = true
		}
	}
	return b.String()
}
