package pebble

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// jqRegexFunctions are the functions that take a regular expression and flags: g all matches, i any case, x with blanks and
// comments, s a dot matches a newline too, n no empty matches, l (the longest match) is refused.
func jqRegexFunctions() map[string]jqFunc {
	return map[string]jqFunc{
		"_match/2": func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) {
			pattern, flags, err := jqPatternOf(v, a)
			if err != nil {
				return value.Null, err
			}
			return r.matches(v.Str(), pattern, flags)
		},
		"test/2": func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) {
			pattern, flags, err := jqPatternOf(v, a)
			if err != nil {
				return value.Null, err
			}
			found, err := r.matches(v.Str(), pattern, strings.ReplaceAll(flags, "g", ""))
			return value.Bool(err == nil && found.List().Len() > 0), err
		},
		"split/2": func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) {
			pattern, flags, err := jqPatternOf(v, a)
			if err != nil {
				return value.Null, err
			}
			found, err := r.matches(v.Str(), pattern, flags+"g")
			if err != nil {
				return value.Null, err
			}
			parts := make([]value.Value, 0, found.List().Len()+1)
			rest, err := jqBetween(v.Str(), found, func(before string, _ value.Value) error {
				parts = append(parts, value.String(before))
				return nil
			})
			parts = append(parts, value.String(rest))
			if err == nil {
				err = r.st.items(len(parts))
			}
			return value.ListOf(parts...), err
		},
		// The captures of a match by their names.
		"_named/0": func(_ *jqRun, v value.Value, _ []value.Value) (value.Value, error) { return jqNamed(v), nil },
		// Flags with g.
		"_flags/1": func(_ *jqRun, _ value.Value, a []value.Value) (value.Value, error) {
			if a[0].IsNull() {
				return value.String("g"), nil
			}
			if a[0].Kind() != value.KindString {
				return value.Null, jqFail("flags must be a string, not " + jqType(a[0]))
			}
			return value.String(a[0].Str() + "g"), nil
		},
	}
}

// jqNamed returns the captures of a match that have a name, by it.
func jqNamed(match value.Value) value.Value {
	captures, _ := match.Map().Get("captures")
	out := value.NewMap(captures.List().Len())
	for _, c := range captures.List().Slice() {
		if name, _ := c.Map().Get("name"); name.Kind() == value.KindString {
			text, _ := c.Map().Get("string")
			out.Set(name.Str(), text)
		}
	}
	return value.FromMap(out)
}

// jqBetween calls each with the text before every match, and returns the text behind the last one.
func jqBetween(text string, matches value.Value, each func(before string, match value.Value) error) (string, error) {
	at := 0
	for _, m := range matches.List().Slice() {
		offset, _ := m.Map().Get("offset")
		matched, _ := m.Map().Get("string")
		start := byteOffset(text, int(offset.Int())-at)
		if err := each(text[:start], m); err != nil {
			return "", err
		}
		text = text[start+len(matched.Str()):]
		at = int(offset.Int()) + utf8.RuneCountInString(matched.Str())
	}
	return text, nil
}

// jqSubstitute is sub(re; with) or sub(re; with; flags): what with gives for the named captures of a match replaces it.
// Of several outputs the last one counts.
func jqSubstitute(always string) jqNative {
	return func(args []jqNode) jqNode {
		with := args[1]
		flags := jqConstant(value.Null)
		if len(args) > 2 {
			flags = args[2]
		}
		return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
			return jqArguments(r, env, in.v, []jqNode{args[0], flags}, make([]value.Value, 2), func(a []value.Value) error {
				pattern, flags, err := jqPatternOf(in.v, a)
				if err != nil {
					return err
				}
				found, err := r.matches(in.v.Str(), pattern, flags+always)
				if err != nil {
					return err
				}
				var out strings.Builder
				rest, err := jqBetween(in.v.Str(), found, func(before string, match value.Value) error {
					last := value.String("")
					err := with(r, env, jqItem{v: jqNamed(match)}, func(it jqItem) error {
						last = it.v
						return nil
					})
					if err != nil {
						return err
					}
					if last.Kind() != value.KindString {
						return jqFail("replacement must be a string, not " + jqType(last))
					}
					out.WriteString(before)
					out.WriteString(last.Str())
					return r.st.produce(len(before) + len(last.Str()))
				})
				if err != nil {
					return err
				}
				out.WriteString(rest)
				if err := r.st.produce(len(rest)); err != nil {
					return err
				}
				return emit(jqItem{v: value.String(out.String())})
			})
		}
	}
}

// byteOffset returns where the nth character of a text begins.
func byteOffset(text string, n int) int {
	at := 0
	for range n {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}

// jqPatternOf returns the regular expression and the flags of a call; both may stand in one array.
func jqPatternOf(v value.Value, a []value.Value) (pattern, flags string, err error) {
	re, f := a[0], a[1]
	if re.Kind() == value.KindList && re.List().Len() > 0 && f.IsNull() {
		if re.List().Len() > 1 {
			f = re.List().At(1)
		}
		re = re.List().At(0)
	}
	if v.Kind() != value.KindString || re.Kind() != value.KindString {
		return "", "", jqFail("regular expressions match strings, not " + jqType(v) + " by " + jqType(re))
	}
	if !f.IsNull() && f.Kind() != value.KindString {
		return "", "", jqFail("flags must be a string, not " + jqType(f))
	}
	return re.Str(), f.Str(), nil
}

// matches returns the matches in a text, the first one only unless the flags have a g.
func (r *jqRun) matches(text, pattern, flags string) (value.Value, error) {
	global, nonEmpty, inline := false, false, ""
	for _, flag := range flags {
		switch flag {
		case 'g':
			global = true
		case 'n':
			nonEmpty = true
		case 'i', 'x', 's':
			inline += string(flag)
		default:
			return value.Null, jqFail(strconv.QuoteRune(flag) + " is no flag of a regular expression here")
		}
	}
	if inline != "" {
		pattern = "(?" + inline + ")" + pattern
	}
	var found []value.Value
	at, characters := 0, 0
	err := r.st.matches(text, pattern, func(m javaregex.Match) (bool, error) {
		start, end := m.Start(), m.End()
		if nonEmpty && start == end {
			return true, nil
		}
		characters += utf8.RuneCountInString(text[at:start])
		at = start
		captures := make([]value.Value, m.Regexp().NumGroups())
		for i := range captures {
			captures[i] = jqCapture(m, i+1, characters)
		}
		length := utf8.RuneCountInString(text[start:end])
		found = append(found, value.MapOf("offset", value.Int(int64(characters)), "length", value.Int(int64(length)),
			"string", value.String(text[start:end]), "captures", value.ListOf(captures...)))
		if err := r.st.charge(8 + 8*len(captures)); err != nil {
			return false, err
		}
		return global, nil
	})
	if failed, ok := err.(*fault); ok && failed.class != ClassLimit && failed.class != ClassBusy { //nolint:errorlint // never wrapped
		err = jqFail(failed.msg)
	}
	return value.ListOf(found...), err
}

// jqCapture returns what a group of a match captured; matchOffset is where the match begins, in characters.
func jqCapture(m javaregex.Match, group, matchOffset int) value.Value {
	name := value.Null
	if known := m.Regexp().GroupName(group); known != "" {
		name = value.String(known)
	}
	start, end, ok := m.Span(group)
	if !ok {
		return value.MapOf("offset", value.Int(-1), "length", value.Int(0), "string", value.Null, "name", name)
	}
	captured := m.Text[start:end]
	offset := matchOffset
	if start >= m.Start() {
		offset += utf8.RuneCountInString(m.Text[m.Start():start])
	} else { // captured by a look behind
		offset -= utf8.RuneCountInString(m.Text[start:m.Start()])
	}
	return value.MapOf("offset", value.Int(int64(offset)), "length", value.Int(int64(utf8.RuneCountInString(captured))),
		"string", value.String(captured), "name", name)
}
