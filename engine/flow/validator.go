package flow

import (
	"errors"
	"fmt"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
)

// validator is the pattern that a whole text of an input must match: one of Java's, as every pattern of a flow is.
type validator struct{ re *javaregex.Regexp }

// compileValidator returns a validator; its error says what is wrong without quoting the pattern.
func compileValidator(pattern string) (*validator, error) {
	re, err := javaregex.Compile(pattern, javaregex.Options{Whole: true})
	if wrong, ok := errors.AsType[*javaregex.SyntaxError](err); ok {
		return nil, fmt.Errorf("%s at character %d", wrong.Msg, wrong.At)
	}
	if err != nil {
		return nil, err
	}
	return &validator{re}, nil
}

// accepts reports whether a text matches. A search that would take more than about a tenth of a second is an error.
func (v *validator) accepts(text string) (bool, error) {
	return v.re.Match(text, &validation{steps: 1_000_000, bytes: 16 << 20, time: 100 * time.Millisecond})
}

// validation is what one search may take.
type validation struct {
	steps, bytes int
	time         time.Duration
}

var errValidation = errors.New("the pattern takes too long on this text")

func (l *validation) Charge(steps int) error {
	if l.steps -= steps; l.steps < 0 {
		return errValidation
	}
	return nil
}

func (l *validation) Allocate(bytes int) error {
	if l.bytes -= bytes; l.bytes < 0 {
		return errValidation
	}
	return nil
}

func (l *validation) Spend(used time.Duration) error {
	if l.time -= used; l.time < 0 {
		return errValidation
	}
	return nil
}
