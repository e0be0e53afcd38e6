package pebble

import (
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/dlclark/regexp2/v2"
	"github.com/dlclark/regexp2/v2/syntax"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Regular expressions are Java's as far as regexp2 reads them, each match bounded in time by [Limits.RegexTime].

// regexClock makes the clock of regexp2, which is one for the process, fine enough for the limit.
var regexClock = sync.OnceFunc(func() { regexp2.SetTimeoutCheckPeriod(5 * time.Millisecond) })

// maxPattern is the longest regular expression, in bytes.
const maxPattern = 10_000

// regex is a compiled regular expression.
type regex struct {
	*regexp2.Regexp
	groups []int // the numbers of its groups in Java's order, see groupOrder
}

// regex returns a compiled regular expression; nearly all are literals of templates.
func (st *state) regex(pattern string) (*regex, error) {
	return st.engine.regexes.getOr(st, pattern, func(pattern string) (*regex, error) {
		re, err := compileRegex(pattern)
		if err == nil {
			re.MatchTimeout = st.engine.limits.RegexTime
		}
		return re, err
	})
}

func compileRegex(pattern string) (*regex, error) {
	if len(pattern) > maxPattern {
		return nil, newFault(ClassLimit, -1, "regular expression has more than %d bytes", maxPattern)
	}
	regexClock()
	re, err := regexp2.Compile(pattern, regexp2.RE2) // \d, \w and \s are those of ASCII, as in Java
	if err != nil {
		msg := "regular expression is invalid"
		if failed, ok := errors.AsType[*syntax.Error](err); ok { // without the expression, which may come from a request
			msg += ": " + failed.Code.String()
		}
		return nil, &fault{class: ClassRuntime, at: -1, msg: msg, err: err}
	}
	return &regex{re, groupOrder(pattern)}, nil
}

// checkRegex says what is wrong with a regular expression that is a literal.
func checkRegex(pattern string) error {
	_, err := compileRegex(pattern)
	return err
}

// regexFailed is the failure of a match: it took too long.
func (st *state) regexFailed(err error) error {
	return &fault{
		class: ClassLimit, at: -1, err: err,
		msg: "regular expression takes longer than " + st.engine.limits.RegexTime.String() + " or needs too much memory",
	}
}

func (st *state) matchesRegex(text, pattern string) (bool, error) {
	re, err := st.regex(pattern)
	if err != nil {
		return false, err
	}
	if err := st.scan(text); err != nil {
		return false, err
	}
	begin := time.Now()
	ok, err := re.MatchString(text)
	if err != nil {
		return false, st.regexFailed(err)
	}
	return ok, st.chargeTime(begin)
}

// chargeTime charges for a search that took its time: many slow ones must end as one too slow does.
func (st *state) chargeTime(begin time.Time) error {
	if took := time.Since(begin); took > 20*time.Microsecond {
		return st.charge(int(took / timePerStep))
	}
	return nil
}

// matchCost is what finding one match costs, in steps.
const matchCost = 5

// timePerStep is about what one step takes.
const timePerStep = 50 * time.Nanosecond

// regexMatch is a match.
type regexMatch struct {
	*regexp2.Match
	start, end int   // in bytes
	groups     []int // those of the regex
}

// matches calls each for every match in text, from left to right.
func (st *state) matches(text, pattern string, each func(m regexMatch) (more bool, err error)) error {
	re, err := st.regex(pattern)
	if err != nil {
		return err
	}
	if err := st.scan(text); err != nil {
		return err
	}
	begin := time.Now()
	m, err := re.FindStringMatch(text)
	for m != nil && err == nil {
		if err := st.charge(matchCost); err != nil {
			return err
		}
		if err := st.chargeTime(begin); err != nil {
			return err
		}
		start, length := m.ByteRange()
		more, failed := each(regexMatch{m, start, start + length, re.groups})
		if failed != nil || !more {
			return failed
		}
		begin = time.Now()
		m, err = re.FindNextMatch(m)
	}
	if err != nil {
		return st.regexFailed(err)
	}
	return nil
}

// splitRegex is Java's String.split: the parts between matches; with limit 0 without the empty parts at the end, with a
// positive one at most that many parts.
func (st *state) splitRegex(text, pattern string, limit int) (value.Value, error) {
	if pattern != "" && !strings.ContainsAny(pattern, `\[](){}.*+?^$|`) {
		return st.splitText(text, pattern, limit)
	}
	var parts []value.Value
	from, matched := 0, false
	err := st.matches(text, pattern, func(m regexMatch) (bool, error) {
		if limit > 0 && len(parts) == limit-1 {
			return false, nil
		}
		if m.end == 0 { // an empty match at the begin gives no part
			return true, nil
		}
		matched = true
		parts = append(parts, value.String(text[from:m.start]))
		from = m.end
		return true, nil
	})
	if err != nil {
		return value.Null, err
	}
	if !matched {
		return value.Strings([]string{text}), nil
	}
	return st.finishSplit(append(parts, value.String(text[from:])), limit)
}

// splitText is splitRegex for a pattern that is plain text.
func (st *state) splitText(text, separator string, limit int) (value.Value, error) {
	if err := st.search(text, separator); err != nil {
		return value.Null, err
	}
	n := strings.Count(text, separator)
	if n == 0 {
		return value.Strings([]string{text}), nil
	}
	if limit > 0 {
		n = min(n, limit-1)
	}
	if err := st.items(n + 1); err != nil {
		return value.Null, err
	}
	parts := make([]value.Value, 0, n+1)
	for range n {
		before, after, _ := strings.Cut(text, separator)
		parts = append(parts, value.String(before))
		text = after
	}
	return st.finishSplit(append(parts, value.String(text)), limit)
}

// finishSplit removes the empty parts at the end, unless a limit was given.
func (st *state) finishSplit(parts []value.Value, limit int) (value.Value, error) {
	if limit == 0 {
		for len(parts) > 0 && parts[len(parts)-1].Str() == "" {
			parts = parts[:len(parts)-1]
		}
	}
	return value.ListOf(parts...), st.items(len(parts))
}

// replaceRegex is Java's String.replaceAll.
func (st *state) replaceRegex(text, pattern, with string) (value.Value, error) {
	var out strings.Builder
	from := 0
	err := st.matches(text, pattern, func(m regexMatch) (bool, error) {
		before := out.Len()
		out.WriteString(text[from:m.start])
		if err := expandJava(&out, with, m); err != nil {
			return false, err
		}
		from = m.end
		return true, st.produce(out.Len() - before)
	})
	if err != nil {
		return value.Null, err
	}
	out.WriteString(text[from:])
	return value.String(out.String()), st.produce(len(text) - from)
}

// expandJava writes a replacement: $n and ${name} are groups, a backslash hides the character after it. The groups are
// numbered in the order in which they stand in the pattern.
func expandJava(out *strings.Builder, with string, m regexMatch) error {
	for i := 0; i < len(with); i++ {
		switch c := with[i]; c {
		case '\\':
			if i++; i == len(with) {
				return runtimeError("replacement ends in a backslash")
			}
			out.WriteByte(with[i])
		case '$':
			group, next, err := javaGroup(with, i+1, m)
			if err != nil {
				return err
			}
			if group != nil && len(group.Captures) > 0 {
				out.WriteString(group.String())
			}
			i = next - 1
		default:
			out.WriteByte(c)
		}
	}
	return nil
}

// javaGroup reads the group reference behind a dollar sign: as many digits as make a group that exists.
func javaGroup(with string, i int, m regexMatch) (*regexp2.Group, int, error) {
	if i < len(with) && with[i] == '{' {
		name, _, ok := strings.Cut(with[i+1:], "}")
		if !ok {
			return nil, 0, runtimeError("replacement has a group name without its closing brace")
		}
		group := m.GroupByName(name)
		if group == nil {
			return nil, 0, runtimeError("replacement names a group that does not exist")
		}
		return group, i + len(name) + 2, nil
	}
	if i >= len(with) || !isDigit(with[i]) {
		return nil, 0, runtimeError("replacement has a $ that is no group; write \\$")
	}
	n, count := int(with[i]-'0'), len(m.groups)+1
	if n >= count {
		return nil, 0, runtimeError("replacement names a group that does not exist: %d", n)
	}
	for i++; i < len(with) && isDigit(with[i]) && n*10+int(with[i]-'0') < count; i++ {
		n = n*10 + int(with[i]-'0')
	}
	if n > 0 {
		n = m.groups[n-1]
	}
	return m.GroupByNumber(n), i, nil
}
