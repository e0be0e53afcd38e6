package executions

import (
	"context"
	"errors"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func assertSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.execution.Assert",
		Summary: "Fail unless all of some conditions hold. Each one that does not is logged.",
		Pure:    true,
		Properties: []flow.Property{
			{Name: "conditions", Type: flow.StringList, Required: true, Dynamic: true, Summary: "The conditions. One holds unless it renders to `false`, `0`, `-0` or blank text."},
			{Name: "errorMessage", Type: flow.String, Dynamic: true, Summary: "What to log after the number of those that do not hold."},
		},
		Example: `id: check
type: io.kestra.plugin.core.execution.Assert
conditions:
  - "{{ trigger.body.amount > 0 }}"
  - "{{ ['EUR', 'USD'] contains trigger.body.currency }}"
errorMessage: "order {{ trigger.body.id }} is refused"
`,
		Compile: func(c *flow.Component) (any, error) {
			return &assert{
				sources: c.Value("conditions").List(), conditions: c.Structure("conditions").Items(), message: c.Template("errorMessage"),
			}, nil
		},
	}
}

// assert is io.kestra.plugin.core.execution.Assert.
type assert struct {
	sources    *value.List // the conditions as they were written
	conditions []*pebble.Structure
	message    *pebble.Template // may be nil
}

func (a *assert) Run(_ context.Context, c *task.Context) (task.Result, error) {
	failed := 0
	for i, condition := range a.conditions {
		text, err := condition.Render(c.Pebble)
		if err == nil && pebble.Truthy(text.Str()) {
			continue
		}
		source := "Assertion `" + a.sources.At(i).Str() + "`"
		if failed++; err != nil {
			c.Log.Log(task.Error, source+" failed, failed to render `"+err.Error()+"`")
		} else {
			c.Log.Log(task.Error, source+" failed!")
		}
	}
	if failed == 0 {
		return task.Result{}, nil
	}
	problem := "1 assertion failed!"
	if failed > 1 {
		problem = fmt.Sprintf("%d assertions failed!", failed)
	}
	if a.message != nil {
		text, err := a.message.Render(c.Pebble)
		if err != nil {
			return task.Result{}, err
		}
		problem += "\n" + text
	}
	return task.Result{}, errors.New(problem)
}
