package executions

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// defaultMessage is what a task without errorMessage fails with.
const defaultMessage = "Task failure"

// errCondition is what a task whose condition holds fails with; its errorMessage is logged before.
var errCondition = errors.New("Fail on a condition") //nolint:staticcheck // Kestra's words

func failSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.execution.Fail",
		Aliases: []string{"io.kestra.core.tasks.executions.Fail"},
		Summary: "Fail, always or on a condition.",
		Pure:    true,
		Properties: []flow.Property{
			{Name: "condition", Type: flow.String, Dynamic: true, Summary: "Fail unless it renders to `false`, `0`, `-0` or blank text. Without it, fail always."},
			{Name: "errorMessage", Type: flow.String, Dynamic: true, Default: defaultMessage, Summary: "What to log as the reason."},
		},
		Example: `id: check
type: io.kestra.plugin.core.execution.Fail
condition: "{{ trigger.body.amount > 1000 }}"
errorMessage: "{{ trigger.body.amount }} is too much"
`,
		Compile: func(c *flow.Component) (any, error) {
			return &fail{condition: c.Template("condition"), message: c.Template("errorMessage")}, nil
		},
	}
}

// fail is io.kestra.plugin.core.execution.Fail.
type fail struct {
	condition *pebble.Template // nil: always
	message   *pebble.Template // nil: defaultMessage
}

func (f *fail) Run(_ context.Context, c *task.Context) (task.Result, error) {
	if f.condition != nil {
		text, err := f.condition.Render(c.Pebble)
		if err != nil || !pebble.Truthy(text) {
			return task.Result{}, err
		}
	}
	message := defaultMessage
	if f.message != nil {
		var err error
		if message, err = f.message.Render(c.Pebble); err != nil {
			return task.Result{}, err
		}
	}
	if f.condition == nil {
		return task.Result{}, errors.New(message)
	}
	c.Log.Log(task.Error, message)
	return task.Result{}, errCondition
}
