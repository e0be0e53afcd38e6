package execution

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// Event is what a runner tells [Step]: one of [Started], [Evaluated], [TaskEnded].
type Event interface{ event() }

// Started begins an execution that was created.
type Started struct {
	At time.Time
}

// What names what an [Evaluate] asks for.
type What int

// What can be evaluated.
const (
	RunIf   What = iota // the runIf of the task of a task run
	Outputs             // the outputs that the flow declares
)

// String returns the name of what is evaluated.
func (w What) String() string {
	if w == RunIf {
		return "runIf"
	}
	return "outputs"
}

// Evaluated answers an [Evaluate].
type Evaluated struct {
	What    What
	TaskRun int   // ordinal; for RunIf
	True    bool  // the verdict; for RunIf
	Value   Datum // an object with the outputs that could be evaluated; for Outputs
	Failed  bool  // at least one expression could not be evaluated, or its value does not fit its type
	At      time.Time
}

// TaskEnded answers a [RunTask].
type TaskEnded struct {
	TaskRun int    // ordinal
	Attempt int    // counted from 0
	Status  Status // SUCCESS, WARNING or FAILED: how the attempt ended
	Outputs Datum  // an object
	At      time.Time
}

func (Started) event()   {}
func (Evaluated) event() {}
func (TaskEnded) event() {}

// Effect is what [Step] wants done: one of [Evaluate], [RunTask]. Each is answered by one event, and may be performed
// again after a crash.
type Effect interface{ effect() }

// Evaluate asks for the value of expressions, and is answered by an [Evaluated].
type Evaluate struct {
	What    What
	TaskRun int             // ordinal; for RunIf
	Task    *flow.Component // for RunIf
	At      time.Time       // the clock that expressions see
	Seed    uint64          // the seed of random functions, never 0
}

// RunTask asks for an attempt of a task run, and is answered by a [TaskEnded].
type RunTask struct {
	TaskRun int // ordinal
	Attempt int // counted from 0
	Task    *flow.Component
	At      time.Time // the clock that expressions see: when the attempt began
	Seed    uint64    // the seed of random functions, never 0
}

func (Evaluate) effect() {}
func (RunTask) effect()  {}
