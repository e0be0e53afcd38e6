package condition

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func executionOutputsSpec() flow.Spec {
	spec := kestraSpec("ExecutionOutputs", "Kestra looks at the outputs of the execution. Before a webhook's has run there are none, so it is never met.")
	spec.Properties = []flow.Property{{
		Name: "expression", Type: flow.Boolean, Required: true, Dynamic: true,
		Summary: "An expression over trigger.outputs that gives true or false. It is not evaluated.",
	}}
	spec.Example = `type: io.kestra.plugin.core.condition.ExecutionOutputs
expression: "{{ trigger.outputs.status == 'ok' }}"
`
	spec.Compile = func(*flow.Component) (any, error) { return executionOutputs{}, nil }
	spec.Check = func(_ *flow.Flow, _ *flow.Component, report flow.Report) {
		report(flow.SeverityWarning, "", "never met: before the execution of a webhook has run it has no outputs")
	}
	return spec
}

// executionOutputs is Kestra's ExecutionOutputs, which is not met while an execution has no outputs.
type executionOutputs struct{}

// Holds implements [Condition].
func (executionOutputs) Holds(context.Context, *Event) (bool, error) { return false, nil }
