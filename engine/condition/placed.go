package condition

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// PlacedError is the error of a condition that could not be answered, with its place.
type PlacedError struct {
	Path string // in the flow, as in triggers[0].conditions[1].conditions[0]
	Type string // without its package, as in DayWeek
	Err  error
}

// Error implements error.
func (f *PlacedError) Error() string { return f.Path + ": " + f.Type + ": " + f.Err.Error() }

// Unwrap returns the cause.
func (f *PlacedError) Unwrap() error { return f.Err }

// Placed returns the compiled condition of a component. Its errors are [*PlacedError]s, of the innermost condition that failed.
func Placed(c *flow.Component) Condition { return placed{c.Compiled.(Condition), c} }

type placed struct {
	Condition
	component *flow.Component
}

// Holds implements [Condition].
func (p placed) Holds(ctx context.Context, e *Event) (bool, error) {
	met, err := p.Condition.Holds(ctx, e)
	if err == nil {
		return met, nil
	}
	if _, ok := errors.AsType[*PlacedError](err); !ok {
		err = &PlacedError{p.component.Path, class(p.component), err}
	}
	return false, err
}
