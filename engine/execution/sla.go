package execution

import (
	"slices"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// Each `sla` of a flow is a promise, from the beginning of an execution until it has its last status. A duration is one more time
// that the execution waits for. Assertions are evaluated at the beginning and whenever a task run has ended, before anything
// follows from that. A promise that is broken labels the execution, and ends it if the flow says so: all that is under way is
// killed, and neither `errors` nor `finally` begin. Each is broken at most once.

// Promise is where an execution stands with an `sla` of its flow.
type Promise struct {
	Due    time.Time `json:"due,omitzero"` // of a duration: when it is over
	Broken bool      `json:"broken,omitempty"`
}

// promise begins what the flow promises.
func (w *walk) promise() {
	s, slas := w.state, w.plan.flow.SLAs
	if len(slas) == 0 {
		return
	}
	s.headChanged = true
	s.Promises = make([]Promise, len(slas))
	for i, sla := range slas {
		if sla.Kind == flow.MaxDuration {
			s.Promises[i].Due = s.History.Start().Add(sla.Duration)
			w.timed(RootRow)
		}
	}
}

// Asserts reports whether an `sla` of the flow, by its index, is an assertion that still holds.
func (s *State) Asserts(p *Plan, i int) bool {
	return p.flow.SLAs[i].Kind == flow.ExecutionAssertion && !s.Promises[i].Broken
}

// asks lets what follows from the end of a task run, or with RootRow from the beginning, wait until the assertions are evaluated.
// It reports whether there are any.
func (w *walk) asks(row int32) bool {
	s := w.state
	if s.Status().Terminated() {
		return false
	}
	for i := range s.Promises {
		if !s.Asserts(w.plan, i) {
			continue
		}
		s.headChanged = true
		s.Asking = append(slices.Clip(s.Asking), row)
		if s.Wait == WaitNone {
			s.Wait = WaitAssert
			w.effect(s.assertEffect())
		}
		return true
	}
	return false
}

// assertEffect is about the first of the task runs that have ended since the last one; it sees all of them.
func (s *State) assertEffect() Effect {
	id, at := s.ID, s.History[len(s.History)-1].At
	if row := s.Asking[0]; row != RootRow {
		r := &s.Runs[row]
		id, at = r.ID, r.History[len(r.History)-1].At
	}
	return Effect{Kind: Eval, Run: RootRow, What: Assert, At: at, Seed: s.seed(id, uint64(Assert))}
}

// asserted goes on when the assertions were evaluated.
func (w *walk) asserted(e *Event) {
	s := w.state
	ended := s.Asking
	s.headChanged = true
	s.Wait, s.Asking = WaitNone, nil
	for _, i := range e.Broken {
		if int(i) < len(s.Promises) && s.Asserts(w.plan, int(i)) && w.breach(int(i)) {
			return
		}
	}
	for _, row := range ended {
		switch {
		case row == RootRow:
			w.settle(RootRow)
		case w.ending(row) && !w.ending(s.Runs[row].Parent): // else it was interrupted meanwhile, or its row is another's
			w.follow(row)
		}
	}
	if s.Progress.Stage == StageEnd && !s.Status().Terminated() { // all has ended meanwhile
		w.closeRoot()
	}
}

// ending reports whether a task run has ended.
func (w *walk) ending(row int32) bool {
	return row != RootRow && w.state.Runs[row].Status().Terminated()
}

// overdue breaks a promise of duration.
func (w *walk) overdue(e *Event) bool {
	s := w.state
	i := int(e.Attempt)
	if i < 0 || i >= len(s.Promises) || s.Promises[i].Due.IsZero() || s.Status().Terminated() {
		return false
	}
	w.breach(i)
	return true
}

// breach breaks a promise, and reports whether that ends the execution.
func (w *walk) breach(i int) (ends bool) {
	s, sla := w.state, w.plan.flow.SLAs[i]
	s.headChanged = true
	s.Promises = slices.Clone(s.Promises)
	s.Promises[i] = Promise{Broken: true}
	if len(sla.Labels) > 0 {
		s.relabel(sla.Labels)
	}
	w.result.Barrier = true
	w.timed(RootRow)
	switch sla.Behavior {
	case flow.FailBySLA:
		w.giveUp(Failed)
	case flow.CancelBySLA:
		w.giveUp(Cancelled)
	default: // NoneBySLA
		return false
	}
	return true
}

// overdueAt returns the event for the first of the durations that are not over; false if there is none.
func (s *State) overdueAt() (Event, bool) {
	e := Event{Kind: Overdue, Run: RootRow}
	if s.Status().Terminated() {
		return e, false
	}
	for i := range s.Promises {
		if due := s.Promises[i].Due; !due.IsZero() && (e.At.IsZero() || due.Before(e.At)) {
			e.Attempt, e.At = int32(i), due
		}
	}
	return e, !e.At.IsZero()
}
