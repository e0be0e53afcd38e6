package pebble

import "github.com/caddy-kestra/kestra-webhook/engine/value"

// filtersRegex are the filters of Kestra 2.0 that take a regular expression.
func filtersRegex() []Filter {
	pattern := Parameter{Name: "regex", Required: true, check: checkRegex}
	return []Filter{
		{
			Entry{
				Name: "regexMatch", Parameters: []Parameter{pattern},
				Summary:  "whether a regular expression matches somewhere in the text of a value; false for null",
				Examples: []Example{{"{{ 'v1.2' | regexMatch('[0-9]+') }}", "true"}, {"{{ null | regexMatch('.') }}", "false"}},
			},
			func(st *state, v value.Value, args []value.Value) (value.Value, error) {
				found := false
				err := st.regexOn("regexMatch", v, args[0], func(string, regexMatch) (bool, error) {
					found = true
					return false, nil
				})
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
				text, err := st.javaText(v)
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
				number, ok := whole(args[1])
				if !ok {
					return value.Null, evaluationError("the group of regexExtract must be a number, not %s", args[1].Kind())
				}
				out := value.Null
				err := st.regexOn("regexExtract", v, args[0], func(text string, m regexMatch) (bool, error) {
					if number == 0 {
						out = value.String(text[m.start:m.end])
						return false, nil
					}
					if number < 0 || number > int64(len(m.groups)) {
						return false, evaluationError("group %d of regexExtract does not exist: the regular expression has %d", number, len(m.groups))
					}
					if group := m.GroupByNumber(m.groups[number-1]); group != nil && len(group.Captures) > 0 {
						out = value.String(group.String())
					}
					return false, nil
				})
				return out, err
			},
		},
	}
}

// regexOn calls each for the first match of a regular expression in the text of a value. Null has none.
func (st *state) regexOn(name string, v, pattern value.Value, each func(text string, m regexMatch) (bool, error)) error {
	if pattern.Kind() != value.KindString {
		return evaluationError("the regex of %s must be a string, not %s", name, pattern.Kind())
	}
	if v.IsNull() {
		return nil
	}
	text, err := st.javaText(v)
	if err != nil {
		return err
	}
	return st.matches(text, pattern.Str(), func(m regexMatch) (bool, error) { return each(text, m) })
}
