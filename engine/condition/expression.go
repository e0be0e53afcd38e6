package condition

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

func expressionSpec() flow.Spec {
	return flow.Spec{
		Kind: flow.KindCondition,
		Type: "io.kestra.plugin.core.condition.Expression",
		Aliases: []string{
			"io.kestra.plugin.core.condition.ExpressionCondition",
			"io.kestra.core.models.conditions.types.VariableCondition",
		},
		Summary: "Met when the rendered expression is neither blank nor false.",
		Properties: []flow.Property{{
			Name: "expression", Type: flow.String, Required: true, Dynamic: true, Condition: true, ZeroMet: true,
			Summary: "An expression, as in {{ trigger.body.action == 'opened' }}.",
		}},
		Compile: func(c *flow.Component) (any, error) {
			return expression{c.Template("expression")}, nil
		},
	}
}

// expression is Kestra's Expression: `0`, `[]`, `no` and `False` are met, unlike in runIf (spec/expressions.md §3.4).
type expression struct{ template *pebble.Template }

// Holds implements [Condition].
func (x expression) Holds(ctx context.Context, e *Event) (bool, error) {
	if err := inTime(ctx, e); err != nil {
		return false, err
	}
	return x.template.Test(e.Pebble)
}
