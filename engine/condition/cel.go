package condition

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/cel"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func celSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindCondition,
		Type:    "cel",
		Summary: "Met when a CEL expression is true. Kestra does not have it.",
		Properties: []flow.Property{{
			Name: "expression", Type: flow.String, Required: true, Extension: true,
			Summary: "A CEL expression, as in headers.header('X-GitHub-Event') == 'push' && body.ref == 'refs/heads/main'.",
		}},
		Example: `type: cel
expression: headers.header("X-GitHub-Event") == "push" && body.ref == "refs/heads/main"
`,
		Compile: func(c *flow.Component) (any, error) {
			program, err := cel.Compile(c.Text("expression"))
			var at *cel.CompileError
			if errors.As(err, &at) && at.Line > 0 {
				d := c.Errorf("expression", "cel expression: %s", at.Message)
				d.Pos, d.Err = c.PropertyAt("expression", at.Line, at.Column), err
				return nil, d
			}
			if err != nil {
				return nil, c.Errorf("expression", "%w", err)
			}
			return celCondition{program}, nil
		},
		Check: func(_ *flow.Flow, c *flow.Component, report flow.Report) {
			for _, warning := range c.Compiled.(celCondition).program.Warnings() {
				report(flow.SeverityWarning, "expression", warning)
			}
		},
	}
}

// CompileCEL compiles a CEL expression into a condition. Warnings say what of it can only be answered otherwise than its
// author thinks. An error is a *[cel.CompileError].
func CompileCEL(expression string) (c Condition, warnings []string, err error) {
	program, err := cel.Compile(expression)
	if err != nil {
		return nil, nil, err
	}
	return celCondition{program}, program.Warnings(), nil
}

// celCondition is met when a CEL expression is true.
type celCondition struct{ program *cel.Program }

// Holds implements [Condition].
func (c celCondition) Holds(ctx context.Context, e *Event) (bool, error) {
	if err := inTime(ctx, e); err != nil {
		return false, err
	}
	return c.program.Eval(e.request())
}
