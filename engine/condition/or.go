package condition

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func orSpec() flow.Spec {
	return flow.Spec{
		Kind:       flow.KindCondition,
		Type:       "io.kestra.plugin.core.condition.Or",
		Aliases:    []string{"io.kestra.plugin.core.condition.OrCondition", "io.kestra.core.models.conditions.types.OrCondition"},
		Summary:    "Met when at least one of its conditions is met.",
		Properties: []flow.Property{innerConditions},
		Example: `type: io.kestra.plugin.core.condition.Or
conditions:
  - type: io.kestra.plugin.core.condition.Expression
    expression: "{{ trigger.body.urgent == true }}"
  - type: io.kestra.plugin.core.condition.Expression
    expression: "{{ trigger.headers['X-GitHub-Event'] contains 'push' }}"
`,
		Compile: func(c *flow.Component) (any, error) { return or(inner(c)), nil },
	}
}

// or is met as soon as an inner condition is. An error of a condition before that one makes it unmet, as in Kestra
// (tests/conformance/testdata/08-conditions.json, "Or second, first errors").
type or []Condition

// Holds implements [Condition].
func (o or) Holds(ctx context.Context, e *Event) (bool, error) {
	for _, c := range o {
		if met, err := c.Holds(ctx, e); met || err != nil {
			return met && err == nil, err
		}
	}
	return false, nil
}
