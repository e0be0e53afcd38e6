package pebble

import (
	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// filtersRegex are the filters of Kestra 2.0 that take a regular expression.
func filtersRegex() []Filter {
	pattern := Parameter{Name: "regex", Required: true, check: javaregex.Check}
	return []Filter{
		{
			Entry{
				Name: "regexMatch", Parameters: []Parameter{pattern},
				Summary:  "whether a regular expression matches somewhere in the text of a value; false for null",
				Examples: []Example{{"{{ 'v1.2' | regexMatch('[0-9]+') }}", "true"}, {"{{ null | regexMatch('.') }}", "false"}},
			},
			func(st *state, v value.Value, args []value.Value) (value.Value, error) {
				text, null, err := st.regexText("regexMatch", v, args[0])
				if err != nil || null {
					return value.Bool(false), err
				}
				found, err := st.engine.regexes.Find(st.budget(), text, args[0].Str())
				return value.Bool(found), err
			},
		},
		{
			Entry{
				Name: "regexReplace", Parameters: []Parameter{pattern, {Name: "replacement", Required: true}},
				Summary:  "the text of a value with every match of a regular expression replaced; $1 or ${name} is a group",
				Examples: []Example{{"{{ 'John Doe' | regexReplace('([A-Z][a-z]+) ([A-Z][a-z]+)', '$2 $1') }}", "Doe John"}},
			},
			func(st *state, v value.Value, args []value.Value) (value.Value, error) {
				if v.IsNull() {
					return v, nil
				}
				if args[0].Kind() != value.KindString || args[1].Kind() != value.KindString {
					return value.Null, evaluationError("filter regexReplace needs two strings, not %s and %s", args[0].Kind(), args[1].Kind())
				}
				text, err := st.JavaText(v)
				if err != nil {
					return value.Null, err
				}
				return st.replaceRegex(text, args[0].Str(), args[1].Str())
			},
		},
		{
			Entry{
				Name: "regexExtract", Parameters: []Parameter{pattern, {Name: "group", Default: value.Int(0)}},
				Summary: "the first match of a regular expression in the text of a value, or a group of it by its number; null when nothing matches",
				Examples: []Example{
					{"{{ 'refs/heads/main' | regexExtract('refs/heads/(.+)', 1) }}", "main"},
					{"{{ 'a1b22' | regexExtract('[0-9]+') }}", "1"},
					{"{{ 'abc' | regexExtract('[0-9]+') ?? 'none' }}", "none"},
				},
			},
			func(st *state, v value.Value, args []value.Value) (value.Value, error) {
				number, ok := meter.Whole(args[1])
				if !ok {
					return value.Null, evaluationError("the group of regexExtract must be a number, not %s", args[1].Kind())
				}
				out := value.Null
				text, null, err := st.regexText("regexExtract", v, args[0])
				if err != nil || null {
					return out, err
				}
				err = st.engine.regexes.Matches(st.budget(), text, args[0].Str(), func(m javaregex.Match) (bool, error) {
					if groups := m.Regexp().NumGroups(); number < 0 || number > int64(groups) {
						return false, evaluationError("group %d of regexExtract does not exist: the regular expression has %d", number, groups)
					}
					if group, ok := m.Group(int(number)); ok {
						out = value.String(group)
					}
					return false, nil
				})
				return out, err
			},
		},
	}
}

// regexText returns the text of a value that a filter searches, and whether it is null and has none.
func (st *state) regexText(name string, v, pattern value.Value) (text string, null bool, err error) {
	if pattern.Kind() != value.KindString {
		return "", false, evaluationError("the regex of %s must be a string, not %s", name, pattern.Kind())
	}
	if v.IsNull() {
		return "", true, nil
	}
	text, err = st.JavaText(v)
	return text, false, err
}

// checkReplace finds regular expressions that the call of a filter `replace` has as literal keys and that cannot be used.
func checkReplace(args []expression) error {
	pairs, ok := args[0].(*mapExpr)
	if regexp, _ := literal(args[1]); !ok || !regexp.Bool() {
		return nil
	}
	for _, key := range pairs.keys {
		if err := checkRegexLiteral("replace", key); err != nil {
			return err
		}
	}
	return nil
}

// regexMethods are the methods of texts whose first argument is a regular expression.
var regexMethods = map[string]bool{"matches": true, "replaceall": true, "split": true}

// checkRegexLiteral returns why a regular expression that is a literal cannot be used; nil for any other expression.
func checkRegexLiteral(name string, e expression) *meter.Fault {
	text, ok := literal(e)
	if !ok || text.Kind() != value.KindString {
		return nil
	}
	if wrong := javaregex.Check(text.Str()); wrong != nil {
		return wrongLiteral(wrong, name, e.offset())
	}
	return nil
}
