package runner

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// Executions of a flow with `concurrency` share places, which the store counts. The commit that begins an execution takes a
// place; if none is free, it keeps what the flow says instead. An execution that waits for a place is parked, and the store
// makes it due, the oldest first, when a place is given back. A newcomer is parked too as long as others wait, so that it does
// not overtake one that has just been woken.

// noPlaceLeft is what Kestra logs for an execution that fails for want of a place.
const noPlaceLeft = "Execution is FAILED due to concurrency limit exceeded"

// turn is where an execution stands in the line for a place; the lock of the runner guards it.
type turn struct {
	waits bool // it is counted in Runner.lines
	over  bool // it has a place, or needs none any more
}

// begin steps by the event that begins the execution. One that needs a place is committed by it, and may end or be parked.
func (a *actor) begin(ctx context.Context) (ended bool, err error) {
	a.begun = true
	started := message{event: execution.Event{Kind: execution.Started, Run: execution.RootRow, At: a.runner.now()}}
	if a.state.Wait != execution.WaitPlace {
		a.barrier = a.delivery != nil // if it was delivered before, not even a line of a log may show that it came again
		return false, a.step(started)
	}
	if err := a.keepTrigger(ctx); err != nil {
		return false, err
	}
	without := a.state.Share()
	noPlace := execution.Event{Kind: execution.NoPlace, Run: execution.RootRow, At: started.event.At}
	if err := execution.Step(a.plan, without, noPlace, &a.result); err != nil {
		return false, err
	}
	if err := a.step(started); err != nil {
		return false, err
	}
	a.barrier = false
	if a.placed, err = a.takePlace(ctx, without); err != nil {
		return false, err
	}
	if a.placed {
		return a.state.Over(), nil
	}
	a.state, a.scope, a.effects, a.blocking = without, nil, a.effects[:0], a.blocking[:0]
	a.scopeRoom = scope.Execution{}
	switch without.Status() {
	case execution.Queued:
		return false, errParked
	case execution.Failed:
		log := a.log()
		log.Journal = nil // it was kept with the end
		log.Log(task.Error, noPlaceLeft)
	default: // CANCELLED
	}
	return a.state.Over(), a.loadEffects()
}

// takePlace commits the execution as it begins, with the place that it takes, or without one.
func (a *actor) takePlace(ctx context.Context, without *execution.State) (placed bool, err error) {
	place, _ := a.runner.placeOf(a.plan)
	var b, other execution.Batch
	var park *execution.Park
	r := a.runner
	queues := without.Status() == execution.Queued
	if queues {
		park = &execution.Park{For: place.Key}
		r.takeUp(a)
		r.register(a) // before the commit: the store may find it due at once
	}
	isNew := a.state.Version == 0
	if err := a.fill(ctx, &other, new(batchRoom), without, park); err != nil {
		return false, err
	}
	if without.Status() == execution.Failed {
		other.Logs = []execution.LogLine{{Execution: without.ID, Level: task.Error.String(), At: without.History.End(), Message: noPlaceLeft}}
	}
	pass := queues && without.Version == 0 && r.waiting(place.Key)
	if pass {
		b = other
	} else if err := a.fill(ctx, &b, new(batchRoom), a.state, nil); err != nil {
		return false, err
	}
	b.Take, b.Else = []execution.Place{place}, &other
	if pass || a.state.Over() { // a place that is free goes to whoever has waited longest
		b.Give = b.Take
	}
	if err := r.commit(ctx, &b); err != nil {
		return false, err
	}
	placed = !pass && !b.Instead
	kept := without
	if placed {
		kept = a.state
	}
	a.committed(isNew, kept)
	if queues {
		r.lineUp(a, place.Key, !placed)
	}
	r.committed(&b, nil)
	return placed, nil
}

// register makes the actor's execution one that can be resumed.
func (r *Runner) register(a *actor) {
	if a.turn == nil {
		a.turn = new(turn)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.parked[a.state.ID] = &parked{setup: a.setup, handle: a.open()}
}

// waiting reports whether an execution waits for a place of this key.
func (r *Runner) waiting(key string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lines[key] > 0
}

// lineUp notes whether the actor's execution waits for a place.
func (r *Runner) lineUp(a *actor, key string, waits bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := a.turn
	if !waits {
		t.over = true
		if p := r.parked[a.state.ID]; p != nil && p.handle == a.handle { // else it has ended and goes on
			delete(r.parked, a.state.ID)
		}
	}
	switch waits = waits && !t.over; { // it may have been resumed, and got a place, meanwhile
	case waits && !t.waits:
		r.lines[key]++
	case !waits && t.waits:
		if r.lines[key]--; r.lines[key] == 0 {
			delete(r.lines, key)
			if r.limits[key] == noLimit {
				delete(r.limits, key)
			}
		}
	}
	t.waits = waits
}

// wakeNow lets executions go on that a commit has made due.
func (r *Runner) wakeNow() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wakeAt(r.now())
}

// beginParked begins an execution that is due for a place, and reports whether it goes on.
func (r *Runner) beginParked(a *actor) bool {
	a.sitDown()
	ended, err := a.heardOut(r.context)
	if !ended && err == nil {
		ended, err = a.begin(r.context)
	}
	a.getUp()
	switch {
	case errors.Is(err, errParked):
		a.leave()
	case passes(err):
		a.giveUp(err)
	case err != nil:
		a.finish(a.broken("the execution cannot begin", err))
	case ended:
		a.finish(nil)
	default:
		return true
	}
	return false
}
