package task

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Task is a compiled task of a flow: what Compile of the spec of a task returns. It is immutable; executions run it
// concurrently.
type Task interface {
	// Run performs one attempt. The outputs are a map, or null for none. An error fails the attempt; its text is logged
	// for the flow's author, so it must quote no secret. When ctx is done the attempt should end soon.
	Run(ctx context.Context, c *Context) (outputs value.Value, err error)
}

// Context is what one attempt of a task sees.
type Context struct {
	Pebble *pebble.Context // for the task's templates
	Log    Logger          // for the execution's log
}
