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
		Example: `type: io.kestra.plugin.core.condition.Expression
expression: "{{ trigger.body.action == 'opened' }}"
`,
		Compile: func(c *flow.Component) (any, error) {
			return newExpression(c.Template("expression")), nil
		},
	}
}

func newExpression(t *pebble.Template) expression { return expression{t, workOf(t)} }

// expression is Kestra's Expression. It is unmet for a blank text and for `false` alone: `0`, `[]`, `no` and `False` are met,
// unlike in runIf.
type expression struct {
	template *pebble.Template
	work     int
}

// Holds implements [Condition].
func (x expression) Holds(ctx context.Context, e *Event) (bool, error) {
	if err := mayEvaluate(ctx, e, x.work); err != nil {
		return false, err
	}
	return x.template.Test(e.Pebble)
}
