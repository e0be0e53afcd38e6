package engine

import (
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/runner"
	"github.com/caddy-kestra/kestra-webhook/engine/site"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// The errors of an [Engine], to be tested with errors.Is.
var (
	ErrClosed    = errors.New("engine is closed")
	ErrNotFound  = execution.ErrNotFound
	ErrEnded     = runner.ErrEnded
	ErrNotPaused = runner.ErrNotPaused

	ErrNotSuspended = runner.ErrNotSuspended
	ErrNotRunning   = runner.ErrNotRunning
	ErrNotEnded     = site.ErrNotEnded
	ErrNoFlow       = site.ErrNoFlow
	ErrDisabled     = site.ErrDisabled
	ErrNoRequest    = task.ErrNoRequest

	ErrNotReplayable    = execution.ErrNotReplayable
	ErrNotRestartable   = execution.ErrNotRestartable
	ErrNothingToRestart = execution.ErrNothingToRestart
)

// IsBusy reports whether err says that something cannot be done now, and may be later.
func IsBusy(err error) bool {
	return admission.IsFull(err) || errors.Is(err, ErrClosed) || errors.Is(err, runner.ErrStopping) ||
		errors.Is(err, execution.ErrClosed) || errors.Is(err, execution.ErrUnavailable)
}

// Unfit reports whether err says that something does not fit the state of an execution.
func Unfit(err error) bool {
	for _, unfit := range []error{ErrEnded, ErrNotPaused, ErrNotSuspended, ErrNotRunning, ErrNotEnded, ErrNoFlow, ErrDisabled, ErrNotRestartable, ErrNothingToRestart, ErrNotReplayable, ErrNoRequest} {
		if errors.Is(err, unfit) {
			return true
		}
	}
	return false
}
