package logs

import (
	"context"
	"errors"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func publishSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.metric.Publish",
		Aliases: []string{"io.kestra.core.tasks.metric.Publish"},
		Summary: "Write metrics to the log, one line each at level TRACE. The metrics of the server do not have them.",
		Pure:    true,
		Properties: []flow.Property{
			{
				Name: "metrics", Type: flow.Any, Dynamic: true,
				Summary: "A list of {type, name, value, description, tags}, or text that gives JSON of one. A `counter` and a `gauge` have a number, a `timer` has a duration; tags are a map.",
			},
		},
		Example: `id: measure
type: io.kestra.plugin.core.metric.Publish
metrics:
  - {type: counter, name: orders, value: "{{ trigger.body.orders | length }}", tags: {shop: "{{ trigger.body.shop }}"}}
  - {type: timer, name: delivery, value: PT5M}
`,
		Compile: func(c *flow.Component) (any, error) { return &publish{c.Structure("metrics")}, nil },
	}
}

// publish is io.kestra.plugin.core.metric.Publish.
type publish struct{ metrics *pebble.Structure } // may be nil

func (p *publish) Run(_ context.Context, c *task.Context) (task.Result, error) {
	if p.metrics == nil {
		return task.Result{}, nil
	}
	v, err := p.metrics.RenderJSON(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	if v.Kind() != value.KindList {
		return task.Result{}, errors.New("metrics must be a list, or JSON text of one")
	}
	lines := make([]string, v.List().Len())
	for i, m := range v.List().All() {
		if lines[i], err = task.MetricLine(m.Map()); err != nil {
			return task.Result{}, fmt.Errorf("metrics[%d]: %w", i, err)
		}
	}
	for _, line := range lines {
		c.Log.Log(task.Trace, line)
	}
	return task.Result{}, nil
}
