package runner

import (
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

var emptyMap = value.FromMap(value.NewMap(0))

const variableCount = 5

// variables are what a run adds to the variables of its job (spec/kestra-webhook.md §8.5).
var variables = [variableCount]struct {
	name    string
	compute func(x *run) value.Value
}{
	{"execution", (*run).executionVar},
	{"outputs", (*run).outputsVar},
	{"tasks", (*run).tasksVar},
	{"taskrun", (*run).taskRunVar},
	{"task", (*run).taskVar},
}

// current is the attempt that variables are about; without a task none is under way.
type current struct {
	task    *flow.Component
	ordinal int
	attempt int // counted from 0: the number of attempts before it
}

// enter makes the variables those of c and of the present state. A variable is computed when an expression reads it; one
// that nobody has read since it was last set need not be set again. Effects do not overlap, so each sees its own.
func (x *run) enter(c current) {
	x.current = c
	for i := range variables {
		if !x.unread[i] {
			x.unread[i] = true
			x.vars.SetLazy(variables[i].name, func() value.Value {
				x.unread[i] = false
				return variables[i].compute(x)
			})
		}
	}
}

func (x *run) executionVar() value.Value { return x.state.Variable() }

func (x *run) outputsVar() value.Value {
	v := value.NewMap(len(x.outputs))
	for _, o := range x.outputs {
		v.Set(o.task, o.value)
	}
	return value.FromMap(v)
}

func (x *run) tasksVar() value.Value {
	v := value.NewMap(len(x.state.TaskRuns))
	for i := range x.state.TaskRuns {
		run := &x.state.TaskRuns[i]
		v.Set(run.TaskID, value.MapOf("state", value.String(string(run.History.Current()))))
	}
	return value.FromMap(v)
}

func (x *run) taskRunVar() value.Value {
	if x.current.task == nil {
		return value.Null
	}
	run := &x.state.TaskRuns[x.current.ordinal]
	v := value.NewMap(3)
	v.Set("id", value.String(run.ID))
	v.Set("startDate", value.Time(run.History.Start()))
	v.Set("attemptsCount", value.Int(int64(x.current.attempt)))
	return value.FromMap(v)
}

func (x *run) taskVar() value.Value {
	if x.current.task == nil {
		return value.Null
	}
	v := value.NewMap(2)
	v.Set("id", value.String(x.current.task.ID))
	v.Set("type", value.String(x.current.task.Type))
	return value.FromMap(v)
}
