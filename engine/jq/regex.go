package jq

import (
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// regexFunctions are the functions that take a regular expression and flags: g all matches, i any case, x with blanks and
// comments, m or p a dot matches a newline too, s nothing that is not so anyway, n no empty matches, l (the longest match)
// is refused.
func regexFunctions() map[string]valueFunc {
	return map[string]valueFunc{
		"_match/2": func(r *run, v value.Value, a []value.Value) (value.Value, error) {
			pattern, flags, err := patternOf(v, a[0], a[1])
			if err != nil {
				return value.Null, err
			}
			return r.matches(v.Str(), pattern, flags)
		},
		"test/2": func(r *run, v value.Value, a []value.Value) (value.Value, error) {
			pattern, flags, err := patternOf(v, a[0], a[1])
			if err != nil {
				return value.Null, err
			}
			found, err := r.matches(v.Str(), pattern, strings.ReplaceAll(flags, "g", ""))
			return value.Bool(err == nil && found.List().Len() > 0), err
		},
		"_split/2": split,
		// The regular expression and the flags that are one argument.
		"_alone/1": func(_ *run, _ value.Value, a []value.Value) (value.Value, error) {
			switch re := a[0]; {
			case re.Kind() == value.KindString:
				return value.ListOf(re, value.Null), nil
			case re.List().Len() > 1:
				return re, nil
			case re.List().Len() == 1:
				return value.ListOf(re.List().At(0), value.Null), nil
			default:
				return value.Null, fail("%s not a string or array", typeName(re))
			}
		},
		// The captures of a match by their names.
		"_named/0": func(r *run, v value.Value, _ []value.Value) (value.Value, error) { return r.named(v) },
	}
}

// split splits a text by the matches for all of some flags.
func split(r *run, v value.Value, a []value.Value) (value.Value, error) {
	parts, rest := make([]value.Value, 0, 1), v.Str()
	for _, f := range a[1].List().Slice() {
		if f.IsNull() {
			f = value.String("")
		}
		if f.Kind() != value.KindString {
			return value.Null, mismatch(value.String("g"), f, "added")
		}
		pattern, flags, err := patternOf(v, a[0], f)
		if err != nil {
			return value.Null, err
		}
		found, err := r.matches(v.Str(), pattern, flags+"g")
		if err != nil {
			return value.Null, err
		}
		end := len(v.Str()) - len(rest)
		if len(parts) == 0 {
			end = 0
		}
		if rest, err = between(v.Str(), found, func(before string, _ value.Value) error {
			if err := r.added(len(parts) + 1); err != nil {
				return err
			}
			parts = append(parts, value.String(before[min(end, len(before)):]))
			end = 0
			return nil
		}); err != nil {
			return value.Null, err
		}
	}
	if len(a[1].List().Slice()) == 0 {
		if err := needs("_match_impl/3", v, "STRING"); err != nil {
			return value.Null, err
		}
	}
	return value.ListOf(append(parts, value.String(rest))...), r.added(len(parts) + 1)
}

// named returns the captures of a match that have a name, by it.
func (r *run) named(match value.Value) (value.Value, error) {
	captures, _ := match.Map().Get("captures")
	if err := r.object(captures.List().Len()); err != nil {
		return value.Null, err
	}
	out := value.NewMap(captures.List().Len())
	for _, c := range captures.List().Slice() {
		if name, _ := c.Map().Get("name"); name.Kind() == value.KindString {
			text, _ := c.Map().Get("string")
			out.Set(name.Str(), text)
		}
	}
	return value.FromMap(out), nil
}

// between calls each with the text before every match, and returns the text behind the last one.
func between(text string, matches value.Value, each func(before string, match value.Value) error) (string, error) {
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

// substitute is sub(re; with) or sub(re; with; flags): what with gives for the named captures of a match replaces it, in
// every combination, of which the last match varies slowest.
func substitute(always string) native {
	return func(args []filter) filter {
		with, flags := args[1], constant(value.String(""))
		if len(args) > 2 {
			flags = args[2]
		}
		return func(r *run, env *bindings, in datum, emit emit) error {
			return args[0](r, env, datum{v: in.v}, func(re datum) error {
				return flags(r, env, datum{v: in.v}, func(f datum) error {
					found, err := r.substitutions(in.v, re.v, f.v, always)
					if err != nil {
						return err
					}
					// As jackson-jq does: as often as there are flags.
					return flags(r, env, datum{v: in.v}, func(datum) error {
						return r.substitute(in.v.Str(), found, with, env, emit)
					})
				})
			})
		}
	}
}

// substitutions returns the matches that are to be replaced.
func (r *run) substitutions(v, re, f value.Value, always string) (value.Value, error) {
	if f.IsNull() && always != "" {
		f = value.String("")
	}
	if always != "" && f.Kind() != value.KindString {
		return value.Null, mismatch(f, value.String(always), "added")
	}
	for _, failed := range []error{
		needs("_sub_impl/3", v, "STRING"), needsArgument("_sub_impl/3", "1st", re, "STRING"), needsArgument("_sub_impl/3", "3rd", f, "STRING"),
	} {
		if failed != nil {
			return value.Null, failed
		}
	}
	options, err := optionsOf(f.Str() + always)
	if err != nil {
		return value.Null, err
	}
	options.twice = false // jackson-jq replaces it without end
	return r.matchesOf(v.Str(), re.Str(), options)
}

// substitute emits a text with its matches replaced, in every way there is.
func (r *run) substitute(text string, matches value.Value, with filter, env *bindings, emit emit) error {
	n := matches.List().Len()
	if err := r.list(3 * n); err != nil { // of texts and of lists of texts
		return err
	}
	before, replacements := make([]string, 0, n), make([][]string, n)
	rest, err := between(text, matches, func(part string, _ value.Value) error {
		before = append(before, part)
		return nil
	})
	if err != nil {
		return err
	}
	for i := n - 1; i >= 0; i-- {
		if replacements[i], err = r.replacements(matches.List().At(i), with, env); err != nil || len(replacements[i]) == 0 {
			return err
		}
	}
	for choice := make([]int, n); ; {
		size := len(rest)
		for i, part := range before {
			size += len(part) + len(replacements[i][choice[i]])
		}
		if err := r.m.ChargeOutput(size); err != nil {
			return err
		}
		if err := r.m.Charge(n); err != nil {
			return err
		}
		var out strings.Builder
		out.Grow(size)
		for i, part := range before {
			out.WriteString(part)
			out.WriteString(replacements[i][choice[i]])
		}
		out.WriteString(rest)
		if err := emit(datum{v: value.String(out.String())}); err != nil {
			return err
		}
		i := 0
		for ; i < n; i++ {
			if choice[i]++; choice[i] < len(replacements[i]) {
				break
			}
			choice[i] = 0
		}
		if i == n {
			return nil
		}
	}
}

// replacements returns what a match may be replaced by: the texts of scalars; lists and maps have none.
func (r *run) replacements(match value.Value, with filter, env *bindings) ([]string, error) {
	captures, err := r.named(match)
	if err != nil {
		return nil, err
	}
	var texts []string
	err = with(r, env, datum{v: captures}, func(it datum) error {
		if err := r.added(len(texts) + 1); err != nil {
			return err
		}
		text := ""
		if it.v.Kind() != value.KindList && it.v.Kind() != value.KindMap {
			var err error
			if text, err = r.plain(it.v); err != nil {
				return err
			}
		}
		texts = append(texts, text)
		return nil
	})
	return texts, err
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

// patternOf returns the regular expression and the flags of a call.
func patternOf(v, re, f value.Value) (pattern, flags string, err error) {
	for _, failed := range []error{
		needs("_match_impl/3", v, "STRING"), needsArgument("_match_impl/3", "2nd", f, "STRING, NULL"), needsArgument("_match_impl/3", "1st", re, "STRING"),
	} {
		if failed != nil {
			return "", "", failed
		}
	}
	return re.Str(), f.Str(), nil
}

// options are the flags of a call.
type options struct {
	global, nonEmpty bool
	twice            bool // an empty match is found again when the search goes on from where it ends
	onigFlags
}

func optionsOf(flags string) (o options, err error) {
	for _, flag := range flags {
		switch flag {
		case 'g':
			o.global, o.twice = true, true
		case 'n':
			o.nonEmpty = true
		case 'i':
			o.fold = true
		case 'x':
			o.blank = true
		case 'm', 'p':
			o.all = true
		case 's':
		case 'l':
			return o, regexFault("the longest match cannot be found")
		default:
			return o, fail("%s is not a valid modifier string", onlyCaught(flags))
		}
	}
	return o, nil
}

// regexFault is the failure of a regular expression, which as in Kestra no program can catch.
func regexFault(why string) error {
	return meter.NewFault(meter.ClassEvaluation, -1, "jq program failed: regular expression is invalid: %s", why)
}

// matches returns the matches in a text, the first one only unless the flags have a g.
func (r *run) matches(text, pattern, flags string) (value.Value, error) {
	options, err := optionsOf(flags)
	if err != nil {
		return value.Null, err
	}
	return r.matchesOf(text, pattern, options)
}

func (r *run) matchesOf(text, pattern string, options options) (value.Value, error) {
	if err := r.m.Charge(len(pattern)); err != nil {
		return value.Null, err
	}
	translated, err := onigPattern(pattern, options.onigFlags)
	if err != nil {
		return value.Null, regexFault(err.Error())
	}
	var found []value.Value
	at, characters := 0, 0
	next := 0 // where jackson-jq searches on, see below
	err = r.regexes.Matches(r.m, text, translated, func(m javaregex.Match) (bool, error) {
		if options.nonEmpty && m.Start() == m.End() {
			return true, nil
		}
		if next >= len(text) && next > 0 {
			return false, nil
		}
		if err := r.chargeMatch(m); err != nil {
			return false, err
		}
		characters += utf8.RuneCountInString(text[at:m.Start()])
		at = m.Start()
		match := matched(text, m, characters)
		found = append(found, match)
		if options.twice && m.Start() == m.End() && m.Start() > next && m.Start() < len(text) { // it is found again from where it ends
			found = append(found, match)
			next = m.Start()
		}
		if options.twice && m.End() == next {
			_, size := utf8.DecodeRuneInString(text[next:])
			next += max(1, size)
		} else {
			next = m.End()
		}
		return options.global, nil
	})
	if failed, ok := err.(*meter.Fault); ok && failed.Class == meter.ClassRuntime { //nolint:errorlint // never wrapped
		err = &meter.Fault{Class: meter.ClassEvaluation, At: -1, Msg: "jq program failed: " + failed.Msg, Err: failed.Err}
	}
	return value.ListOf(found...), err
}

// chargeMatch charges for the objects that a match becomes.
func (r *run) chargeMatch(m javaregex.Match) error {
	if err := r.m.Charge(8 + 8*m.Regexp().NumGroups()); err != nil {
		return err
	}
	return r.m.Allocate(2 * (meter.ItemBytes + (1+m.Regexp().NumGroups())*(meter.MapBytes+4*meter.MemberBytes)))
}

// matched returns a match as the object that jq makes of it. One that is empty has no captures.
func matched(text string, m javaregex.Match, characters int) value.Value {
	var captures []value.Value
	if m.Start() < m.End() {
		captures = make([]value.Value, m.Regexp().NumGroups())
		for i := range captures {
			captures[i] = capture(m, i+1, characters)
		}
	}
	length := utf8.RuneCountInString(text[m.Start():m.End()])
	return value.MapOf("offset", value.Int(int64(characters)), "length", value.Int(int64(length)),
		"string", value.String(text[m.Start():m.End()]), "captures", value.ListOf(captures...))
}

// capture returns what a group of a match captured; matchOffset is where the match begins, in characters.
func capture(m javaregex.Match, group, matchOffset int) value.Value {
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
