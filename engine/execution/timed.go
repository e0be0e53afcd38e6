package execution

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// What waits for a time, and what interrupts: see "Times" in the package documentation.

// limit lets the attempt under way take so long from its beginning, or from when it went on.
func (w *walk) limit(row int32, d time.Duration) {
	r := w.run(row)
	r.Deadline = r.Attempts[len(r.Attempts)-1].begun().Add(d)
	w.timed(row)
}

// limited goes on when a timeout was evaluated. If it could not be, the attempt fails.
func (w *walk) limited(e *Event) {
	switch {
	case e.Failed && w.state.Runs[e.Run].hasGoneOn() && !w.node(e.Run).Single(): // its tasks run already
		w.result.Barrier = true
		w.kill(e.Run)
		w.breakOff(e.Run)
		return
	case e.Failed:
		w.fail(e.Run)
		return
	}
	w.limit(e.Run, e.Timeout)
	if w.enterShape(e.Run) {
		w.childEnded(e.Run)
	}
}

// limitNoMore lets a flowable take any time from now on.
func (w *walk) limitNoMore(row int32) {
	if w.state.Runs[row].Deadline.IsZero() {
		return
	}
	w.run(row).Deadline = time.Time{}
	w.timed(row)
}

// timedOut interrupts a task run whose timeout is over.
func (w *walk) timedOut(e *Event) bool {
	s := w.state
	if e.Run < 0 || int(e.Run) >= len(s.Runs) {
		return false
	}
	if r := &s.Runs[e.Run]; r.Deadline.IsZero() || e.At.Before(r.Deadline) || int(e.Attempt) != len(r.Attempts)-1 {
		return false
	}
	w.result.Barrier, w.result.Cut = true, true
	if w.node(e.Run).Single() {
		if w.cancel(e.Run); w.node(e.Run).Shape != flow.ShapeLeaf {
			w.failAttempt(e.Run) // its outputs name what was killed
			return true
		}
		w.fail(e.Run)
		return true
	}
	w.kill(e.Run)
	r := w.run(e.Run)
	r.Progress.Open = 0
	if r.Wait == WaitResume {
		r.Deadline = time.Time{}
		w.resume(e.Run, Failed, Datum{}, "")
		return true
	}
	if status := s.Status(); status == Retrying || status == Paused {
		w.enterHead(Running)
	}
	if r.Wait == WaitRound {
		w.enter(e.Run, r, Running)
	}
	w.breakOff(e.Run)
	return true
}

// breakOff goes on with a flowable whose tasks were killed, as after a failure of them.
func (w *walk) breakOff(row int32) {
	r := w.run(row)
	w.waitNoMore(row, r)
	r.Progress.Open, r.Progress.Broken, r.Progress.Worst = 0, true, Failed
	w.settle(row)
}

// fail ends an attempt that fails by itself, not by an answer. A flowable runs no list.
func (w *walk) fail(row int32) {
	r := w.run(row)
	r.Outputs = Datum{JSON: noOutputs}
	if w.node(row).Single() {
		w.failAttempt(row)
		return
	}
	w.endFlowable(row, w.allowed(r, Failed))
	w.childEnded(row)
}

// noOutputs is an empty object. It never changes.
var noOutputs = []byte("{}")

// waitUntil lets a task run wait for a time.
func (w *walk) waitUntil(row int32, r *Run, t time.Time) {
	w.wait(r, WaitTimer)
	r.Wake = t
	w.timed(row)
}

// waitNoMore lets a task run wait for nothing.
func (w *walk) waitNoMore(row int32, r *Run) {
	if !r.Wake.IsZero() || !r.Deadline.IsZero() {
		w.timed(row)
	}
	w.wait(r, WaitNone)
	r.Wake, r.Deadline = time.Time{}, time.Time{}
}

func (w *walk) timed(row int32) { w.result.Timed = append(w.result.Timed, row) }
