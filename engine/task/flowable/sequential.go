package flowable

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

func sequentialSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.flow.Sequential",
		Aliases: []string{"io.kestra.core.tasks.flows.Sequential"},
		Summary: "Run tasks one after the other, up to the first that fails.",
		Properties: withEnds(
			flow.Property{Name: "tasks", Type: flow.Tasks, Required: true, Summary: "The tasks."},
		),
		Example: `id: one_by_one
type: io.kestra.plugin.core.flow.Sequential
tasks:
  - id: first
    type: io.kestra.plugin.core.debug.Return
    format: "{{ trigger.body.name }}"
  - id: second
    type: io.kestra.plugin.core.log.Log
    message: "Hello {{ outputs.first.value }}"
errors:
  - id: sorry
    type: io.kestra.plugin.core.log.Log
    message: That did not work.
`,
		Shape:    flow.ShapeSequence,
		Branches: func(c *flow.Component) flow.Branches { return branches(c, c.Children("tasks")) },
		Compile:  nothing,
	}
}
