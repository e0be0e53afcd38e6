package condition

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// maxCause is how many bytes of an error of the library are looked at.
const maxCause = 256

func celSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindCondition,
		Type:    "cel",
		Summary: "Met when a CEL expression is true. Kestra does not have it.",
		Properties: []flow.Property{{
			Name: "expression", Type: flow.String, Required: true, Extension: true,
			Summary: "A CEL expression, as in headers.header('X-GitHub-Event') == 'push' && body.ref == 'refs/heads/main'.",
		}},
		Compile: func(c *flow.Component) (any, error) {
			condition, err := CompileCEL(c.Text("expression"))
			var at *CompileError
			if errors.As(err, &at) && at.Line > 0 {
				d := c.Errorf("expression", "cel expression: %s", at.Message)
				d.Pos, d.Err = c.PropertyAt("expression", at.Line, at.Column), err
				return nil, d
			}
			if err != nil {
				return nil, c.Errorf("expression", "%w", err)
			}
			return condition, nil
		},
		Check: func(_ *flow.Flow, c *flow.Component, report flow.Report) {
			for _, warning := range Warnings(c.Compiled.(Condition)) {
				report(flow.SeverityWarning, "expression", warning)
			}
		},
	}
}

// CompileError is a CEL expression that cannot be used.
type CompileError struct {
	Line, Column int // in the expression, from 1, in characters; 0 when the expression as a whole is meant
	Message      string
}

// Error returns the message with its place in the expression.
func (e *CompileError) Error() string {
	if e.Line == 0 {
		return "cel expression: " + e.Message
	}
	return fmt.Sprintf("cel expression, line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// CompileCEL compiles and type-checks a CEL expression, at most 64 KiB long, whose result must be known to be a boolean.
// An error is a *[CompileError].
func CompileCEL(expression string) (Condition, error) {
	env, err := celEnvironment()
	if err != nil {
		return nil, &CompileError{Message: err.Error()}
	}
	if strings.TrimSpace(expression) == "" {
		return nil, &CompileError{Message: "it must not be empty"}
	}
	checked, issues := env.Compile(expression)
	if issues.Err() != nil {
		return nil, compileError(env, expression, issues)
	}
	if t := checked.OutputType(); !t.IsExactType(cel.BoolType) {
		if t.Kind() == types.DynKind {
			return nil, &CompileError{Message: "its result must be true or false, but what the request will hold there is not known: " +
				"write a comparison, as in body.x == true, or bool(body.x)"}
		}
		return nil, &CompileError{Message: "its result must be true or false, not " + cel.FormatCELType(t)}
	}
	if err := checkPatterns(checked.NativeRep()); err != nil {
		return nil, err
	}
	tree := checked.NativeRep()
	findings := listFindings(tree.Expr(), func(e ast.Expr) bool { return tree.GetType(e.ID()).IsExactType(cel.StringType) })
	c, err := plan(env, checked, expression)
	if err != nil {
		return nil, err
	}
	c.warnings = findings
	return c, nil
}

// Warnings returns what of a compiled condition can only be answered otherwise than its author thinks. Only CEL conditions
// have warnings of their own.
func Warnings(c Condition) []string {
	if c, ok := c.(*celCondition); ok {
		return c.warnings
	}
	return nil
}

// plan makes the program of a checked expression: one that only looks at values, or one that counts all it does.
func plan(env *cel.Env, checked *cel.Ast, expression string) (*celCondition, error) {
	tree := checked.NativeRep()
	mark(tree)
	c := &celCondition{expression: expression, info: tree.SourceInfo(), limited: !isPlain(tree)}
	var err error
	c.program, err = env.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.CustomDecoratorV2(decorator(tree, c.limited)))
	if err != nil {
		return nil, &CompileError{Message: err.Error()}
	}
	return c, nil
}

// celCondition is a compiled CEL expression.
type celCondition struct {
	expression string
	info       *ast.SourceInfo
	program    cel.Program
	warnings   []string
	limited    bool // false: it cannot take long, so that nothing needs to be counted
}

// Holds implements [Condition].
func (c *celCondition) Holds(ctx context.Context, e *Event) (bool, error) {
	if err := inTime(ctx, e); err != nil {
		return false, err
	}
	if !c.limited {
		return c.evaluate((*activation)(e))
	}
	return c.evaluate(&counted{(*activation)(e), newMeter(e)})
}

// evaluate runs the program.
func (c *celCondition) evaluate(vars cel.Activation) (bool, error) {
	result, _, err := c.program.Eval(vars)
	if err != nil {
		return false, c.failure(err)
	}
	met, ok := result.(types.Bool)
	if !ok {
		return false, &Error{Reason: ReasonNotBoolean, Message: "has a result that is neither true nor false"}
	}
	return bool(met), nil
}

// failure says what went wrong without repeating the library's words, which may hold text of the request.
func (c *celCondition) failure(err error) error {
	text := err.Error() // may be as long as the request
	if len(text) > maxCause {
		text = text[:maxCause]
	}
	failure := &Error{Reason: ReasonError, Message: "failed: " + c.cause(text)}
	var guard *guardError
	var cancelled interpreter.EvalCancelledError
	switch {
	case errors.As(err, &guard):
		failure.Reason, failure.Message = ReasonGuard, "was refused: "+guard.message
	case errors.As(err, &cancelled) && cancelled.Cause == interpreter.ContextCancelled:
		failure.Reason, failure.Message = ReasonBusy, cancelled.Message
	case errors.As(err, &cancelled):
		failure.Reason, failure.Message = ReasonCost, cancelled.Message
	}
	var located *types.Err
	if errors.As(err, &located) && located.NodeID() != 0 && !isShared(text) {
		if place := c.info.GetStartLocation(located.NodeID()); place.Line() > 0 {
			failure.Line, failure.Column = place.Line(), place.Column()+1
		}
	}
	return failure
}

// isShared reports whether the library keeps one error value for all expressions, whose place is that of the first one
// that failed with it.
func isShared(message string) bool {
	return message == "no such overload" || message == "timestamp overflow"
}

// causes are the library's words for what went wrong, without the values that may follow them.
var causes = []string{
	"no such key", "no such attribute", "no such overload", "index out of bounds", "out of range", "division by zero",
	"modulus by zero", "overflow", "optional.none() dereference", "type conversion error", "invalid", "unsupported",
}

func (c *celCondition) cause(text string) string {
	for _, own := range []string{"compareSecret: ", "parseJSON: ", "parseURL: ", "truncate: "} {
		if strings.HasPrefix(text, own) {
			return text
		}
	}
	for _, cause := range causes {
		before, after, found := strings.Cut(text, cause)
		if !found || before != "" && cause == "no such key" {
			continue
		}
		if key := strings.TrimPrefix(after, ": "); cause == "no such key" && strings.Contains(c.expression, key) {
			return text // the key is the expression's own word
		}
		return cause
	}
	return "the evaluation ended with an error"
}
