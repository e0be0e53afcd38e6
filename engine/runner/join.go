package runner

import (
	"context"
	"math"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// These are for a caller whose delivery has started an execution before, which may be under way, have ended long ago, or be forgotten.

// Delivered returns the id of the execution that a delivery has started, be that kept or not; [execution.ErrNotFound] if it has started
// none, or expired by now.
func (r *Runner) Delivered(ctx context.Context, key execution.DeliveryKey, now time.Time) (id string, err error) {
	return r.store.Delivered(ctx, key, now)
}

// Kept returns an execution as it was committed last, with its trigger's variables resolved. One that is not kept is [execution.ErrNotFound].
func (r *Runner) Kept(ctx context.Context, id string) (*execution.State, error) {
	s, err := r.store.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	return s, r.resolveDatum(ctx, &s.Trigger.Variables)
}

// HasFailed reports whether an execution, or the last of its tries, has ended FAILED.
func (r *Runner) HasFailed(ctx context.Context, id string) (bool, error) {
	s, err := r.store.Load(ctx, r.lastTry(ctx, id))
	if err != nil {
		return false, err
	}
	return s.Over() && s.Status() == execution.Failed, nil
}

// Join waits for the end of an execution that another caller has started, at most until deadline or until ctx is done; not at all when
// deadline has passed. With done, s has ended and is resolved. It may be shared: it must not be changed. Without, it is as [Runner.Kept]
// returns it, and so are the errors.
func (r *Runner) Join(ctx context.Context, id string, deadline time.Time) (s *execution.State, done bool, err error) {
	keep := context.WithoutCancel(ctx)
	if s, done, err = r.look(keep, id); err != nil || done || !r.Now().Before(deadline) {
		return s, done, err
	}
	h, leave := r.await(id)
	defer leave()
	if s, done, err = r.look(keep, id); err != nil || done { // before somebody could tell
		return s, done, err
	}
	late, stop := r.clock().Until(deadline, h.done)
	defer stop()
	select {
	case <-h.done:
		if h.err == nil {
			return h.state, true, nil
		}
	case <-late:
	case <-ctx.Done():
	case <-r.exit:
	}
	return r.look(keep, id)
}

// look returns an execution as Join does, at once.
func (r *Runner) look(ctx context.Context, id string) (s *execution.State, done bool, err error) {
	if s, err = r.Kept(ctx, id); err != nil {
		return nil, false, err
	}
	if s.Over() {
		return s, true, r.resolve(ctx, s)
	}
	return s, false, nil
}

// Variables returns the variables of an execution that has ended, resolved, with the flow that it ran.
func (r *Runner) Variables(f *scope.Flow, s *execution.State) *scope.Execution {
	x := scope.New(f, s, nil)
	x.SetLogs(keptLogs{r, s})
	return x
}

// keptLogs is the log of an execution that has ended.
type keptLogs struct {
	runner *Runner
	state  *execution.State
}

// ErrorLogs implements [pebble.Logs].
func (l keptLogs) ErrorLogs() ([]*value.Map, error) {
	lines, err := l.runner.store.Logs(l.runner.context, l.state.ID, 0, math.MaxInt)
	if err != nil {
		return nil, err
	}
	return errorLogs(l.state, lines), nil
}
