package task

import (
	"context"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Task is a compiled task of a flow that is run: what Compile of the spec of a task returns, if its shape is a leaf. It is
// immutable; executions run it concurrently.
type Task interface {
	// Run performs one attempt. An error fails the attempt; its text is logged for the flow's author, so it must quote no
	// secret. When ctx is done the attempt should end soon.
	Run(ctx context.Context, c *Context) (Result, error)
}

// Choice is a compiled task whose shape is a choice.
type Choice interface {
	// Choose decides, once, which list of tasks runs. An error fails the task run.
	Choose(ctx context.Context, c *Context) (Decision, error)
}

// Each is a compiled task whose shape is that of a loop.
type Each interface {
	// Values decides, once, for which values the tasks inside run, in order. An error fails the task run.
	Values(ctx context.Context, c *Context) ([]string, error)
}

// Until is a compiled task whose shape is that of a loop in rounds.
type Until interface {
	// Judge decides after a round, the number of which its output iterationCount says, whether it was the last one. The first round
	// began that long ago. An error fails the task run.
	Judge(ctx context.Context, c *Context, count int, since time.Duration) (Verdict, error)
}

// Verdict is what an [Until] decides.
type Verdict struct {
	Done bool          // it was the last round
	Wait time.Duration // else: until the next one
}

// Pause is a compiled task whose shape is that of a pause.
type Pause interface {
	// Until decides, once, until when it lasts if nobody resumes it; the zero time means for ever. An error fails the task run.
	Until(ctx context.Context, c *Context) (time.Time, error)
	// Inputs are what whoever resumes it gives.
	Inputs() []*flow.Input
}

// Child is a compiled task whose attempts are executions of their own.
type Child interface {
	// Call decides what an attempt starts. An error fails the attempt.
	Call(ctx context.Context, c *Context) (Call, error)
}

// Children is a compiled task whose attempts are several executions each.
type Children interface {
	// Several decides, once for an attempt, how many there are to be. An error fails the attempt.
	Several(ctx context.Context, c *Context) (Several, error)

	// Call decides what one of them is, by its number from 0. It is asked for a part of them at a time. After an error no other
	// begins, and the attempt fails when those have ended that have begun.
	Call(ctx context.Context, c *Context, number int) (Call, error)

	// Ended takes the outputs of one of them that has ended. It may be called again with the same ones. After an error that one
	// counts as failed.
	Ended(ctx context.Context, c *Context, number int, outputs *value.Map) error
}

// Several is what a [Children] starts.
type Several struct {
	Number  int         // of executions
	Wait    bool        // the attempt ends when all of them have ended; each [Call] says the same
	Outputs value.Value // of the task run beside the counts of its executions: a map, or null
}

// Call is an execution that is to be started.
type Call struct {
	Namespace, FlowID string
	Revision          int64        // 0: any
	Inputs            *value.Map   // what is given, by the ids of the flow's inputs
	Labels            []flow.Label // of the execution, in addition to those of its flow, or instead
	Inherit           bool         // the labels of the execution that starts it too
	At                time.Time    // when it begins; zero: at once
	Wait              bool         // the attempt ends when it ends
}

// Result is what an attempt of a task came to. The zero Result is a success without outputs.
type Result struct {
	Outputs   value.Value  // a map, or null for none
	Warning   bool         // the attempt ends WARNING instead of SUCCESS
	Failure   error        // not nil: the attempt fails by this as by an error, but its Outputs are kept
	Wake      time.Time    // not zero: the attempt has not ended, and is to go on then, see [Context.Woke]
	Labels    []flow.Label // to be added to the execution's, or to replace those with the same key
	Variables value.Value  // a map: the execution's variables from now on; null: as they are
	Exit      flow.Status  // what the execution is to end with, at once; empty: it goes on
	Pairs     []Pair       // of the key-value store: written, in this order, by the commit that ends the attempt
}

// Decision is what a [Choice] decides.
type Decision struct {
	Case    int         // index of the list in [flow.Branches.Main]; -1: no list runs, and that is right
	Failed  bool        // no list fits, and the task run fails by it; why is logged already, which an error is not
	Outputs value.Value // of the task run; null for none. They are kept when it fails, too
}

// Context is what one attempt of a task sees.
type Context struct {
	Pebble *pebble.Context // for the task's templates
	Log    Logger          // for the execution's log
	Origin Origin
	*Services
	Shared Origin // the task run in whose directory the task works, with others; without a run: none
	Woke   bool   // the attempt has waited for the time of its [Result.Wake]

	Begun time.Time // when the task run was begun: when it was created, or restarted
}
