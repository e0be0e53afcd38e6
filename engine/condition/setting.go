package condition

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

// setting is a property that is either a fixed text, read when the flow is loaded, or an expression, rendered and read for each
// request.
type setting[T any] struct {
	name     string
	fixed    T
	template *pebble.Template // nil: it is fixed
	work     int
	read     func(text string) (T, error)
	missing  error // what the condition fails with for want of the property; nil: it is given, or not needed
}

// newSetting compiles a dynamic String property. Read returns errors that say what the text is not, as in "is no date".
func newSetting[T any](c *flow.Component, name string, read func(text string) (T, error)) (setting[T], error) {
	s := setting[T]{name: name, read: read}
	t := c.Template(name)
	if t == nil {
		return s, nil
	}
	text, ok := t.Constant()
	if !ok {
		s.template, s.work = t, workOf(t)
		return s, nil
	}
	var err error
	if s.fixed, err = read(text); err != nil {
		return s, c.Errorf(name, "%w", err)
	}
	return s, nil
}

// isFixed reports whether the property was written, and means the same for every request.
func (s *setting[T]) isFixed() bool { return s.template == nil && s.missing == nil }

func (s *setting[T]) get(ctx context.Context, e *Event) (T, error) {
	if s.template == nil {
		return s.fixed, s.missing
	}
	var none T
	if err := mayEvaluate(ctx, e, s.work); err != nil {
		return none, err
	}
	text, err := s.template.Render(e.Pebble)
	if err != nil {
		return none, fmt.Errorf("%s: %w", s.name, err)
	}
	v, err := s.read(text)
	if err != nil {
		return none, failed("property %s %v", s.name, err)
	}
	return v, nil
}

// failed returns the error of a condition that can not be answered for this request, nor for the same one again.
func failed(format string, args ...any) error {
	return &Error{Reason: ReasonError, Message: fmt.Sprintf(format, args...)}
}

// asWritten reads a property that may be any text.
func asWritten(text string) (string, error) { return text, nil }

// oneOf reads the name of a constant, with white space around it as in Kestra.
func oneOf(names []string) func(text string) (string, error) {
	return func(text string) (string, error) {
		text = strings.TrimSpace(text)
		for _, name := range names {
			if text == name {
				return name, nil
			}
		}
		return "", errors.New("is none of " + strings.Join(names, ", "))
	}
}

// Units of [Work] that an expression is charged. The language has limits of its own and does not say how much of them it
// used, so the charge is an estimate: a high one for a template that may loop over its data, a low one for the others.
const (
	loopingWork = requestWork / 20
	simpleWork  = requestWork / 400
)

func workOf(t *pebble.Template) int {
	for _, mark := range []string{"{%", "jq", "render", ".."} {
		if strings.Contains(t.Source(), mark) {
			return loopingWork
		}
	}
	return simpleWork
}

// mayEvaluate takes the work of an expression from the budget of the request's conditions.
func mayEvaluate(ctx context.Context, e *Event, work int) error {
	if err := inTime(ctx, e); err != nil {
		return err
	}
	if !e.Work.Take(work) {
		return &Error{Reason: ReasonCost, Message: "was not asked: the conditions before it took too many steps together"}
	}
	return nil
}
