package pebble

import (
	"errors"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// regex returns a compiled regular expression; nearly all are literals of templates.
func (st *state) regex(pattern string) (*javaregex.Regexp, error) {
	return st.engine.regexes.GetOr(st.budget(), pattern, func(pattern string) (*javaregex.Regexp, error) {
		return st.compileRegex(pattern, false)
	})
}

func (st *state) compileRegex(pattern string, whole bool) (*javaregex.Regexp, error) {
	re, err := javaregex.Compile(pattern, javaregex.Options{Whole: whole, Charge: st.Charge, Time: st.MaxRegexTime()})
	if wrong, ok := errors.AsType[*javaregex.SyntaxError](err); ok && wrong.Name != "" { // the pattern may come from a request
		err = &javaregex.SyntaxError{Msg: wrong.Msg, At: wrong.At}
	}
	return re, regexFault(err)
}

// checkRegex says what is wrong with a regular expression that is a literal.
func checkRegex(pattern string) error {
	_, err := javaregex.Compile(pattern, javaregex.Options{})
	return regexFault(err)
}

// regexFault makes the fault of what package javaregex returned.
func regexFault(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*meter.Fault](err); ok { // of the meter
		return err
	}
	f := &meter.Fault{Class: ClassRuntime, At: -1, Msg: err.Error(), Err: err}
	switch {
	case errors.Is(err, javaregex.ErrLimit), errors.Is(err, javaregex.ErrTooLarge):
		f.Class = ClassLimit
	case errors.Is(err, javaregex.ErrBusy):
		f.Class = ClassBusy
	case !errors.Is(err, javaregex.ErrText):
		f.Msg = "regular expression is invalid: " + f.Msg
	}
	return f
}

// matchesRegex reports whether a whole text matches, as Java's String.matches.
func (st *state) matchesRegex(text, pattern string) (bool, error) {
	re, err := st.engine.wholeRegexes.GetOr(st.budget(), pattern, func(pattern string) (*javaregex.Regexp, error) {
		return st.compileRegex(pattern, true)
	})
	if err != nil {
		return false, err
	}
	ok, err := re.Match(text, st.budget())
	return ok, regexFault(err)
}

// findsRegex reports whether there is a match somewhere in a text.
func (st *state) findsRegex(text, pattern string) (bool, error) {
	re, err := st.regex(pattern)
	if err != nil {
		return false, err
	}
	ok, err := re.Match(text, st.budget())
	return ok, regexFault(err)
}

// matchCost is what a match costs beside finding it, in steps.
const matchCost = 5

// matches calls each for every match in text, from left to right.
func (st *state) matches(text, pattern string, each func(m javaregex.Match) (more bool, err error)) error {
	re, err := st.regex(pattern)
	if err != nil {
		return err
	}
	return regexFault(re.Matches(text, st.budget(), func(m javaregex.Match) (bool, error) {
		if err := st.Charge(matchCost); err != nil {
			return false, err
		}
		return each(m)
	}))
}

// splitRegex is Java's String.split: the parts between matches; with limit 0 without the empty parts at the end, with a
// positive one at most that many parts.
func (st *state) splitRegex(text, pattern string, limit int) (value.Value, error) {
	if pattern != "" && !strings.ContainsAny(pattern, `\[](){}.*+?^$|`) {
		return st.splitText(text, pattern, limit)
	}
	var parts []value.Value
	from, matched := 0, false
	err := st.matches(text, pattern, func(m javaregex.Match) (bool, error) {
		if limit > 0 && len(parts) == limit-1 {
			return false, nil
		}
		if m.End() == 0 { // an empty match at the begin gives no part
			return true, nil
		}
		matched = true
		parts = append(parts, value.String(text[from:m.Start()]))
		from = m.End()
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
	if err := st.ChargeSearch(text, separator); err != nil {
		return value.Null, err
	}
	n := strings.Count(text, separator)
	if n == 0 {
		return value.Strings([]string{text}), nil
	}
	if limit > 0 {
		n = min(n, limit-1)
	}
	if err := st.ChargeItems(n + 1); err != nil {
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
	return value.ListOf(parts...), st.ChargeItems(len(parts))
}

// replaceRegex is Java's String.replaceAll.
func (st *state) replaceRegex(text, pattern, with string) (value.Value, error) {
	var out strings.Builder
	from := 0
	err := st.matches(text, pattern, func(m javaregex.Match) (bool, error) {
		before := out.Len()
		out.WriteString(text[from:m.Start()])
		if err := m.Expand(&out, with); err != nil {
			return false, runtimeError("%s", err)
		}
		from = m.End()
		return true, st.ChargeOutput(out.Len() - before)
	})
	if err != nil {
		return value.Null, err
	}
	out.WriteString(text[from:])
	return value.String(out.String()), st.ChargeOutput(len(text) - from)
}
