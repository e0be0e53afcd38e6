package condition

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func flowConditionSpec() flow.Spec {
	spec := deprecatedSpec("FlowCondition", "Deprecated by Kestra: met when the flow is this one. A webhook's is always its own.")
	spec.Properties = []flow.Property{
		{Name: "namespace", Type: flow.String, Required: true, Summary: "The namespace of the flow."},
		{Name: "flowId", Type: flow.String, Required: true, Summary: "The id of the flow."},
	}
	spec.Example = `type: io.kestra.plugin.core.condition.FlowCondition
namespace: company.team
flowId: deploy
`
	spec.Compile = func(c *flow.Component) (any, error) {
		return flowCondition{c.Text("namespace"), c.Text("flowId")}, nil
	}
	spec.Check = func(f *flow.Flow, c *flow.Component, report flow.Report) {
		warnConstant(report, "", c.Compiled.(flowCondition).is(f), ownFlow)
	}
	return spec
}

// flowCondition is Kestra's FlowCondition.
type flowCondition struct{ namespace, id string }

// Holds implements [Condition].
func (x flowCondition) Holds(_ context.Context, e *Event) (bool, error) { return x.is(e.Flow), nil }

func (x flowCondition) is(f *flow.Flow) bool { return f.Namespace == x.namespace && f.ID == x.id }
