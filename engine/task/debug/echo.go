package debug

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

func echoSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.debug.Echo",
		Aliases: []string{"io.kestra.core.tasks.debugs.Echo"},
		Summary: "Write a text to the log. Kestra's older form of Log.",
		Pure:    true,
		Properties: []flow.Property{
			{Name: "format", Type: flow.String, Dynamic: true, Summary: "The text; without it nothing is written."},
			{Name: "level", Type: flow.String, Dynamic: true, Default: "INFO", Values: flow.LogLevels, Summary: "Level of the line."},
		},
		Example: `id: greeting
type: io.kestra.plugin.core.debug.Echo
format: "Hello {{ trigger.body.name }}!"
`,
		Compile: func(c *flow.Component) (any, error) {
			return &echo{format: c.Template("format"), level: c.Template("level")}, nil
		},
	}
}

// echo is io.kestra.plugin.core.debug.Echo.
type echo struct {
	format *pebble.Template // may be nil
	level  *pebble.Template // nil: INFO
}

func (e *echo) Run(_ context.Context, c *task.Context) (task.Result, error) {
	level := task.Info
	if e.level != nil {
		name, err := e.level.Render(c.Pebble)
		if err != nil {
			return task.Result{}, err
		}
		if level, err = task.ParseLevel(name); err != nil {
			return task.Result{}, err
		}
	}
	if e.format == nil {
		return task.Result{}, nil
	}
	text, err := e.format.Render(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	c.Log.Log(level, text)
	return task.Result{}, nil
}
