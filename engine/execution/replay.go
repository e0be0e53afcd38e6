package execution

import (
	"slices"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// A retry with the behavior CREATE_NEW_EXECUTION tries the whole execution again. The task run that has failed, and the flowables
// around it, end RETRIED, and so does the execution: after `errors`, and without `finally`, which is for the last try. The commit
// that ends it accepts the next one ([Again]), which begins all tasks anew when the delay of the retry is over.

// Origin says where an execution stands in a row of tries.
type Origin struct {
	ID      string    `json:"id,omitempty"`     // of the first one; empty for itself
	Before  string    `json:"before,omitempty"` // id of the one before it; empty for the first one
	Created time.Time `json:"created,omitzero"` // when the first one was created
	Tries   int32     `json:"tries,omitempty"`  // how many there were before
}

// OriginalID returns the id of the first try.
func (s *State) OriginalID() string {
	if s.Origin.ID == "" {
		return s.ID
	}
	return s.Origin.ID
}

// NewReplay returns the state of the next try of an execution of the flow of p, which an [Again] asks for.
func NewReplay(p *Plan, s *State, e Effect) *State {
	next := New(p, e.At, withLabels(s.Labels, []flow.Label{{Key: replayLabel, Value: "true"}}), s.Trigger)
	next.ID, next.Seed = s.NextTry(), mixSeed(e.Seed, 1)
	next.Inputs, next.Parent, next.Depth, next.Trace = s.Inputs, s.Parent, s.Depth, s.Trace
	next.Origin, next.Breakpoints = s.nextOrigin(), s.Breakpoints
	return next
}

// NextTry returns the id of the next try of an execution, if there is one.
func (s *State) NextTry() string { return RunID(s.ID, "", replayLabel, 0, 0) }

// replayLabel marks tries after the first, as in Kestra.
const replayLabel = flow.SystemLabel + "replay"

// replayedLabel marks executions that were done anew because somebody wanted that, as in Kestra.
const replayedLabel = flow.SystemLabel + "replayed"

// MarkReplayed labels an execution that has ended as one that was done anew, and reports whether it was not so.
func (s *State) MarkReplayed() bool {
	label := flow.Label{Key: replayedLabel, Value: "true"}
	if !s.Over() || slices.Contains(s.Labels, label) {
		return false
	}
	s.relabel([]flow.Label{label})
	s.headChanged = true
	return true
}

// labelsAnew returns the labels of an execution that does anew what s did, with one that says so.
func (s *State) labelsAnew(label string) []flow.Label {
	own := slices.DeleteFunc(slices.Clone(s.Labels), func(l flow.Label) bool { return l.Key == replayedLabel }) // it was not itself
	return withLabels(own, []flow.Label{{Key: label, Value: "true"}})
}

// NewRepeat returns the state of an execution of the flow of p that does anew what another one did, because somebody wants that: with
// its trigger and its inputs, as in Kestra. Nobody waits for it, even if somebody waited for the other one.
func NewRepeat(p *Plan, s *State, at time.Time) *State {
	next := New(p, at, s.labelsAnew(replayLabel), s.Trigger)
	next.Inputs, next.Origin = s.Inputs, s.nextOrigin()
	return next
}

// nextOrigin returns where the try after s stands.
func (s *State) nextOrigin() Origin {
	return Origin{ID: s.OriginalID(), Before: s.ID, Created: s.OriginallyCreated(), Tries: s.Origin.Tries + 1}
}

// OriginallyCreated returns when the first try was created.
func (s *State) OriginallyCreated() time.Time {
	if s.Origin.Created.IsZero() {
		return s.History.Start()
	}
	return s.Origin.Created
}

// retriesAll ends a task run that has failed if the whole execution is to be tried again, and reports whether it is. Only
// failures of the flow's tasks count, not those of its other lists.
func (w *walk) retriesAll(row int32, retry *flow.Retry) bool {
	s := w.state
	if s.Progress.Stage != StageMain || s.Status().Terminated() {
		return false
	}
	tries := int(s.Origin.Tries) + 1
	fraction := float64(s.seed(s.ID, uint64(tries))>>11) / (1 << 53)
	delay, again := retry.After(tries, w.at.Sub(s.OriginallyCreated()), fraction)
	if !again {
		return false
	}
	if s.Again.IsZero() {
		s.Again, s.headChanged = w.at.Add(delay), true
	}
	r := w.run(row)
	w.endAttempt(r, Failed)
	w.enter(row, r, Failed)
	w.end(row, Retried)
	w.childEnded(row)
	return true
}

// retried ends an execution that is to be tried again.
func (w *walk) retried() {
	s := w.state
	for row := range s.Runs { // Kestra shows the failure of a task at the top
		if r := &s.Runs[row]; r.Parent == RootRow && r.Status() == Retried && w.node(int32(row)).Shape == flow.ShapeLeaf && len(w.plan.nodes[root].Errors) == 0 {
			w.enterHead(Failed)
		}
	}
	w.effect(Effect{Kind: Again, Run: RootRow, At: s.Again, Seed: s.seed(s.ID, attemptSeeds)})
	w.finish(Retried)
}
