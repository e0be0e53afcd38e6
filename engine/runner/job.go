package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Job is an execution to be run.
type Job struct {
	Plan  *execution.Plan
	State *execution.State // from [execution.New]; RunAndWait takes it over. Keeping a long trigger apart sets its Ref

	// Vars are the variables of expressions: trigger, flow, vars, labels and so on. The runner takes the map over and sets
	// `execution`, `outputs`, `tasks`, `taskrun` and `task` in it.
	Vars    *value.Map
	Secrets pebble.Secrets
	Mask    *mask.Mask  // of the secrets, for the log
	Logger  *zap.Logger // for this execution's log; nil: that of the runner

	// Claim is what the execution takes its memory and its place from. The runner retains it for as long as the execution is
	// under way. Nil: the runner makes one.
	Claim *admission.Claim

	// Queued, when set, is called when the execution is about to wait for a worker, to drop what can be made again.
	Queued func()

	// Ended, when set, is called once with the final status, after it was committed and before anybody who waits hears of
	// it. It must not block.
	Ended func(execution.Status)
}

// Start accepts the job's execution, and returns when that is committed; the execution then runs on a worker. The job's
// state stays as it was accepted. After an error nothing of it is kept; it is a refusal of package admission, [ErrStopping]
// or the store's.
func (r *Runner) Start(ctx context.Context, job *Job) error {
	x, err := r.admit(job)
	if err != nil {
		return err
	}
	if err := x.accept(context.WithoutCancel(ctx)); err != nil {
		x.finish(err)
		return err
	}
	own := *job.State // histories of the job's state only grow beyond the length that it sees
	x.state = &own
	r.enqueue(x)
	return nil
}

// RunAndWait runs the job's execution for a caller who waits for its end, at most until deadline or until ctx is done.
//
// While tasks are pure it runs on the calling goroutine, and is accepted only when it has ended or the caller can wait no
// longer; else a worker goes on with it. With done, s has ended and is resolved, and job.Vars has the variables of the end.
// Without it, the execution goes on without the caller, and s is a copy of what was committed last, with trigger
// variables resolved. After an error nothing is kept; it is a refusal of package admission, [ErrStopping] or the store's.
func (r *Runner) RunAndWait(ctx context.Context, job *Job, deadline time.Time) (s *execution.State, done bool, err error) {
	x, err := r.admit(job)
	if err != nil {
		return nil, false, err
	}
	keep := context.WithoutCancel(ctx)
	late := func() bool { return ctx.Err() != nil || r.exited() || !time.Now().Before(deadline) }
	ended, err := x.drive(keep, late)
	switch {
	case err != nil:
		x.finish(err)
		return nil, false, err
	case ended:
		x.finish(nil)
		return x.state, true, nil
	}
	if x.state.Version == 0 {
		if err := x.accept(keep); err != nil {
			x.finish(err)
			return nil, false, err
		}
	}
	s = x.snapshot()
	tooLate := late()
	r.enqueue(x)
	if tooLate {
		return s, false, nil
	}
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case <-x.done:
		if x.err == nil {
			return x.state, true, nil
		}
	case <-timer.C:
	case <-ctx.Done():
	case <-r.exit:
	}
	if newer, err := r.store.Load(keep, s.ID); err == nil {
		newer.Trigger = s.Trigger
		s = newer
	}
	return s, false, nil
}

// Wait returns an execution when it has ended, resolved. It may be shared: it must not be changed. An unfinished one
// that is not under way here is [ErrNotRunning], an unknown one [execution.ErrNotFound].
func (r *Runner) Wait(ctx context.Context, id string) (*execution.State, error) {
	r.mu.Lock()
	x := r.runs[id]
	r.mu.Unlock()
	if x != nil {
		select {
		case <-x.done:
			if x.err != nil {
				return nil, x.err
			}
			return x.state, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-r.exit:
			return nil, ErrStopping
		}
	}
	s, err := r.store.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	if !s.Status().Terminated() {
		return nil, fmt.Errorf("execution %s: %w", id, ErrNotRunning)
	}
	return s, r.resolve(ctx, s)
}

// resolve fills in all texts of a state.
func (r *Runner) resolve(ctx context.Context, s *execution.State) error {
	err := errors.Join(r.resolveDatum(ctx, &s.Trigger.Variables), r.resolveDatum(ctx, &s.Outputs))
	for i := range s.TaskRuns {
		err = errors.Join(err, r.resolveDatum(ctx, &s.TaskRuns[i].Outputs))
	}
	return err
}

// exited reports whether callers are to wait no longer.
func (r *Runner) exited() bool {
	select {
	case <-r.exit:
		return true
	default:
		return false
	}
}

// admit makes the run of a job, with a place.
func (r *Runner) admit(job *Job) (*run, error) {
	if r.exited() {
		return nil, ErrStopping
	}
	claim := job.Claim
	if claim == nil {
		claim = r.admission.Claim(job.State.Namespace + "/" + job.State.FlowID)
	} else {
		claim.Retain()
	}
	if err := claim.Place(); err != nil {
		claim.Release()
		return nil, err
	}
	return newRun(r, job, claim), nil
}
