package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// Signals are events from outside of an execution. They go through the store, so that they reach one that is parked, or driven by
// somebody else, and outlive the process. Its actor is told to look for them, and forgets them by the commit of what they led to.

// ErrEnded is the error of a signal to an execution that has ended.
var ErrEnded = errors.New("execution has ended")

// Kill ends an execution: what runs is interrupted, and nothing begins any more. It returns when that is kept for certain; the
// end comes soon after. The error is [ErrEnded], [execution.ErrNotFound], or that of the store.
func (r *Runner) Kill(ctx context.Context, id string) error {
	kill := killSignal(id)
	return r.signal(ctx, id, kill.ID, kill.Event)
}

// killSignal kills an execution. A second one is none.
func killSignal(id string) execution.Signal {
	return execution.Signal{To: id, ID: "kill", Event: execution.Event{Kind: execution.Kill, Run: execution.RootRow}}
}

// signal sends an event to an execution. A second one of the same name is not sent.
func (r *Runner) signal(ctx context.Context, id, name string, e execution.Event) error {
	s, err := r.store.Load(ctx, id)
	if err != nil {
		return err
	}
	if s.Over() {
		return fmt.Errorf("execution %s: %w", id, ErrEnded)
	}
	if err := r.store.Commit(ctx, &execution.Batch{Signals: []execution.Signal{{To: id, ID: name, Event: e}}}); err != nil {
		return err
	}
	r.call(id)
	return nil
}

// call tells the actor of an execution that there are signals.
func (r *Runner) call(id string) {
	r.mu.Lock()
	a := r.runs[id]
	idle := false
	if a != nil {
		a.mu.Lock()
		a.called = true
		idle = !a.scheduled && !a.gone
		a.scheduled = a.scheduled || idle
		a.mu.Unlock()
	} else if r.parked[id] != nil || r.recovers() {
		r.wakeAt(r.now())
	}
	r.mu.Unlock()
	if idle {
		r.schedule(a)
	}
}

// hear steps by the signals that have come.
func (a *actor) hear(ctx context.Context) error {
	signals, err := a.runner.store.Inbox(ctx, a.state.ID, a.heard)
	if err != nil {
		return err
	}
	for _, signal := range signals {
		m := message{event: signal.Event}
		switch {
		case m.event.Kind != execution.ChildEnded:
			a.hide(&m.event)
			a.claim.Charge(int64(len(m.event.Outputs.JSON)))
		case !a.state.AwaitsChild(&m.event):
			a.heardOf(signal)
			continue
		default:
			if m, err = a.received(ctx, m.event); err != nil {
				return err
			}
		}
		a.heardOf(signal)
		if err := a.step(m); err != nil {
			return err
		}
		if m.event.Kind == execution.ChildEnded && !a.result.Stale && !a.startsSeveral(m.event.Run) {
			a.logChildEnded(ctx, m.event)
		}
	}
	return nil
}

// heardOf says that a signal is done with, even if it came too late.
func (a *actor) heardOf(s execution.Signal) { a.heard, a.barrier = s.Seq, true }

// heardOut steps by the signals to an execution that waits for a place, and reports whether it has ended by them.
func (a *actor) heardOut(ctx context.Context) (ended bool, err error) {
	if err := a.hear(ctx); err != nil || a.state.Wait == execution.WaitPlace {
		return false, err
	}
	place, _ := a.plan.Place()
	a.runner.lineUp(a, place.Key, false)
	if !a.state.Over() { // afterExecution begins
		return false, nil
	}
	return true, a.commit(ctx, nil)
}
