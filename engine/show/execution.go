package show

import (
	"encoding/json"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Execution is an execution with its task runs. The members are those of Kestra's API, in its order; what Kestra says of its own
// servers, such as the id of a worker, is not there.
type Execution struct {
	ID           string          `json:"id"`
	Namespace    string          `json:"namespace"`
	FlowID       string          `json:"flowId"`
	FlowRevision int             `json:"flowRevision"`
	TaskRunList  []TaskRun       `json:"taskRunList"`
	Inputs       json.RawMessage `json:"inputs,omitempty"`
	Outputs      json.RawMessage `json:"outputs,omitempty"`
	Labels       []Label         `json:"labels"`
	Variables    json.RawMessage `json:"variables,omitempty"` // of the flow, or as a task has set them
	State        State           `json:"state"`
	ParentID     string          `json:"parentId,omitempty"` // of the execution that this one repeats
	OriginalID   string          `json:"originalId"`
	Trigger      Trigger         `json:"trigger"`
	Deleted      bool            `json:"deleted"` // never: one that is deleted is not there
	Metadata     Metadata        `json:"metadata"`

	Breakpoints []execution.Breakpoint `json:"breakpoints,omitempty"`
}

// TaskRun is one run of a task.
type TaskRun struct {
	ID              string          `json:"id"`
	ExecutionID     string          `json:"executionId"`
	Namespace       string          `json:"namespace"`
	FlowID          string          `json:"flowId"`
	TaskID          string          `json:"taskId"`
	ParentTaskRunID string          `json:"parentTaskRunId,omitempty"`
	Value           string          `json:"value,omitempty"` // of a loop
	Attempts        []Attempt       `json:"attempts,omitempty"`
	Outputs         json.RawMessage `json:"outputs,omitempty"`
	State           State           `json:"state"`
	Iteration       *int32          `json:"iteration,omitempty"`
}

// Attempt is one try of a task run.
type Attempt struct {
	State State `json:"state"`
}

// Label is a label of an execution.
type Label struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Trigger is what started an execution.
type Trigger struct {
	ID        string          `json:"id"`
	Type      string          `json:"type"`
	Variables json.RawMessage `json:"variables,omitempty"`
}

// Metadata says which try an execution is.
type Metadata struct {
	AttemptNumber       int32   `json:"attemptNumber"` // from 1
	OriginalCreatedDate Instant `json:"originalCreatedDate"`
}

// State is a state with those before it. EndDate and Duration are absent before the end.
type State struct {
	Current   flow.Status  `json:"current"`
	Histories []Transition `json:"histories"`
	Duration  *Duration    `json:"duration,omitempty"`
	EndDate   *Instant     `json:"endDate,omitempty"`
	StartDate Instant      `json:"startDate"`
}

// Transition is the entry into a state.
type Transition struct {
	State flow.Status `json:"state"`
	Date  Instant     `json:"date"`
}

// Instant is a time, written as Java does.
type Instant struct{ time.Time }

// MarshalJSON implements [json.Marshaler].
func (t Instant) MarshalJSON() ([]byte, error) {
	return append(value.AppendInstant([]byte{'"'}, t.Time), '"'), nil
}

// Duration is a duration, written as Java does.
type Duration time.Duration

// MarshalText implements [encoding.TextMarshaler].
func (d Duration) MarshalText() ([]byte, error) {
	return value.AppendDuration(nil, time.Duration(d)), nil
}

// Of returns what is shown of an execution, whose texts are filled in. p is the plan that it runs by; nil when it is not at hand: then
// it is not known which inputs are secret, and no value of one is shown. m masks the secrets of the environment.
func Of(s *execution.State, p *execution.Plan, m *mask.Mask) Execution {
	h := newHider(s, p, m)
	x := Execution{
		ID: s.ID, Namespace: s.Namespace, FlowID: s.FlowID, FlowRevision: s.Revision,
		TaskRunList: []TaskRun{},
		Inputs:      h.inputs(s.Inputs),
		Outputs:     h.datum(s.Outputs),
		Labels:      h.labels(s.Labels),
		Variables:   h.datum(s.Variables),
		State:       stateOf(s.History),
		ParentID:    s.Origin.Before,
		OriginalID:  s.OriginalID(),
		Trigger:     Trigger{ID: s.Trigger.ID, Type: s.Trigger.Type, Variables: h.datum(s.Trigger.Variables)},
		Metadata:    Metadata{AttemptNumber: attempt(s), OriginalCreatedDate: Instant{s.OriginallyCreated()}},
		Breakpoints: s.Breakpoints,
	}
	if x.Variables == nil && p != nil && p.Flow().Variables.Len() > 0 {
		x.Variables = h.value(value.FromMap(p.Flow().Variables))
	}
	for row := range s.Runs {
		if !s.Runs[row].Free() {
			x.TaskRunList = append(x.TaskRunList, h.taskRun(s, int32(row), p))
		}
	}
	return x
}

// attempt returns which try an execution is: what goes on after a pause, or after its end, is another one.
func attempt(s *execution.State) int32 {
	n := s.Origin.Tries + 1
	for _, t := range s.History {
		if t.Status == execution.Restarted {
			n++
		}
	}
	return n
}

// taskRun returns what is shown of the task run in a row.
func (h *hider) taskRun(s *execution.State, row int32, p *execution.Plan) TaskRun {
	r := &s.Runs[row]
	t := TaskRun{
		ID: r.ID, ExecutionID: s.ID, Namespace: s.Namespace, FlowID: s.FlowID, TaskID: r.TaskID,
		Value:   h.text(r.Value),
		Outputs: h.outputs(r, p),
		State:   stateOf(r.History),
	}
	if r.Parent != execution.RootRow {
		t.ParentTaskRunID = s.Runs[r.Parent].ID
	}
	if p != nil {
		if n := p.Node(r.Node); n.Looped || n.Rounds {
			t.Iteration = &r.Iteration
		}
	}
	for i := range r.Attempts {
		t.Attempts = append(t.Attempts, Attempt{stateOf(r.Attempts[i].History)})
	}
	return t
}

func stateOf(h execution.History) State {
	s := State{Current: h.Current(), Histories: make([]Transition, len(h)), StartDate: Instant{h.Start()}}
	for i, t := range h {
		s.Histories[i] = Transition{t.Status, Instant{t.At}}
	}
	s.EndDate, s.Duration = ending(h)
	return s
}

// ending returns when the last state was entered, and how long it took; nil before the end.
func ending(h execution.History) (*Instant, *Duration) {
	end := h.End()
	if end.IsZero() {
		return nil, nil
	}
	took := Duration(h.Duration())
	return &Instant{end}, &took
}
