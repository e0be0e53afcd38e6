package condition

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func notSpec() flow.Spec {
	return flow.Spec{
		Kind:       flow.KindCondition,
		Type:       "io.kestra.plugin.core.condition.Not",
		Aliases:    []string{"io.kestra.plugin.core.condition.NotCondition", "io.kestra.core.models.conditions.types.NotCondition"},
		Summary:    "Met when none of its conditions is met.",
		Properties: []flow.Property{innerConditions},
		Example: `type: io.kestra.plugin.core.condition.Not
conditions:
  - type: io.kestra.plugin.core.condition.Expression
    expression: "{{ trigger.headers['X-GitHub-Event'] contains 'ping' }}"
`,
		Compile: func(c *flow.Component) (any, error) { return not(inner(c)), nil },
	}
}

// innerConditions is the property `conditions` of Not and Or.
var innerConditions = flow.Property{Name: "conditions", Type: flow.Conditions, Required: true, Summary: "One condition or more."}

// inner returns the compiled conditions of the property `conditions`.
func inner(c *flow.Component) []Condition {
	components := c.Children("conditions")
	conditions := make([]Condition, len(components))
	for i, child := range components {
		conditions[i] = Placed(child)
	}
	return conditions
}

// not is met when no inner condition is. An error of an inner condition makes it unmet, as in Kestra.
type not []Condition

// Holds implements [Condition].
func (n not) Holds(ctx context.Context, e *Event) (bool, error) {
	for _, c := range n {
		if met, err := c.Holds(ctx, e); met || err != nil {
			return false, err
		}
	}
	return true, nil
}
