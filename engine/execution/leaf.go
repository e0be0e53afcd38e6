package execution

import (
	"slices"
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
		r.Wait, r.Wake = WaitTimer, e.Wake.UTC().Round(0)
		w.result.Barrier = true
		return true
	}
	r.Outputs = e.Outputs
	w.endAttempt(r, e.Status)
	w.end(e.Run, w.allowed(r, e.Status))
	w.apply(e)
	if e.Exit == "" {
		w.childEnded(e.Run)
		return true
	}
	s.headChanged = true
	s.Exit, s.Since = e.Exit, w.at
	s.Progress = Progress{Stage: StageEnd}
	w.killRuns()
	w.closeRoot()
	return true
}

// woke goes on with an attempt that has waited for a time.
func (w *walk) woke(e *Event) bool {
	s := w.state
	if e.Run < 0 || int(e.Run) >= len(s.Runs) {
		return false
	}
	if r := &s.Runs[e.Run]; r.Wait != WaitTimer || int(e.Attempt) != len(r.Attempts)-1 {
		return false
	}
	r := w.run(e.Run)
	r.Wait = WaitTask // Wake stays: it says that the attempt has waited
	w.effect(s.taskEffect(e.Run))
	w.result.Barrier = true
	return true
}

// apply makes what a task wants of the execution.
func (w *walk) apply(e *Event) {
	s := w.state
	for _, l := range e.Labels {
		w.state.headChanged = true
		s.Labels = setLabel(s.Labels, l)
	}
	if !e.Variables.IsZero() {
		w.state.headChanged = true
		s.Variables = e.Variables
	}
}

// killRuns ends all that is under way, from the leaves up.
func (w *walk) killRuns() {
	for row := int32(len(w.state.Runs)) - 1; row >= 0; row-- {
		if w.state.Runs[row].Status().Terminated() {
			continue
		}
		r := w.run(row)
		if r.Wait == WaitTask {
			w.effect(Effect{Kind: Cancel, Run: row, Attempt: int32(len(r.Attempts) - 1)})
		}
		r.Wait, r.Wake = WaitNone, time.Time{}
		if r.Progress != (Progress{}) {
			r.Progress = Progress{Stage: StageEnd}
		}
		w.endAttempt(r, Killed)
		w.enter(row, r, Killed)
	}
}

// setLabel returns labels with one more, or with another value for its key. It changes none in place.
func setLabel(labels []flow.Label, l flow.Label) []flow.Label {
	for i := range labels {
		if labels[i].Key == l.Key {
			labels = slices.Clone(labels)
			labels[i].Value = l.Value
			return labels
		}
	}
	return append(slices.Clip(labels), l)
}
