package flow

import "slices"

// Status is a state of an execution, a task run or an attempt, in Kestra's words.
type Status string

// The statuses that this core gives.
const (
	Created   Status = "CREATED"
	Queued    Status = "QUEUED" // executions only
	Running   Status = "RUNNING"
	Success   Status = "SUCCESS"
	Warning   Status = "WARNING"
	Failed    Status = "FAILED"
	Skipped   Status = "SKIPPED" // task runs only
	Retrying  Status = "RETRYING"
	Paused    Status = "PAUSED"
	Restarted Status = "RESTARTED" // executions only
	Killing   Status = "KILLING"   // executions only
	Killed    Status = "KILLED"
	Cancelled Status = "CANCELLED"
	Retried   Status = "RETRIED"

	AtBreakpoint Status = "BREAKPOINT"

	Resubmitted Status = "RESUBMITTED"
)

// terminated are all statuses of Kestra that end an execution or a task run, whether or not this core gives them.
var terminated = []Status{Failed, Warning, Success, Killed, Cancelled, Retried, Skipped, Resubmitted}

// ParseStatus returns the status with a name, and whether there is one that this core gives.
func ParseStatus(name string) (Status, bool) {
	given := []Status{Created, Queued, Running, Success, Warning, Failed, Skipped, Retrying, Paused, Restarted, Killing, Killed, Cancelled, Retried, AtBreakpoint}
	return Status(name), slices.Contains(given, Status(name))
}

// Terminated reports whether nothing follows s.
func (s Status) Terminated() bool {
	switch s { // the three that nearly always decide first
	case Success, Failed, Warning:
		return true
	case Created, Running, Killing, "":
		return false
	default:
		return slices.Contains(terminated, s)
	}
}
