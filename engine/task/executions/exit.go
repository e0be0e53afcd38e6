package executions

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// exitStates are what an execution may be ended with.
var exitStates = []string{string(flow.Success), string(flow.Warning), string(flow.Killed), string(flow.Failed), string(flow.Cancelled), oldCancelled}

// oldCancelled is Kestra's deprecated spelling of CANCELLED.
const oldCancelled = "CANCELED"

func exitSpec() flow.Spec {
	return flow.Spec{
		Kind:     flow.KindTask,
		Type:     "io.kestra.plugin.core.execution.Exit",
		Summary:  "End the execution at once, without `errors` and `finally`.",
		Pure:     true,
		Executor: true,
		Properties: []flow.Property{
			{Name: "state", Type: flow.String, Dynamic: true, Default: string(flow.Success), Values: exitStates, Summary: "What the execution ends with."},
		},
		Example: `id: leave
type: io.kestra.plugin.core.execution.Exit
runIf: "{{ trigger.body.action != 'opened' }}"
state: CANCELLED
`,
		Compile: func(c *flow.Component) (any, error) { return &exit{state: c.Template("state")}, nil },
	}
}

// exit is io.kestra.plugin.core.execution.Exit.
type exit struct {
	state *pebble.Template // nil: SUCCESS
}

func (x *exit) Run(_ context.Context, c *task.Context) (task.Result, error) {
	state := string(flow.Success)
	if x.state != nil {
		var err error
		if state, err = x.state.Render(c.Pebble); err != nil {
			return task.Result{}, err
		}
	}
	switch {
	case state == oldCancelled:
		state = string(flow.Cancelled)
	case !slices.Contains(exitStates, state):
		return task.Result{}, fmt.Errorf("state %q is none of %s", state, strings.Join(exitStates, ", "))
	}
	return task.Result{Exit: flow.Status(state)}, nil
}
