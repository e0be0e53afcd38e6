package condition

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

// Event is what conditions look at: one request. It is made once per request, shared by all its conditions and not
// changed by them.
type Event struct {
	// Pebble holds the variables that the expressions of the flow see: trigger {body, headers, parameters, formFields},
	// flow, vars and so on. CEL reads the same values.
	Pebble *pebble.Context

	Method     string
	Path       string // with the key replaced
	RemoteAddr string

	// RawBody returns the body as text, before it was read as JSON. It is called only by conditions that name it; nil
	// means that there is no body.
	RawBody func() string

	Now      time.Time // the time of the request, the same for all its conditions
	Work     Work      // what its conditions have done; they have a budget together, so that many cannot do what one may not
	Deadline time.Time // a backstop: what has not been answered by then is [ReasonBusy]; the zero time means none
}

// Condition is a compiled condition. It may be asked by several goroutines at once.
type Condition interface {
	// Holds reports whether the condition is met. Any error means that it is not (spec/expressions.md §3.4); the error
	// is for the log and never carries text of the request.
	Holds(ctx context.Context, e *Event) (bool, error)
}

// Specs returns the specs of the condition types that run here, Kestra's and the module's own. Kestra's other types are
// known to flow, which refuses them as not supported yet.
func Specs() []flow.Spec {
	return []flow.Spec{
		expressionSpec(),
		celSpec(),
		notSpec(),
		orSpec(),
		multipleSpec(),
	}
}

// Reason says why a condition could not be answered.
type Reason string

// The reasons.
const (
	ReasonError      Reason = "error"       // the expression failed, as on a field that the request does not have
	ReasonCost       Reason = "cost"        // it took more steps than allowed
	ReasonBusy       Reason = "busy"        // the machine could not answer it now; says nothing about the request
	ReasonGuard      Reason = "guard"       // it called a function with arguments that are too large for it
	ReasonNotBoolean Reason = "not_boolean" // its result is neither true nor false
)

// Error is a condition that could not be answered for one request. Its text is made of the expression only.
type Error struct {
	Reason       Reason
	Line, Column int // in the expression, from 1, in characters; 0 when unknown
	Message      string
}

// Error returns the message with its place in the expression.
func (e *Error) Error() string {
	if e.Line == 0 {
		return "condition " + e.Message
	}
	return fmt.Sprintf("condition %s (expression line %d, column %d)", e.Message, e.Line, e.Column)
}

// IsBusy reports whether a condition could not be answered for want of memory or processor time, so that the same request
// may be answered otherwise when it comes again. Every other error of a condition is the same on every machine.
func IsBusy(err error) bool {
	if e, ok := errors.AsType[*Error](err); ok && e.Reason == ReasonBusy {
		return true
	}
	e, ok := errors.AsType[*pebble.Error](err)
	return ok && e.Class == pebble.ClassBusy
}

// inTime returns an error when the backstop of a request's conditions has passed or the request is gone.
func inTime(ctx context.Context, e *Event) error {
	if !e.Deadline.IsZero() && !time.Now().Before(e.Deadline) || ctx.Err() != nil {
		return &Error{Reason: ReasonBusy, Message: "was not asked: the server is too busy, or the client has gone"}
	}
	return nil
}
