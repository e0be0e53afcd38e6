package flowable

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

func allowFailureSpec() flow.Spec {
	return flow.Spec{
		Kind:       flow.KindTask,
		Type:       "io.kestra.plugin.core.flow.AllowFailure",
		Aliases:    []string{"io.kestra.core.tasks.flows.AllowFailure"},
		Summary:    "Run tasks one after the other, and end with WARNING if one of them fails.",
		Properties: withEnds(flow.Property{Name: "tasks", Type: flow.Tasks, Required: true, Summary: "The tasks."}),
		Example: `id: try
type: io.kestra.plugin.core.flow.AllowFailure
tasks:
  - id: perhaps
    type: io.kestra.plugin.core.log.Log
    message: "{{ trigger.body.note }}"
`,
		Shape: flow.ShapeSequence,
		Branches: func(c *flow.Component) flow.Branches {
			b := branches(c, c.Children("tasks"))
			b.Forgive = true
			return b
		},
		Compile: nothing,
	}
}
