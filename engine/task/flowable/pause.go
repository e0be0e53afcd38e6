package flowable

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// lapses are what a Pause ends with when its time is over, by its behavior.
var lapses = map[string]flow.Status{
	"": flow.Success, "RESUME": flow.Success, "WARN": flow.Warning, "FAIL": flow.Failed, "CANCEL": flow.Cancelled,
}

func pauseSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.flow.Pause",
		Aliases: []string{"io.kestra.core.tasks.flows.Pause"},
		Summary: "Wait until somebody resumes the execution, or for some time.",
		Properties: withEnds(
			flow.Property{Name: "pauseDuration", Type: flow.Duration, Dynamic: true, Summary: "After which time it goes on by itself. An expression that renders to a number means seconds. Without it, it waits for ever."},
			flow.Property{Name: "delay", Type: flow.Duration, Dynamic: true, Summary: "Kestra's older name of `pauseDuration`."},
			flow.Property{
				Name: "behavior", Type: flow.String, Default: "RESUME", Values: []string{"RESUME", "WARN", "FAIL", "CANCEL"},
				Summary: "What the end of that time means: success, a warning or failure of the task, or the end of the execution as CANCELLED.",
			},
			flow.Property{Name: "onPause", Type: flow.Task, Summary: "A task to run meanwhile, such as one that asks somebody. Its failure changes nothing."},
			flow.Property{Name: "onResume", Type: flow.Inputs, Summary: "Inputs that whoever resumes the execution gives, as a flow has them."},
			flow.Property{Name: "tasks", Type: flow.Tasks, Summary: "Tasks to run afterwards, one after the other. Kestra's older form: they may as well follow the task."},
		),
		Outputs: []flow.TaskOutput{
			{Name: "onResume", Type: flow.TypeJSON, Summary: "The values of the inputs, when somebody resumed it."},
			{Name: "resumed", Type: flow.TypeJSON, Summary: "`by` whom if that is known, `on` what date, and `to` which state."},
		},
		Example: `id: approve
type: io.kestra.plugin.core.flow.Pause
pauseDuration: P1D
behavior: FAIL
onPause:
  id: ask
  type: io.kestra.plugin.core.log.Log
  message: "{{ execution.id }} waits for an answer"
onResume:
  - id: reason
    type: STRING
    required: false
`,
		Shape: flow.ShapePause,
		Branches: func(c *flow.Component) flow.Branches {
			b := branches(c, c.Children("tasks"))
			b.Beside, b.Lapse = c.Children("onPause"), lapses[c.Text("behavior")]
			return b
		},
		Compile: compilePause,
	}
}

// pause is io.kestra.plugin.core.flow.Pause.
type pause struct {
	lasts      bool // it has a duration
	duration   time.Duration
	expression *pebble.Template // stands for the duration; nil: there is none
	inputs     []*flow.Input
}

func compilePause(c *flow.Component) (any, error) {
	p := &pause{inputs: c.Inputs("onResume")}
	name := "pauseDuration"
	if c.Has("delay") {
		if c.Has(name) {
			return nil, c.Errorf("delay", "is the older name of `pauseDuration`, which is written too")
		}
		name = "delay"
	}
	p.lasts, p.duration, p.expression = c.Has(name), c.Duration(name), c.Template(name)
	return p, nil
}

// Until implements [task.Pause].
func (p *pause) Until(_ context.Context, c *task.Context) (time.Time, error) {
	duration := p.duration
	switch {
	case !p.lasts:
		return time.Time{}, nil
	case p.expression != nil:
		text, err := p.expression.Render(c.Pebble)
		if err != nil {
			return time.Time{}, err
		}
		if duration, err = flow.ParseSeconds(strings.TrimSpace(text)); err != nil {
			return time.Time{}, fmt.Errorf("pauseDuration: %w", err)
		}
	}
	return c.Pebble.Now.Add(duration), nil
}

// Inputs implements [task.Pause].
func (p *pause) Inputs() []*flow.Input { return p.inputs }
