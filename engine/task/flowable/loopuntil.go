package flowable

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// defaultInterval is Kestra's time between two rounds.
const defaultInterval = time.Minute

// Why a loop ends before its condition holds, in Kestra's words.
var (
	errMaxIterations = errors.New("Max iterations reached") //nolint:staticcheck // Kestra's words
	errMaxDuration   = errors.New("Max duration reached")   //nolint:staticcheck // Kestra's words
)

func loopUntilSpec() flow.Spec {
	return flow.Spec{
		Kind: flow.KindTask,
		Type: "io.kestra.plugin.core.flow.LoopUntil",
		Aliases: []string{
			"io.kestra.plugin.core.flow.WaitFor", "io.kestra.core.tasks.flows.WaitFor",
		},
		Summary: "Run tasks again and again until a condition holds.",
		Properties: withEnds(
			flow.Property{Name: "condition", Type: flow.String, Required: true, Dynamic: true, Condition: true, Summary: "Asked after each round, with the outputs of its tasks; it holds unless it renders to `false`, `0`, `-0` or blank text. If it does not hold, it is asked once more with an iterationCount that is one higher."},
			flow.Property{Name: "tasks", Type: flow.Tasks, Required: true, Summary: "Tasks to run in each round, one after the other. In them taskrun.iteration is the number of the round, from 0."},
			flow.Property{Name: "failOnMaxReached", Type: flow.Boolean, Dynamic: true, Summary: "Whether the task fails when a maximum is reached; else it succeeds, with a line in the log."},
			flow.Property{Name: "checkFrequency", Type: flow.Object, Summary: "How often, and how many times at most.", Properties: []flow.Property{
				{Name: "interval", Type: flow.Duration, Dynamic: true, Default: "PT1M", Summary: "The time between two rounds. An expression that renders to a number means seconds."},
				{Name: "maxIterations", Type: flow.Integer, Dynamic: true, Summary: "The number of rounds. Without it, any number."},
				{Name: "maxDuration", Type: flow.Duration, Dynamic: true, Summary: "After which time no other round begins. Without it, never."},
			}},
		),
		Outputs: []flow.TaskOutput{
			{Name: "iterationCount", Type: flow.TypeInt, Summary: "The number of the round, from 1; at the end, with which the condition held."},
		},
		Example: `id: wait_for_deployment
type: io.kestra.plugin.core.flow.LoopUntil
condition: "{{ outputs.status.value == 'ready' }}"
checkFrequency:
  interval: PT10S
  maxIterations: 30
tasks:
  - id: status
    type: io.kestra.plugin.core.debug.Return
    format: "{{ trigger.body.status }}"
`,
		Shape:    flow.ShapeUntil,
		Branches: func(c *flow.Component) flow.Branches { return branches(c, c.Children("tasks")) },
		Compile:  compileLoopUntil,
	}
}

// loopUntil is io.kestra.plugin.core.flow.LoopUntil.
type loopUntil struct {
	condition   *pebble.Template
	fail        bool
	failIf      *pebble.Template // stands for fail; nil: there is none
	interval    limit
	maxDuration limit
	most        int64            // rounds; 0: any number
	mostIf      *pebble.Template // stands for most; nil: there is none
}

// limit is a duration that a flow may give.
type limit struct {
	given      bool
	duration   time.Duration
	expression *pebble.Template // stands for it; nil: there is none
}

func compileLoopUntil(c *flow.Component) (any, error) {
	l := &loopUntil{
		condition: c.Template("condition"), fail: c.Bool("failOnMaxReached"), failIf: c.Template("failOnMaxReached"),
		interval: limit{given: true, duration: defaultInterval},
	}
	frequency := c.Object("checkFrequency")
	if frequency == nil {
		return l, nil
	}
	if given := limitOf(frequency, "interval"); given.given {
		l.interval = given
	}
	l.maxDuration = limitOf(frequency, "maxDuration")
	l.most, l.mostIf = frequency.Int("maxIterations"), frequency.Template("maxIterations")
	if frequency.Has("maxIterations") && l.mostIf == nil && l.most < 1 {
		return nil, frequency.Errorf("maxIterations", "must be greater than or equal to 1")
	}
	return l, nil
}

func limitOf(m *flow.Members, name string) limit {
	return limit{given: m.Has(name), duration: m.Duration(name), expression: m.Template(name)}
}

// Judge implements [task.Until].
func (l *loopUntil) Judge(_ context.Context, c *task.Context, count int, since time.Duration) (task.Verdict, error) {
	text, err := l.condition.Render(c.Pebble)
	if err != nil {
		return task.Verdict{}, err
	}
	if pebble.Truthy(text) {
		return task.Verdict{Done: true}, nil
	}
	reached, err := l.reached(c, int64(count), since)
	if err != nil {
		return task.Verdict{}, err
	}
	if reached == nil {
		wait, err := l.interval.render(c, "interval")
		return task.Verdict{Wait: max(0, wait)}, err
	}
	fails := l.fail
	if l.failIf != nil {
		text, err := l.failIf.Render(c.Pebble)
		if err != nil {
			return task.Verdict{}, err
		}
		fails = pebble.Truthy(text)
	}
	if fails {
		return task.Verdict{}, reached
	}
	c.Log.Log(task.Warn, reached.Error())
	return task.Verdict{Done: true}, nil
}

// reached returns which maximum is reached; nil: none.
func (l *loopUntil) reached(c *task.Context, count int64, since time.Duration) (reached, err error) {
	most := l.most
	if l.mostIf != nil {
		text, err := l.mostIf.Render(c.Pebble)
		if err != nil {
			return nil, err
		}
		if most, err = strconv.ParseInt(strings.TrimSpace(text), 10, 64); err != nil || most < 1 {
			return nil, errors.New("maxIterations must be a whole number, at least 1")
		}
	}
	if most > 0 && count > most {
		return errMaxIterations, nil
	}
	if !l.maxDuration.given {
		return nil, nil
	}
	longest, err := l.maxDuration.render(c, "maxDuration")
	if err == nil && since > longest {
		reached = errMaxDuration
	}
	return reached, err
}

func (l *limit) render(c *task.Context, name string) (time.Duration, error) {
	if l.expression == nil {
		return l.duration, nil
	}
	text, err := l.expression.Render(c.Pebble)
	if err != nil {
		return 0, err
	}
	d, err := flow.ParseSeconds(strings.TrimSpace(text))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	return d, nil
}
