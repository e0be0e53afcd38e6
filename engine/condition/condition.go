package condition

import (
	"context"
	"errors"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/cel"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

// Condition is a compiled condition. It may be asked by several goroutines at once.
type Condition interface {
	// Holds reports whether the condition is met. A condition that fails is not met, so false comes with every error; the
	// error is for the log and never carries text of the request.
	Holds(ctx context.Context, e *Event) (bool, error)
}

// Specs returns the specs of the condition types: all of Kestra's, and the module's own.
func Specs() []flow.Spec {
	return []flow.Spec{
		expressionSpec(),
		celSpec(),
		notSpec(),
		orSpec(),
		dateTimeBetweenSpec(),
		timeBetweenSpec(),
		dayWeekSpec(),
		dayWeekInMonthSpec(),
		weekendSpec(),
		publicHolidaySpec(),
		executionLabelsSpec(),
		executionFlowSpec(),
		executionNamespaceSpec(),
		executionStatusSpec(),
		executionOutputsSpec(),
		hasRetryAttemptSpec(),
		flowConditionSpec(),
		flowNamespaceConditionSpec(),
		multipleSpec(),
	}
}

// Error is a condition that could not be answered for one request. Its text is made of the expression only.
type Error = cel.Error

// The reasons that conditions of every type may have.
const (
	ReasonError = cel.ReasonError // the expression failed, as on a field that the request does not have
	ReasonCost  = cel.ReasonCost  // it took more steps than allowed
	ReasonBusy  = cel.ReasonBusy  // the machine could not answer it now; says nothing about the request
)

// IsBusy reports whether a condition could not be answered because memory or processor time was short, so that the same
// request may be answered when it comes again. Every other error of a condition is the same on every machine.
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
