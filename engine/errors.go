package engine

import (
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/runner"
)

// The errors of an [Engine], to be tested with errors.Is.
var (
	ErrClosed    = errors.New("engine is closed")
	ErrNotFound  = execution.ErrNotFound
	ErrEnded     = runner.ErrEnded
	ErrNotPaused = runner.ErrNotPaused
)

// IsBusy reports whether err says that something cannot be done now, and may be later.
func IsBusy(err error) bool {
	return admission.IsFull(err) || errors.Is(err, ErrClosed) || errors.Is(err, runner.ErrStopping) || errors.Is(err, execution.ErrClosed)
}
