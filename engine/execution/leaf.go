package execution

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// A Leaf is a task that is run: it has attempts and no children.

// taskEnded answers a RunTask.
func (w *walk) taskEnded(e *Event) bool {
	s := w.state
	if e.Run < 0 || int(e.Run) >= len(s.Runs) {
		return false
	}
	if r := &s.Runs[e.Run]; r.Wait != WaitTask || int(e.Attempt) != len(r.Attempts)-1 {
		return false
	}
	r := w.run(e.Run)
	if !w.plan.nodes[r.Node].pure {
		w.result.Barrier = true
	}
	if e.Status == "" {
		w.waitUntil(e.Run, r, e.Wake.UTC().Round(0))
		w.result.Barrier = true
		return true
	}
	if e.Exit != "" {
		w.exit(e)
		return true
	}
	r.Outputs = e.Outputs
	if e.Status == Failed {
		w.failAttempt(e.Run)
		return true
	}
	w.apply(e)
	w.passAttempt(e.Run, e.Status)
	return true
}

// passAttempt ends an attempt that has not failed, and the task run with it.
func (w *walk) passAttempt(row int32, status Status) {
	r := w.run(row)
	own := status
	if retry := w.plan.nodes[r.Node].Retry; status == Success && retry != nil && retry.Warning && r.tries() > 1 {
		status = Warning
	}
	w.conclude(row, own, w.allowed(r, status))
}

// conclude ends a task run, and its attempt with the status that it has by itself; those that are executions end as the task run does.
func (w *walk) conclude(row int32, own, status Status) {
	if w.node(row).Shape != flow.ShapeLeaf {
		own = status
	}
	w.endAttempt(w.run(row), own)
	w.end(row, status)
	w.childEnded(row)
}

// failAttempt ends an attempt that has failed, and the task run with it unless it is to be tried again.
func (w *walk) failAttempt(row int32) {
	r := w.run(row)
	switch retry := w.plan.nodes[r.Node].Retry; {
	case retry == nil:
	case retry.Whole:
		if w.retriesAll(row, retry) {
			return
		}
	case w.retry(row, retry):
		w.endAttempt(r, Failed)
		return
	}
	w.conclude(row, Failed, w.allowed(r, Failed))
}

// tries returns how many attempts there were that count for a retry: those that were interrupted did not fail.
func (r *Run) tries() int {
	n := 0
	for i := range r.Attempts {
		if r.Attempts[i].History.Current() != Resubmitted {
			n++
		}
	}
	return n
}

// interrupted begins an attempt anew, as the next one, that was under way when the process ended. One that is pure need not be: it
// goes on where it stands.
func (w *walk) interrupted(e *Event) bool {
	s := w.state
	if e.Run < 0 || int(e.Run) >= len(s.Runs) {
		return false
	}
	if r := &s.Runs[e.Run]; r.Wait != WaitTask || int(e.Attempt) != len(r.Attempts)-1 || w.plan.nodes[r.Node].pure {
		return false
	}
	r := w.run(e.Run)
	w.result.Barrier = true
	w.endAttempt(r, Resubmitted)
	w.waitNoMore(e.Run, r)
	w.attempt(e.Run, new(runRoom)) // a leaf does not end by that
	return true
}

// woke goes on with an attempt that has waited for a time.
func (w *walk) woke(e *Event) bool {
	s := w.state
	if e.Run < 0 || int(e.Run) >= len(s.Runs) {
		return false
	}
	switch r := &s.Runs[e.Run]; {
	case r.Wait != WaitTimer && r.Wait != WaitResume && r.Wait != WaitRound, int(e.Attempt) != len(r.Attempts)-1:
		return false
	case e.At.Before(r.Wake): // of a task run that had this row before
		return false
	}
	r := w.run(e.Run)
	w.result.Barrier = true
	switch r.Wait {
	case WaitResume:
		w.resume(e.Run, w.node(e.Run).Lapse, Datum{}, "")
		return true
	case WaitRound:
		w.nextRound(e.Run)
		return true
	default: // WaitTimer
	}
	if r.Status() == Retrying {
		w.tryAgain(e.Run)
		return true
	}
	w.wait(r, WaitTask) // Wake stays: it says that the attempt has waited
	w.timed(e.Run)
	w.effect(s.taskEffect(e.Run))
	return true
}

// retry lets a task run whose attempt has failed wait for the next one, and reports whether there is to be one.
func (w *walk) retry(row int32, retry *flow.Retry) bool {
	s, r := w.state, w.run(row)
	attempts := r.tries()
	fraction := float64(s.seed(r.ID, uint64(attempts))>>11) / (1 << 53)
	delay, again := retry.After(attempts, w.at.Sub(r.Attempts[0].History[0].At), fraction)
	if !again {
		return false
	}
	w.enter(row, r, Failed)
	w.enter(row, r, Retrying)
	r.Deadline = time.Time{}
	w.waitUntil(row, r, w.at.Add(delay))
	if s.Status() == Running {
		if r.Parent == RootRow {
			w.enterHead(Failed)
		}
		w.enterHead(Retrying)
	}
	w.result.Barrier = true
	return true
}

// tryAgain begins the next attempt.
func (w *walk) tryAgain(row int32) {
	r := w.run(row)
	w.waitNoMore(row, r)
	if w.state.Status() == Retrying {
		w.enterHead(Running)
	}
	w.enter(row, r, Created)
	if w.stops(row) {
		return
	}
	if w.plan.nodes[r.Node].Task.RunIf != nil {
		w.wait(r, WaitEval)
		w.effect(w.state.evalEffect(row, RunIf))
		return
	}
	w.begin(row, new(runRoom)) // a leaf does not end by that
}

// apply makes what a task wants of the execution.
func (w *walk) apply(e *Event) {
	s := w.state
	if len(e.Labels) > 0 {
		w.state.headChanged = true
		s.relabel(e.Labels)
	}
	if !e.Variables.IsZero() {
		w.state.headChanged = true
		s.Variables = e.Variables
	}
}

// withLabels returns labels with more, or with other values for their keys. It changes none in place.
func withLabels(labels, more []flow.Label) []flow.Label {
	out := make([]flow.Label, len(labels), len(labels)+len(more))
	places := make(map[string]int, cap(out))
	for i, l := range labels {
		out[i], places[l.Key] = l, i
	}
	for _, l := range more {
		if i, ok := places[l.Key]; ok {
			out[i].Value = l.Value
			continue
		}
		places[l.Key] = len(out)
		out = append(out, l)
	}
	return out
}
