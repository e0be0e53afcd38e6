package glob

import (
	"errors"
	"fmt"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
)

// The syntaxes that may be named before a pattern.
const (
	globPrefix  = "glob:"
	regexPrefix = "regex:"
)

// Pattern is a compiled pattern. It is safe for concurrent use.
type Pattern struct{ re *javaregex.Regexp }

// Compile compiles a pattern. Its error says what is wrong without quoting all of the pattern.
func Compile(pattern string) (*Pattern, error) {
	expression, ok := strings.CutPrefix(pattern, regexPrefix)
	if !ok {
		var err error
		if expression, err = translate(strings.TrimPrefix(pattern, globPrefix)); err != nil {
			return nil, err
		}
	}
	re, err := javaregex.Compile(expression, javaregex.Options{Whole: true})
	if wrong, isSyntax := errors.AsType[*javaregex.SyntaxError](err); isSyntax {
		return nil, fmt.Errorf("%s at character %d", wrong.Msg, wrong.At)
	}
	return &Pattern{re}, err
}

// Named reports whether a pattern names its syntax.
func Named(pattern string) bool {
	return strings.HasPrefix(pattern, globPrefix) || strings.HasPrefix(pattern, regexPrefix)
}

// Match reports whether a path, with slashes, matches as a whole.
func (p *Pattern) Match(path string, m javaregex.Meter) (bool, error) { return p.re.Match(path, m) }

// Set is several patterns.
type Set []*Pattern

// Match reports whether a path matches one of them.
func (s Set) Match(path string, m javaregex.Meter) (bool, error) {
	for _, p := range s {
		if ok, err := p.Match(path, m); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}
