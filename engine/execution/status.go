package execution

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// Status is a state of an execution, a task run or an attempt.
type Status = flow.Status

// The statuses that this core gives.
const (
	Created   = flow.Created
	Queued    = flow.Queued
	Running   = flow.Running
	Success   = flow.Success
	Warning   = flow.Warning
	Failed    = flow.Failed
	Skipped   = flow.Skipped
	Retrying  = flow.Retrying
	Paused    = flow.Paused
	Restarted = flow.Restarted
	Killing   = flow.Killing
	Killed    = flow.Killed
	Cancelled = flow.Cancelled
	Retried   = flow.Retried

	AtBreakpoint = flow.AtBreakpoint

	Resubmitted = flow.Resubmitted // of an attempt alone
)

// Transition is the entry into a status.
type Transition struct {
	Status Status    `json:"state"`
	At     time.Time `json:"date"`
}

// History is the statuses that an execution, a task run or an attempt went through, oldest first. It only grows at its
// end: entries never change.
type History []Transition

// Current returns the last status; "" before there is one.
func (h History) Current() Status {
	if len(h) == 0 {
		return ""
	}
	return h[len(h)-1].Status
}

// Start returns when the first status was entered; the zero time before there is one.
func (h History) Start() time.Time {
	if len(h) == 0 {
		return time.Time{}
	}
	return h[0].At
}

// End returns when the last status was entered if that is terminated, else the zero time.
func (h History) End() time.Time {
	if !h.Current().Terminated() {
		return time.Time{}
	}
	return h[len(h)-1].At
}

// Duration returns the time from start to end; 0 before the end.
func (h History) Duration() time.Duration {
	if !h.Current().Terminated() {
		return 0
	}
	return h.End().Sub(h.Start())
}
