package execution

import (
	"bytes"
	"slices"
	"strconv"
)

// A Child is a task whose attempts are executions of their own. Which flow runs, with which inputs, expressions say when the
// attempt begins ([Call]); what starts it commits it together with the state that waits for it. Its end is a signal to its
// parent, kept by the commit that ends it. So a crash loses and doubles neither.

// Parent says who waits for an execution.
type Parent struct {
	ID      string `json:"id"`                // execution
	Run     int32  `json:"run,omitempty"`     // row
	Attempt int32  `json:"attempt,omitempty"` // of it, counted from 0

	Iteration int32 `json:"iteration,omitempty"` // of a Children: which of its executions this is, from 0
}

// ChildID returns the id of the execution that an attempt of a task run starts, of a Children that of one of them, by its number from
// 0. Like that of a task run it follows from structure alone.
func (s *State) ChildID(row, attempt, iteration int32) string {
	return RunID(s.ID, s.Runs[row].ID, "", int(iteration), int(attempt))
}

// OneOf returns the effect for one of the executions of a Children, of the effect that asks for them.
func (e Effect) OneOf(iteration int32) Effect {
	e.Iteration, e.Seed = iteration, mixSeed(e.Seed, uint64(iteration))
	return e
}

// NewChild returns the state of an execution of the flow of p which a [Call] of s starts. With waits, s is told when it ends.
// Called again for the same effect, it returns the same.
func NewChild(p *Plan, s *State, e Effect, waits bool, trigger Trigger) *State {
	child := New(p, e.At, nil, trigger)
	child.ID, child.Seed, child.Depth, child.Trace = s.ChildID(e.Run, e.Attempt, e.Iteration), mixSeed(e.Seed, 1), s.Depth+1, s.Trace
	if waits {
		child.Parent = Parent{s.ID, e.Run, e.Attempt, e.Iteration}
	}
	return child
}

// startedBy is how the variables of the trigger begin of an execution that another one has started. Those of no other trigger do.
const startedBy = `{"executionId":"`

// StartedBy returns the id of the execution that has started one, or that has started the one which it repeats; "" for none.
func (s *Start) StartedBy() string {
	rest, ok := bytes.CutPrefix(s.Trigger.Variables.JSON, []byte(startedBy))
	if !ok {
		return ""
	}
	id, _, _ := bytes.Cut(rest, []byte(`"`)) // ids are letters and digits
	return string(id)
}

// killedChild returns the outputs of a task run whose execution is killed with it.
func (s *State) killedChild(row int32) Datum {
	id := s.ChildID(row, int32(len(s.Runs[row].Attempts)-1), 0)
	return Datum{JSON: []byte(`{"executionId":"` + id + `","state":"KILLED"}`)} // ids are letters and digits
}

// Ended returns the signal that tells the parent of an execution of its end, with what the task run has as outputs by that. One that
// went on after an end has another signal for the next: that of the first may not have been heard yet.
func (s *State) Ended(outputs Datum) Signal {
	id := s.ID
	if s.Restarts > 0 {
		id += " " + strconv.Itoa(int(s.Restarts))
	}
	return Signal{To: s.Parent.ID, ID: id, Event: Event{
		Kind: ChildEnded, ID: s.OriginalID(), Run: s.Parent.Run, Attempt: s.Parent.Attempt, Iteration: s.Parent.Iteration,
		At: s.History.End(), Status: s.Status(), Outputs: outputs,
	}}
}

// called goes on with a Child when it is known what it starts. One that nobody waits for has ended by that.
func (w *walk) called(e *Event) {
	r := w.run(e.Run)
	r.Outputs = e.Outputs
	w.result.Rows = append(w.result.Rows, e.Run)
	w.result.Barrier = true
	switch {
	case e.Failed:
		w.failAttempt(e.Run)
	case e.True:
		w.wait(r, WaitChild)
	default:
		w.passAttempt(e.Run, Success)
	}
}

// childExecutionEnded goes on with a Child whose execution has ended.
func (w *walk) childExecutionEnded(e *Event) bool {
	if !w.state.AwaitsChild(e) {
		return false
	}
	if w.node(e.Run).many() {
		w.oneOfSeveralEnded(e)
		return true
	}
	w.childIsOver(e)
	return true
}

// childIsOver ends the attempt of a Child with what its execution has ended with.
func (w *walk) childIsOver(e *Event) {
	w.run(e.Run).Outputs = e.Outputs
	w.result.Barrier = true
	switch status := w.node(e.Run).childStatus(e.Status); status {
	case Failed:
		w.failAttempt(e.Run)
	case Killed:
		w.exit(&Event{Run: e.Run, Exit: Killed, Outputs: e.Outputs})
	default:
		w.passAttempt(e.Run, status)
	}
}

// AwaitsChild reports whether a task run still waits for the execution whose end an event tells. Its row may be another one's by
// now, see [Run.Free].
func (s *State) AwaitsChild(e *Event) bool {
	if e.Run < 0 || int(e.Run) >= len(s.Runs) {
		return false
	}
	r := &s.Runs[e.Run]
	waits := r.Wait == WaitChild && e.Iteration == 0
	if r.Several != nil {
		waits = slices.Contains(r.Several.Open, e.Iteration)
	}
	return waits && int(e.Attempt) == len(r.Attempts)-1 && e.ID == s.ChildID(e.Run, e.Attempt, e.Iteration)
}

// childStatus returns the status that an execution of this status gives the task run that started it. One that was cancelled
// counts as good, as in Kestra (recorded case "Subflow cancelled by Exit").
func (n *Node) childStatus(status Status) Status {
	if n.Transmit && (status == Failed || status == Killed || status == Warning) {
		return status
	}
	return Success
}
