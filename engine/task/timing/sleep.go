package timing

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Specs returns the specs of this package's tasks.
func Specs() []flow.Spec {
	return []flow.Spec{{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.flow.Sleep",
		Summary: "Let some time pass.",
		Pure:    true,
		Properties: []flow.Property{
			{Name: "duration", Type: flow.Duration, Required: true, Dynamic: true, Summary: "How long. An expression that renders to a number means seconds; to less than 0, no time at all."},
		},
		Example: `id: wait_for_index
type: io.kestra.plugin.core.flow.Sleep
duration: PT10S
`,
		Compile: func(c *flow.Component) (any, error) {
			return &sleep{duration: c.Duration("duration"), expression: c.Template("duration")}, nil
		},
	}}
}

// sleep is io.kestra.plugin.core.flow.Sleep. It holds no worker while it sleeps.
type sleep struct {
	duration   time.Duration
	expression *pebble.Template // stands for the duration; nil: there is none
}

func (s *sleep) Run(_ context.Context, c *task.Context) (task.Result, error) {
	if c.Woke {
		return task.Result{}, nil
	}
	duration := s.duration
	if s.expression != nil {
		text, err := s.expression.Render(c.Pebble)
		if err != nil {
			return task.Result{}, err
		}
		if duration, err = flow.ParseSeconds(strings.TrimSpace(text)); err != nil {
			return task.Result{}, fmt.Errorf("duration: %w", err)
		}
	}
	if duration <= 0 {
		return task.Result{}, nil
	}
	c.Log.Log(task.Info, "Waiting for "+string(value.AppendDuration(nil, duration)))
	return task.Result{Wake: c.Pebble.Now.Add(duration)}, nil
}
