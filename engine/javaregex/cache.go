package javaregex

import (
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

// Cache compiles regular expressions and keeps them: nearly all are literals of templates. Compiling and searching are paid
// by the evaluation, and errors are faults of package meter. It is safe for concurrent use.
type Cache struct {
	parts, wholes meter.Cache[*Regexp]
}

// matchCost is the cost of a match besides finding it, in steps.
const matchCost = 5

// Matches calls each for every match in text, from left to right, until it returns false or an error.
func (c *Cache) Matches(m *meter.Meter, text, pattern string, each func(found Match) (more bool, err error)) error {
	re, err := c.parts.GetOr(m, pattern, func(pattern string) (*Regexp, error) { return compileFor(m, pattern, false) })
	if err != nil {
		return err
	}
	return Fault(re.Matches(text, m, func(found Match) (bool, error) {
		if err := m.Charge(matchCost); err != nil {
			return false, err
		}
		return each(found)
	}))
}

// Find reports whether there is a match somewhere in a text.
func (c *Cache) Find(m *meter.Meter, text, pattern string) (bool, error) {
	re, err := c.parts.GetOr(m, pattern, func(pattern string) (*Regexp, error) { return compileFor(m, pattern, false) })
	if err != nil {
		return false, err
	}
	ok, err := re.Match(text, m)
	return ok, Fault(err)
}

// MatchWhole reports whether a whole text matches, as Java's String.matches.
func (c *Cache) MatchWhole(m *meter.Meter, text, pattern string) (bool, error) {
	re, err := c.wholes.GetOr(m, pattern, func(pattern string) (*Regexp, error) { return compileFor(m, pattern, true) })
	if err != nil {
		return false, err
	}
	ok, err := re.Match(text, m)
	return ok, Fault(err)
}

func compileFor(m *meter.Meter, pattern string, whole bool) (*Regexp, error) {
	re, err := Compile(pattern, Options{Whole: whole, Charge: m.Charge, Time: m.MaxRegexTime()})
	if wrong, ok := errors.AsType[*SyntaxError](err); ok && wrong.Name != "" { // the pattern may come from a request
		err = &SyntaxError{Msg: wrong.Msg, At: wrong.At}
	}
	return re, Fault(err)
}

// Check returns what is wrong with a regular expression that is a literal; nil if nothing is.
func Check(pattern string) error {
	_, err := Compile(pattern, Options{})
	return Fault(err)
}

// Fault turns an error of this package into a fault of package meter.
func Fault(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*meter.Fault](err); ok { // the meter made it
		return err
	}
	f := &meter.Fault{Class: meter.ClassRuntime, At: -1, Msg: err.Error(), Err: err}
	switch {
	case errors.Is(err, ErrLimit), errors.Is(err, ErrTooLarge):
		f.Class = meter.ClassLimit
	case errors.Is(err, ErrBusy):
		f.Class = meter.ClassBusy
	case !errors.Is(err, ErrText):
		f.Msg = "regular expression is invalid: " + f.Msg
	}
	return f
}
