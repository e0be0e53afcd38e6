package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Job is an execution to be run.
type Job struct {
	Setting

	State *execution.State // from [execution.New]; the runner takes it over

	// Delivery is what it is started by; nil: nothing that may come again. If the store keeps it already for another execution, this one
	// is not started: the error is [*execution.Delivered].
	Delivery *execution.Delivery

	// Trigger is the variable `trigger` while the request is at hand; nil: it is decoded from the state. Queued, when set, is
	// called when the execution is about to wait for a driver, to drop what can be made again.
	Trigger *value.Map
	Queued  func()

	// Inputs is the value of the inputs, which the state has as text; null: there are none.
	Inputs value.Value

	// Claim is what the execution takes its memory and its place from. The runner retains it for as long as the execution is
	// under way. Nil: the runner makes one.
	Claim *admission.Claim

	actor *actor // see [Job.Release]
}

// stepsAhead is how many effects [Runner.Start] performs before it leaves an execution to the drivers.
const stepsAhead = 4

// Start accepts the job's execution, and returns when that is committed. A driver then runs it, if it has not ended by then:
// the first effects, unless they block or must wait, are performed on the calling goroutine, because for most flows that takes
// less than to hand the execution over, and one commit instead of two. After an error nothing of it is kept; it is a refusal of
// package admission, [ErrStopping] or the store's.
func (r *Runner) Start(ctx context.Context, job *Job) error {
	r.trace(ctx, job.State)
	keep := context.WithoutCancel(ctx)
	a, err := r.admit(job)
	switch {
	case errors.Is(err, admission.ErrPlaces) && r.recovers():
		return r.pend(keep, job)
	case err != nil:
		return err
	}
	steps := 0
	late := func() bool {
		steps++
		return steps > stepsAhead
	}
	a.scheduled, a.ahead = true, true // nobody else drives it
	ended, err := a.drive(keep, late)
	if admission.IsFull(err) && a.state.Version == 0 { // what waits for a turn or for memory is accepted nevertheless
		err = nil
	}
	a.ahead = false
	if err == nil && !ended && a.state.Version == 0 {
		ended, err = a.accepted(keep)
	}
	switch {
	case errors.Is(err, errParked):
		a.leave()
	case errors.Is(err, errUnkept):
	case err != nil && a.state.Version == 0:
		a.finish(err)
		return err
	case ended || err != nil:
		a.finish(err)
		if err == nil {
			job.ends(a)
		}
	default:
		r.enlist(a)
	}
	return nil
}

// RunAndWait runs the job's execution for a caller who waits for its end, at most until deadline or until ctx is done.
//
// Up to the first effect that blocks it runs on the calling goroutine, and is accepted only when it reaches a barrier or the
// caller can wait no longer; else drivers go on with it. With done, s has ended and is resolved, and vars has its variables.
// Without it, the execution goes on without the caller, and s is a copy of what was committed last, with trigger variables
// resolved. After an error nothing is kept; it is a refusal of package admission, [ErrStopping] or the store's.
func (r *Runner) RunAndWait(ctx context.Context, job *Job, deadline time.Time) (s *execution.State, vars *scope.Execution, done bool, err error) {
	r.trace(ctx, job.State)
	keep := context.WithoutCancel(ctx)
	a, err := r.admit(job)
	if errors.Is(err, admission.ErrPlaces) && r.recovers() {
		s = job.State.Share()
		h, leave := r.await(s.ID)
		defer leave()
		if err := r.pend(keep, job); err != nil {
			return nil, nil, false, err
		}
		return r.waitUntil(ctx, h, s, deadline)
	}
	if err != nil {
		return nil, nil, false, err
	}
	late := func() bool { return ctx.Err() != nil || r.exited() || !r.Now().Before(deadline) }
	a.scheduled = true // nobody else drives it
	ended, err := a.drive(keep, late)
	var h *handle
	switch {
	case errors.Is(err, errParked):
		s, h = a.snapshot(), a.open()
		a.leave()
	case errors.Is(err, errUnkept): // it was accepted, and the store may not even be read now
		return r.waitUntil(ctx, a.handle, a.unkept, deadline)
	case err != nil:
		s = a.snapshot()
		a.finish(err)
		if s.Version > 0 { // it was accepted, and what is kept is there
			err = nil
		}
		return s, nil, false, err
	case ended:
		a.finish(nil)
		job.ends(a)
		return a.state, a.variables(), true, nil
	default:
		if a.state.Version == 0 {
			if _, err := a.accepted(keep); err != nil { // one that needs a place was accepted when it began
				a.finish(err)
				return nil, nil, false, err
			}
		}
		s, h = a.snapshot(), a.open()
		r.enlist(a)
	}
	if late() {
		return s, nil, false, nil
	}
	return r.waitUntil(ctx, h, s, deadline)
}

// waitUntil waits for the end of an execution that drivers go on with, as RunAndWait does; s is what is known of it now.
func (r *Runner) waitUntil(ctx context.Context, h *handle, s *execution.State, deadline time.Time) (*execution.State, *scope.Execution, bool, error) {
	late, stop := r.clock().Until(deadline, h.done)
	defer stop()
	select {
	case <-h.done:
		if h.err == nil {
			return h.state, h.scope, true, nil
		}
	case <-late:
	case <-ctx.Done():
	case <-r.exit:
	}
	if newer, err := r.store.Load(context.WithoutCancel(ctx), s.ID); err == nil {
		newer.Trigger = s.Trigger
		s = newer
	}
	return s, nil, false, nil
}

// handle is what callers wait at.
type handle struct {
	done  chan struct{} // closed when the execution has ended, or is given up
	state *execution.State
	scope *scope.Execution
	err   error // why it has not ended; to be read, like the others, after done
}

// open returns the handle, for those who may wait at it from now on.
func (a *actor) open() *handle {
	if a.handle == nil {
		a.handle = &handle{done: make(chan struct{})}
	}
	return a.handle
}

// Wait returns an execution when it has ended, resolved. It may be shared: it must not be changed. An unfinished one
// that is not under way here is [ErrNotRunning], an unknown one [execution.ErrNotFound].
func (r *Runner) Wait(ctx context.Context, id string) (*execution.State, error) {
	if h := r.handleOf(id); h != nil {
		return r.waitAt(ctx, h)
	}
	s, err := r.store.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	if !s.Over() {
		h, leave := r.await(id)
		defer leave()
		if !r.goesOn(id) {
			return nil, fmt.Errorf("execution %s: %w", id, ErrNotRunning)
		}
		if s, err = r.store.Load(ctx, id); err != nil { // it may have ended meanwhile, and nobody will take it up
			return nil, err
		}
		if !s.Over() {
			return r.waitAt(ctx, h)
		}
	}
	return s, r.resolve(ctx, s)
}

// waitAt waits for the end of an execution.
func (r *Runner) waitAt(ctx context.Context, h *handle) (*execution.State, error) {
	select {
	case <-h.done:
		return h.state, h.err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-r.exit:
		return nil, ErrStopping
	}
}

func (r *Runner) handleOf(id string) *handle {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.handleLocked(id)
}

// handleLocked is handleOf with the lock held.
func (r *Runner) handleLocked(id string) *handle {
	if a := r.runs[id]; a != nil {
		return a.handle
	}
	if p := r.parked[id]; p != nil {
		return p.handle
	}
	return nil
}

// admit makes the actor of a job, with a place.
func (r *Runner) admit(job *Job) (*actor, error) {
	if r.exited() {
		return nil, ErrStopping
	}
	claim := job.Claim
	if claim == nil {
		claim = r.admission.Claim(flowName(job.State))
	} else {
		claim.Retain()
	}
	err := admission.ErrPlaces
	if !r.behind(job.State) {
		err = claim.Place()
	}
	if err != nil {
		claim.Release()
		return nil, err
	}
	a := r.newActor(setup{Setting: job.Setting}, job.State, claim)
	a.beginSpan()
	a.delivery, a.trigger, a.queued, a.inputs = job.Delivery, job.Trigger, job.Queued, job.Inputs
	return a, nil
}
