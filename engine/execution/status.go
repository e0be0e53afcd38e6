package execution

import (
	"slices"
	"time"
)

// Status is a state of an execution, a task run or an attempt, in Kestra's words (spec/kestra-webhook.md §3.3).
type Status string

// The statuses that this core gives.
const (
	Created Status = "CREATED"
	Running Status = "RUNNING"
	Success Status = "SUCCESS"
	Warning Status = "WARNING"
	Failed  Status = "FAILED"
	Skipped Status = "SKIPPED" // task runs only
)

// terminated are all statuses of Kestra that end an execution or a task run, whether or not this core gives them.
var terminated = []Status{Failed, Warning, Success, "KILLED", "CANCELLED", "RETRIED", Skipped, "RESUBMITTED"}

// Terminated reports whether nothing follows s.
func (s Status) Terminated() bool {
	switch s { // the three that nearly always decide first
	case Success, Failed, Warning:
		return true
	case Created, Running, "":
		return false
	default:
		return slices.Contains(terminated, s)
	}
}

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
