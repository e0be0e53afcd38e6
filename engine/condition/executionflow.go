package condition

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func executionFlowSpec() flow.Spec {
	spec := kestraSpec("ExecutionFlow", "Met when the execution is one of this flow. A webhook's is always one of its own flow.")
	spec.Properties = []flow.Property{
		{Name: "namespace", Type: flow.String, Required: true, Dynamic: true, Summary: "The namespace of the flow."},
		{Name: "flowId", Type: flow.String, Required: true, Dynamic: true, Summary: "The id of the flow."},
	}
	spec.Example = `type: io.kestra.plugin.core.condition.ExecutionFlow
namespace: company.team
flowId: deploy
`
	spec.Compile = func(c *flow.Component) (any, error) {
		namespace, err := newSetting(c, "namespace", asWritten)
		if err != nil {
			return nil, err
		}
		id, err := newSetting(c, "flowId", asWritten)
		return executionFlow{namespace, id}, err
	}
	spec.Check = func(f *flow.Flow, c *flow.Component, report flow.Report) {
		if x := c.Compiled.(executionFlow); x.namespace.isFixed() && x.id.isFixed() {
			warnConstant(report, "", x.namespace.fixed == f.Namespace && x.id.fixed == f.ID, ownFlow)
		}
	}
	return spec
}

const ownFlow = "the execution of a webhook is one of its own flow"

// executionFlow is Kestra's ExecutionFlow.
type executionFlow struct{ namespace, id setting[string] }

// Holds implements [Condition].
func (x executionFlow) Holds(ctx context.Context, e *Event) (bool, error) {
	namespace, err := x.namespace.get(ctx, e)
	if err != nil || namespace != e.Flow.Namespace {
		return false, err
	}
	id, err := x.id.get(ctx, e)
	return err == nil && id == e.Flow.ID, err
}
