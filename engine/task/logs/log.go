package logs

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Specs returns the specs of this package's tasks.
func Specs() []flow.Spec { return []flow.Spec{logSpec(), publishSpec()} }

func logSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.log.Log",
		Aliases: []string{"io.kestra.core.tasks.log.Log"},
		Summary: "Write messages to the log, one line each.",
		Pure:    true,
		Properties: []flow.Property{
			{Name: "message", Type: flow.StringOrList, Required: true, Dynamic: true, Summary: "One message, or a list of them."},
			{Name: "level", Type: flow.String, Dynamic: true, Default: "INFO", Values: flow.LogLevels, Summary: "Level of the lines."},
		},
		Example: `id: log
type: io.kestra.plugin.core.log.Log
message: "{{ trigger.body.name }} was here"
level: WARN
`,
		Compile: func(c *flow.Component) (any, error) {
			return &log{message: c.Structure("message"), level: c.Template("level")}, nil
		},
	}
}

// log is io.kestra.plugin.core.log.Log.
type log struct {
	message *pebble.Structure
	level   *pebble.Template // nil: INFO
}

func (l *log) Run(_ context.Context, c *task.Context) (task.Result, error) {
	level := task.Info
	if l.level != nil {
		name, err := l.level.Render(c.Pebble)
		if err != nil {
			return task.Result{}, err
		}
		if level, err = task.ParseLevel(name); err != nil {
			return task.Result{}, err
		}
	}
	message, err := l.message.Render(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	if message.Kind() != value.KindList {
		c.Log.Log(level, value.Text(message))
		return task.Result{}, nil
	}
	for _, line := range message.List().All() {
		c.Log.Log(level, value.Text(line))
	}
	return task.Result{}, nil
}
