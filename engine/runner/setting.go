package runner

import (
	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
)

// Setting is what an execution needs beside its state, from its beginning to its end.
type Setting struct {
	Flow   *scope.Flow
	Flows  Flows       // that its tasks may start; nil: there are none
	Mask   *mask.Mask  // of secrets that its log must not show; nil: none
	Logger *zap.Logger // for this execution's log; nil: that of the runner

	// Stop, when set, returns the state of the trigger that is to be kept when the execution ends with a status; nil: none.
	// Ended, when set, is called once with the final status, after it was committed and before anybody who waits hears of
	// it. Neither may block.
	Stop  func(execution.Status) *execution.TriggerState
	Ended func(execution.Status)
}

// Flows returns the flow that a task may start by its name; nil when there is none.
type Flows func(namespace, id string) *scope.Flow

// setup is what is kept of an execution beside its state, from the first to the last actor.
type setup struct {
	Setting

	turn *turn // nil: it never waited for a place of `concurrency`
}
