package templating

import (
	"context"
	"errors"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

const templatedTask = "io.kestra.plugin.core.templating.TemplatedTask"

// Specs returns the specs of this package's tasks.
func Specs() []flow.Spec {
	return []flow.Spec{{
		Kind:    flow.KindTask,
		Type:    templatedTask,
		Aliases: []string{"io.kestra.core.tasks.templating.TemplatedTask"},
		Summary: "Run a task that an expression gives as YAML. Its outputs are those of that task.",
		Properties: []flow.Property{
			{Name: "spec", Type: flow.String, Required: true, Dynamic: true, Summary: "The task in YAML, of at most 64 KiB; an id is not needed. What a request says must not decide it: it could run any task."},
		},
		Example: `id: notify
type: io.kestra.plugin.core.templating.TemplatedTask
spec: |
  type: io.kestra.plugin.core.log.Log
  message: a build has failed
  level: {{ trigger.body.branch == 'main' ? 'ERROR' : 'WARN' }}
`,
		OpenOutputs: true,
		Compile: func(c *flow.Component) (any, error) {
			return &templated{spec: c.Template("spec"), load: c.TaskLoader()}, nil
		},
	}}
}

// templated is io.kestra.plugin.core.templating.TemplatedTask.
type templated struct {
	spec *pebble.Template
	load flow.TaskLoader
}

func (t *templated) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	text, err := t.spec.Render(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	made, err := t.load(text, c.Pebble.Memory)
	switch {
	case err != nil:
		return task.Result{}, err
	case made.Spec.Type == templatedTask: // one that gives itself would have no end
		return task.Result{}, fmt.Errorf("The templated task cannot be of type '%s'", templatedTask) //nolint:staticcheck // Kestra's words
	case !made.Spec.Runnable():
		return task.Result{}, errors.New("The templated task must be a runnable task") //nolint:staticcheck // Kestra's words
	}
	return made.Compiled.(task.Task).Run(ctx, c)
}
