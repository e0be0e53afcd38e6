package execution

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// Core is the version of the rules of [Step]. An execution goes on under the rules it began with.
const Core = 2

// State is everything that is kept of one execution. It says all that is needed to go on: what waits for what, until when,
// in which attempt.
type State struct {
	Start
	Head
	Runs    []Run `json:"runs,omitempty"` // in the order they were created, but for those in rows that are used again; the index of one is its row
	Version int64 `json:"-"`              // number of commits, the accepting one included; 0 before it

	waits       waits
	free        []int32 // rows of rounds that are over, in order, to be used again; counted with waits
	headChanged bool
	changed     []int32 // rows that have changed since the last [State.Changes]
	changedRoom [4]int32
	first       *runRoom // the memory of the first task run
	firstTaken  bool
}

// Start is the part of a state that never changes.
type Start struct {
	ID        string  `json:"id"`
	Namespace string  `json:"namespace"`
	FlowID    string  `json:"flowId"`
	Revision  int     `json:"flowRevision"`
	Core      int     `json:"core"` // version of the rules it runs under, see [Core]
	Seed      uint64  `json:"seed"` // what the seeds of its effects are made of; not for printing, it predicts uuid() and the like
	Trigger   Trigger `json:"trigger"`
	Parent    Parent  `json:"parent,omitzero"` // who waits for it; zero: no other execution
	Depth     int     `json:"depth,omitempty"` // how many executions started each other before it
	Origin    Origin  `json:"origin,omitzero"` // the tries before it
	Inputs    Datum   `json:"inputs,omitzero"` // an object: the values of the flow's inputs; zero when it has none
	Trace     string  `json:"trace,omitempty"` // the `traceparent` of W3C: the span in which it was created; "" when nobody traces it
}

// Trigger is what started an execution.
type Trigger struct {
	ID        string `json:"id"`
	Type      string `json:"type"`               // as written in the flow: an alias stays an alias
	Variables Datum  `json:"variables,omitzero"` // an object: body (absent without one), headers, parameters, …
}

// Head is the part of a state that belongs to the execution as a whole and changes.
type Head struct {
	Labels    []flow.Label `json:"labels,omitempty"`
	First     []flow.Label `json:"firstLabels,omitempty"` // the labels that it was accepted with, once it has others
	Variables Datum        `json:"variables,omitzero"`    // an object that stands for the flow's variables; zero: those
	History   History      `json:"history"`
	Outputs   Datum        `json:"outputs,omitzero"`   // an object, in declaration order; zero before the end and when the flow declares none
	Exit      Status       `json:"exit,omitempty"`     // what a task wants the execution to end with, at once
	Wait      Wait         `json:"wait,omitzero"`      // WaitEval: for the outputs; WaitAssert: for the assertions of `sla`; WaitPlace: it has not begun
	Since     time.Time    `json:"since,omitzero"`     // when the last task run of the flow ended: the clock of the outputs
	Progress  Progress     `json:"progress"`           // of the flow's lists
	Promises  []Promise    `json:"promises,omitempty"` // by the flow's `sla`, from the beginning on; none when it has none
	Asking    []int32      `json:"asking,omitempty"`   // of WaitAssert: the task runs that have ended, from which nothing has followed yet; RootRow: the beginning
	Again     time.Time    `json:"again,omitzero"`     // when the execution is tried anew, of one that is
	Refused   bool         `json:"refused,omitempty"`  // it ended for want of a place, before it began
	Restarts  int32        `json:"restarts,omitempty"` // how many times it went on after it had ended

	Breakpoints []Breakpoint `json:"breakpoints,omitempty"` // before which task runs it stops; they never change
}

// Run is one run of a task.
type Run struct {
	ID        string    `json:"id"` // see [RunID]
	TaskID    string    `json:"taskId"`
	Node      int32     `json:"node"`                // index in the plan
	Parent    int32     `json:"parent"`              // row; [RootRow] at the top
	Value     string    `json:"value,omitempty"`     // in the main list of an Each: which of its values
	Iteration int32     `json:"iteration,omitempty"` // likewise, and in that of an Until: the number of the round, from 0
	Values    []string  `json:"values,omitempty"`    // of an Each; they never change
	Children  []int32   `json:"children,omitempty"`  // of a Dag: the rows of its tasks plus 1, by their places; 0: not begun
	History   History   `json:"history"`
	Attempts  []Attempt `json:"attempts,omitempty"` // none when runIf failed
	Outputs   Datum     `json:"outputs,omitzero"`   // an object; zero when the task never ran
	Wait      Wait      `json:"wait,omitzero"`
	Wake      time.Time `json:"wake,omitzero"`     // of a time that is waited for; of an Until and a Children that asks: since when
	Deadline  time.Time `json:"deadline,omitzero"` // by its `timeout`: when the attempt, or the main list of a flowable, is interrupted
	Progress  Progress  `json:"progress,omitzero"` // of a flowable
	Several   *Several  `json:"several,omitempty"` // of a Children

	marked bool // its row is among the changed ones
}

// Attempt is one try of a task run.
type Attempt struct {
	History History `json:"history"`
}

// Begun returns when a task run was begun last: when it was created, or by a restart.
func (r *Run) Begun() time.Time {
	for i := len(r.History) - 1; i > 0; i-- {
		if r.History[i].Status == Restarted {
			return r.History[i].At
		}
	}
	return r.History.Start()
}

// Progress counts what goes on below a flowable, so that nothing has to be searched.
type Progress struct {
	Stage  Stage  `json:"stage,omitzero"`
	Round  int32  `json:"round,omitempty"`  // of an Until: its output iterationCount
	Asked  bool   `json:"asked,omitempty"`  // of an Until: its condition did not hold for the round that is over, and is asked with the next count
	Case   int32  `json:"case,omitempty"`   // of a Choice: the list that was chosen
	Next   int32  `json:"next,omitempty"`   // the first child of the list in force, or the first round of an Each, that has not begun
	Open   int32  `json:"open,omitempty"`   // children that have not ended
	Broken bool   `json:"broken,omitempty"` // a child of the list in force has failed
	Worst  Status `json:"worst,omitempty"`  // of the ended children of the main list: RETRIED, FAILED, WARNING, or "" for any better
}

// New returns the state of a new execution of the flow of p, CREATED at that time, with a new id.
func New(p *Plan, at time.Time, labels []flow.Label, trigger Trigger) *State {
	s := new(State)
	s.Begin(p, at, labels, trigger)
	return s
}

// Begin makes s, which is new or cleared, what [New] returns.
func (s *State) Begin(p *Plan, at time.Time, labels []flow.Label, trigger Trigger) {
	id, seed := newIdentity(at)
	s.Start = Start{
		ID:        id,
		Namespace: p.flow.Namespace,
		FlowID:    p.flow.ID,
		Revision:  p.revision,
		Core:      Core,
		Seed:      seed,
		Trigger:   trigger,
	}
	s.Labels = labels
	if cap(s.History) == 0 {
		s.History = make(History, 0, 4) // apart from s: stores share it, and would hold the whole state with it
	}
	s.History = append(s.History, Transition{Created, at.UTC().Round(0)}) // as a store gives it back
	s.changed = s.changedRoom[:0]
	if p.flow.Concurrency != nil {
		s.Wait = WaitPlace
	}
}

// fewRuns is for up to how many task runs a cleared state keeps memory.
const fewRuns = 8

// Clear empties s for another execution, which begins in the same memory. Nobody may hold anything of what it was.
func (s *State) Clear() {
	history, runs, first := s.History, s.Runs, s.first
	if clear(runs); cap(runs) > fewRuns {
		runs = nil
	}
	if first != nil {
		*first = runRoom{}
	}
	*s = State{Head: Head{History: history[:0]}, Runs: runs[:0], first: first}
}

// Accepted returns the state as it was before anything happened, without task runs. It is for reading.
func (s *State) Accepted() *State {
	labels := s.Labels
	if s.First != nil {
		labels = s.First
	}
	return &State{Start: s.Start, Head: Head{Labels: labels, History: s.History[:1:1]}}
}

// relabel adds labels, or gives others with the same key another value.
func (s *State) relabel(more []flow.Label) {
	if s.First == nil {
		s.First = s.Labels
	}
	s.Labels = withLabels(s.Labels, more)
}

// Status returns the current status.
func (s *State) Status() Status { return s.History.Current() }

// Over reports whether the execution has ended: that it has its last status, and that nothing is to run after it.
func (h *Head) Over() bool {
	return h.History.Current().Terminated() && h.Progress.Stage != StageAfter
}

// Status returns the current status of the task run.
func (r *Run) Status() Status { return r.History.Current() }
