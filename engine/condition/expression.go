package condition

import (
	"context"
	"strings"

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

// Units of [Work] that an expression is charged. The language has limits of its own and does not say how much of them it
// used, so the charge is an estimate: a high one for a template that may loop over its data, a low one for the others.
const (
	loopingWork = requestWork / 20
	simpleWork  = requestWork / 400
)

func newExpression(t *pebble.Template) expression {
	work := simpleWork
	for _, mark := range []string{"{%", "jq", "render", ".."} {
		if strings.Contains(t.Source(), mark) {
			work = loopingWork
		}
	}
	return expression{t, work}
}

// expression is Kestra's Expression. It is unmet for a blank text and for `false` alone: `0`, `[]`, `no` and `False` are met,
// unlike in runIf.
type expression struct {
	template *pebble.Template
	work     int
}

// Holds implements [Condition].
func (x expression) Holds(ctx context.Context, e *Event) (bool, error) {
	if err := inTime(ctx, e); err != nil {
		return false, err
	}
	if !e.Work.Take(x.work) {
		return false, &Error{Reason: ReasonCost, Message: "was not asked: the conditions before it took too many steps together"}
	}
	return x.template.Test(e.Pebble)
}
