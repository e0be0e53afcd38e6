package runner

import (
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

var emptyMap = value.FromMap(value.NewMap(0))

// The variables of an execution are set anew for each effect, and computed when an expression reads them, from the state
// as it is during that effect. An effect ends before the next one begins, so none sees the variables of another.

// enterTask sets the variables that a task run sees (spec/kestra-webhook.md §8.5). The attempt is counted from 0: it is
// the number of attempts before this one.
func (x *run) enterTask(t *flow.Component, ordinal, attempt int) {
	x.setExecution()
	x.vars.SetLazy("taskrun", func() value.Value {
		run := &x.state.TaskRuns[ordinal]
		v := value.NewMap(3)
		v.Set("id", value.String(run.ID))
		v.Set("startDate", value.Time(run.History.Start()))
		v.Set("attemptsCount", value.Int(int64(attempt)))
		return value.FromMap(v)
	})
	x.vars.SetLazy("task", func() value.Value {
		v := value.NewMap(2)
		v.Set("id", value.String(t.ID))
		v.Set("type", value.String(t.Type))
		return value.FromMap(v)
	})
}

// leaveTasks sets the variables that are seen when no task runs.
func (x *run) leaveTasks() {
	x.setExecution()
	x.vars.Set("taskrun", value.Null)
	x.vars.Set("task", value.Null)
}

func (x *run) setExecution() {
	x.vars.SetLazy("execution", func() value.Value {
		v := value.NewMap(4)
		v.Set("id", value.String(x.state.ID))
		v.Set("startDate", value.Time(x.state.History.Start()))
		v.Set("originalId", value.String(x.state.ID))
		v.Set("state", value.String(string(x.state.Status())))
		return value.FromMap(v)
	})
	x.vars.SetLazy("outputs", func() value.Value {
		v := value.NewMap(len(x.outputs))
		for _, o := range x.outputs {
			v.Set(o.task, o.value)
		}
		return value.FromMap(v)
	})
	x.vars.SetLazy("tasks", func() value.Value {
		v := value.NewMap(len(x.state.TaskRuns))
		for i := range x.state.TaskRuns {
			run := &x.state.TaskRuns[i]
			v.Set(run.TaskID, value.MapOf("state", value.String(string(run.History.Current()))))
		}
		return value.FromMap(v)
	})
}
