package task

import (
	"context"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Executions are all executions of the server, for tasks that look after them. What they do is done at once, and not by the commit
// that ends the attempt: an attempt that a crash interrupts is made again.
type Executions interface {
	// FlowOf returns the flow of an execution.
	FlowOf(ctx context.Context, id string) (FlowName, error)

	// About returns what has become of an execution so far.
	About(ctx context.Context, id string) (About, error)

	// Resume lets an execution go on that is paused, with the values of the inputs that its Pause asks for, by their ids.
	Resume(ctx context.Context, id string, inputs *value.Map) error

	// Count returns how many executions there are, by their flows.
	Count(ctx context.Context, f ExecutionFilter) (map[FlowName]int, error)

	// Purge removes executions that have ended.
	Purge(ctx context.Context, f ExecutionFilter) (Purged, error)

	// PurgeFiles removes the files of executions that have ended, and returns how many.
	PurgeFiles(ctx context.Context, f ExecutionFilter) (int, error)

	// PurgeLogs removes log lines of executions, of those that have not ended too, and returns how many.
	PurgeLogs(ctx context.Context, f ExecutionFilter, lines LineFilter) (int, error)

	// Logs yields the log lines of an execution, in their order.
	Logs(ctx context.Context, id string, yield func(Line) error) error

	// Toggle switches a webhook trigger of a flow on or off, until the source of the flow changes.
	Toggle(ctx context.Context, f FlowName, trigger string, on bool) error
}

// FlowName names a flow.
type FlowName struct{ Namespace, ID string }

// About says what has become of an execution.
type About struct {
	Flow   FlowName
	Status flow.Status
	Start  time.Time
	End    time.Time // the zero time: it goes on
	Failed bool      // a task of it has failed
	Last   string    // id of the task that failed last or, when none did, that succeeded last; empty: there is none
}

// ExecutionFilter says which executions a task is about. Empty members do not restrict.
type ExecutionFilter struct {
	Execution string   // id
	Flow      FlowName // without an ID, the namespaces below count too
	Statuses  []flow.Status
	From, To  time.Time // when they were created, both included
}

// LineFilter says which lines of logs a task is about. Empty members do not restrict.
type LineFilter struct {
	Levels   []string
	From, To time.Time // both included
}

// Line is a line of an execution's log.
type Line struct {
	Task, Run string // empty for a line of the execution itself
	Attempt   int
	Level     Level
	At        time.Time
	Message   string
}

// Purged says what was removed.
type Purged struct{ Executions, TaskRuns, Lines, Files int }
