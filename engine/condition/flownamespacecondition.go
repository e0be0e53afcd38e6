package condition

import (
	"context"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func flowNamespaceConditionSpec() flow.Spec {
	spec := deprecatedSpec("FlowNamespaceCondition", "Deprecated by Kestra: met when the namespace of the flow is this one, or begins so.")
	spec.Properties = []flow.Property{
		{Name: "namespace", Type: flow.String, Required: true, Summary: "The namespace, or how it begins."},
		{Name: "prefix", Type: flow.Boolean, Default: "false", Summary: "Whether it only begins so; `company.te` is a prefix of `company.team`."},
	}
	spec.Example = `type: io.kestra.plugin.core.condition.FlowNamespaceCondition
namespace: company
prefix: true
`
	spec.Compile = func(c *flow.Component) (any, error) {
		return flowNamespaceCondition{c.Text("namespace"), c.Bool("prefix")}, nil
	}
	spec.Check = func(f *flow.Flow, c *flow.Component, report flow.Report) {
		warnConstant(report, "", c.Compiled.(flowNamespaceCondition).has(f), ownFlow)
	}
	return spec
}

// flowNamespaceCondition is Kestra's FlowNamespaceCondition.
type flowNamespaceCondition struct {
	namespace string
	prefix    bool
}

// Holds implements [Condition].
func (x flowNamespaceCondition) Holds(_ context.Context, e *Event) (bool, error) {
	return x.has(e.Flow), nil
}

func (x flowNamespaceCondition) has(f *flow.Flow) bool {
	if x.prefix {
		return strings.HasPrefix(f.Namespace, x.namespace)
	}
	return f.Namespace == x.namespace
}
