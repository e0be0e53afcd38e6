package flowable

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// errNoTask is what is wrong with a Switch that can never run anything.
var errNoTask = errors.New("No task defined, neither cases or default have any tasks") //nolint:staticcheck // Kestra's words

func switchSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.flow.Switch",
		Aliases: []string{"io.kestra.core.tasks.flows.Switch"},
		Summary: "Run the tasks of one case of several.",
		Properties: withEnds(
			flow.Property{Name: "value", Type: flow.String, Required: true, Dynamic: true, Summary: "What is compared with the names of the cases."},
			flow.Property{Name: "cases", Type: flow.TaskCases, Summary: "Tasks to run, one after the other, by what the value is exactly."},
			flow.Property{Name: "defaults", Type: flow.Tasks, Summary: "Tasks to run, one after the other, if no case fits. Without them the task fails then."},
		),
		Outputs: []flow.TaskOutput{
			{Name: "value", Type: flow.TypeString, Summary: "The value, rendered."},
			{Name: "defaults", Type: flow.TypeBoolean, Summary: "Whether no case fitted."},
		},
		Example: `id: by_event
type: io.kestra.plugin.core.flow.Switch
value: "{{ trigger.headers['X-GitHub-Event'][0] }}"
cases:
  push:
    - id: pushed
      type: io.kestra.plugin.core.log.Log
      message: "{{ trigger.body.commits | length }} commits"
  ping:
    - id: pinged
      type: io.kestra.plugin.core.log.Log
      message: "{{ trigger.body.zen }}"
defaults:
  - id: other
    type: io.kestra.plugin.core.log.Log
    message: Something else
`,
		Shape: flow.ShapeChoice,
		Branches: func(c *flow.Component) flow.Branches {
			cases := c.Cases("cases")
			main := make([][]*flow.Component, 0, len(cases)+1)
			for _, one := range cases {
				main = append(main, one.Tasks)
			}
			return branches(c, append(main, c.Children("defaults"))...)
		},
		Compile: compileSwitch,
	}
}

func compileSwitch(c *flow.Component) (any, error) {
	s := &selects{value: c.Template("value"), defaults: len(c.Children("defaults")) > 0}
	for _, one := range c.Cases("cases") {
		s.cases = append(s.cases, one.Key)
	}
	if len(s.cases) == 0 && !s.defaults {
		return nil, errNoTask
	}
	return s, nil
}

// selects is io.kestra.plugin.core.flow.Switch.
type selects struct {
	value    *pebble.Template
	cases    []string // names, in the order of the lists
	defaults bool     // there are some, behind the lists of the cases
}

func (s *selects) Choose(_ context.Context, c *task.Context) (task.Decision, error) {
	text, err := s.value.Render(c.Pebble)
	if err != nil {
		return task.Decision{}, err
	}
	i := slices.Index(s.cases, text)
	d := task.Decision{Case: i, Outputs: value.MapOf("value", value.String(text), "defaults", value.Bool(i < 0))}
	if i >= 0 {
		return d, nil
	}
	if d.Case = len(s.cases); !s.defaults {
		c.Log.Log(task.Warn, fmt.Sprintf("No task found on flow '%s.%s', task '%s', execution '%s'", c.Log.Namespace, c.Log.Flow, c.Log.Task, c.Log.Execution))
		d.Failed = true
	}
	return d, nil
}
