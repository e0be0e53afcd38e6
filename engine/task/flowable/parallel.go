package flowable

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

func parallelSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.flow.Parallel",
		Aliases: []string{"io.kestra.core.tasks.flows.Parallel"},
		Summary: "Run tasks at once.",
		Properties: withEnds(
			flow.Property{Name: "tasks", Type: flow.Tasks, Required: true, Summary: "The tasks."},
			flow.Property{Name: "concurrent", Type: flow.Integer, Default: "0", Summary: "How many of them run at once at most; 0: all."},
		),
		Example: `id: at_once
type: io.kestra.plugin.core.flow.Parallel
concurrent: 2
tasks:
  - id: one
    type: io.kestra.plugin.core.log.Log
    message: One
  - id: two
    type: io.kestra.plugin.core.log.Log
    message: Two
`,
		Shape: flow.ShapeParallel,
		Branches: func(c *flow.Component) flow.Branches {
			b := branches(c, c.Children("tasks"))
			b.Limit = int(c.Int("concurrent"))
			return b
		},
		Compile: func(c *flow.Component) (any, error) {
			if n := c.Int("concurrent"); n < 0 || n > mostConcurrent {
				return nil, c.Errorf("concurrent", "must be between 0 and %d", mostConcurrent)
			}
			return nil, nil
		},
	}
}

// mostConcurrent is the largest `concurrent`, as in Kestra: an int of 32 bits.
const mostConcurrent = 1<<31 - 1
