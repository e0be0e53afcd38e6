package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// ErrNotSuspended is the error of an execution that is not at a breakpoint, in Kestra's words.
var ErrNotSuspended = errors.New("Execution is not suspended")

// ResumeFromBreakpoint lets an execution go on that is at a breakpoint, with the next breakpoints. It returns when that is kept for certain.
// The error is [ErrNotSuspended], [execution.ErrNotFound], or that of the store.
func (r *Runner) ResumeFromBreakpoint(ctx context.Context, id string, next []execution.Breakpoint) error {
	s, err := r.store.Load(ctx, id)
	if err != nil {
		return err
	}
	if s.Status() != execution.AtBreakpoint {
		return fmt.Errorf("execution %s: %w", id, ErrNotSuspended)
	}
	stop := fmt.Sprint("breakpoint ", len(s.History)) // who says it twice means the same stop
	return r.signal(ctx, id, stop, execution.Event{Kind: execution.PassOn, Run: execution.RootRow, Breakpoints: next})
}

// logStop says that the execution has come to a breakpoint.
func (a *actor) logStop() {
	if a.result.Stopped {
		log := a.log()
		log.Journal = nil // Kestra's execution does not log it
		log.Log(task.Info, "Flow is suspended at a breakpoint.")
	}
}
