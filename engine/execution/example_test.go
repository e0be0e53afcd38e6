package execution_test

import (
	"fmt"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// Step takes an event and returns the effects to perform next. Here the events are written out; package runner performs the
// effects, which gives it the events, and commits the changes.
func ExampleStep() {
	pure, outside := &flow.Spec{Pure: true}, &flow.Spec{}
	plan := execution.NewPlan(&flow.Flow{
		Namespace: "company.team", ID: "order",
		Tasks: []*flow.Component{
			{ID: "total", Spec: pure},
			{ID: "pay", Spec: outside},
		},
	}, 1)
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	state := execution.New(plan, noon, nil, execution.Trigger{ID: "hook"})

	var result execution.Result
	for _, event := range []execution.Event{
		{Kind: execution.Started, Run: execution.RootRow, At: noon},
		{Kind: execution.TaskEnded, Run: 0, Status: execution.Success, At: noon.Add(time.Millisecond)},
		{Kind: execution.TaskEnded, Run: 0, Status: execution.Failed, At: noon.Add(time.Second)},
		{Kind: execution.TaskEnded, Run: 1, Status: execution.Success, At: noon.Add(2 * time.Second)},
	} {
		if err := execution.Step(plan, state, event, &result); err != nil {
			fmt.Println(err)
			return
		}
		if result.Stale {
			fmt.Println("ignored: that task run has ended already")
			continue
		}
		if result.Barrier {
			fmt.Println("commit", len(state.Changes().Rows), "task runs")
		}
		for _, effect := range result.Effects {
			fmt.Println("run", state.Runs[effect.Run].TaskID)
		}
		fmt.Println(state.Status())
	}
	// Output:
	// run total
	// RUNNING
	// commit 2 task runs
	// run pay
	// RUNNING
	// ignored: that task run has ended already
	// commit 1 task runs
	// SUCCESS
}
