package execution

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// Core is the version of the rules of [Step]. An execution goes on under the rules it began with.
const Core = 1

// State is everything that is kept of one execution.
type State struct {
	ID        string       `json:"id"`
	Namespace string       `json:"namespace"`
	FlowID    string       `json:"flowId"`
	Revision  int          `json:"flowRevision"`
	Core      int          `json:"core"` // version of the rules it runs under, see [Core]
	Seed      uint64       `json:"seed"` // what the seeds of its effects are made of; not for printing, it predicts uuid() and the like
	Labels    []flow.Label `json:"labels,omitempty"`
	Trigger   Trigger      `json:"trigger"`
	History   History      `json:"history"`
	TaskRuns  []TaskRun    `json:"taskRuns,omitempty"` // in the order they were created; an index of it is the ordinal
	Outputs   Datum        `json:"outputs,omitzero"`   // an object, in declaration order; zero before the end and when the flow declares none
	Version   int64        `json:"-"`                  // number of commits, the accepting one included; 0 before it
}

// Trigger is what started an execution.
type Trigger struct {
	ID        string `json:"id"`
	Type      string `json:"type"`               // as written in the flow: an alias stays an alias
	Variables Datum  `json:"variables,omitzero"` // an object: body (absent without one), headers, parameters, …
}

// TaskRun is one run of a task.
type TaskRun struct {
	ID       string    `json:"id"` // see [TaskRunID]
	TaskID   string    `json:"taskId"`
	History  History   `json:"history"`
	Attempts []Attempt `json:"attempts,omitempty"` // none when runIf failed
	Outputs  Datum     `json:"outputs,omitzero"`   // an object; zero when the task never ran (spec/kestra-webhook.md §8.5)
}

// Attempt is one try of a task run.
type Attempt struct {
	History History `json:"history"`
}

// New returns the state of a new execution of the flow of p, CREATED at that time, with a new id.
func New(p *Plan, at time.Time, labels []flow.Label, trigger Trigger) *State {
	history := make(History, 1, 3)
	history[0] = Transition{Created, at.UTC().Round(0)} // as a store gives it back
	return &State{
		ID:        NewID(),
		Namespace: p.flow.Namespace,
		FlowID:    p.flow.ID,
		Revision:  p.revision,
		Core:      Core,
		Seed:      newSeed(),
		Labels:    labels,
		Trigger:   trigger,
		History:   history,
	}
}

// Status returns the current status.
func (s *State) Status() Status { return s.History.Current() }
