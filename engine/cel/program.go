package cel

import (
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Compile compiles and type-checks a condition: a CEL expression, at most 64 KiB long, whose result must be known to be a
// boolean. An error is a *[CompileError].
func Compile(expression string) (*Program, error) { return compileOf(expression, checkBoolean) }

// CompileValue compiles an expression whose result may be anything, for [Program.Value]. An error is a *[CompileError].
func CompileValue(expression string) (*Program, error) {
	return compileOf(expression, func(*cel.Ast) error { return nil })
}

func checkBoolean(checked *cel.Ast) error {
	t := checked.OutputType()
	switch {
	case t.IsExactType(cel.BoolType):
		return nil
	case t.Kind() == types.DynKind:
		return &CompileError{Message: "its result must be true or false, but what the request will hold there is not known: " +
			"write a comparison, as in body.x == true, or bool(body.x)"}
	default:
		return &CompileError{Message: "its result must be true or false, not " + cel.FormatCELType(t)}
	}
}

func compileOf(expression string, checkResult func(*cel.Ast) error) (*Program, error) {
	env, err := environment()
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
	if err := checkResult(checked); err != nil {
		return nil, err
	}
	for _, check := range []func(*ast.AST) error{checkPatterns, checkAlgorithms} {
		if err := check(checked.NativeRep()); err != nil {
			return nil, err
		}
	}
	tree := checked.NativeRep()
	findings := listFindings(tree.Expr(), func(e ast.Expr) bool { return tree.GetType(e.ID()).IsExactType(cel.StringType) })
	p, err := plan(env, checked, expression)
	if err != nil {
		return nil, err
	}
	p.warnings = findings
	return p, nil
}

// plan makes the program of a checked expression: one that only looks at values, or one that counts all it does.
func plan(env *cel.Env, checked *cel.Ast, expression string) (*Program, error) {
	tree := checked.NativeRep()
	mark(tree)
	p := &Program{expression: expression, info: tree.SourceInfo(), limited: !isPlain(tree)}
	var err error
	p.program, err = env.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.CustomDecoratorV2(decorator(tree, p.limited)))
	if err != nil {
		return nil, &CompileError{Message: err.Error()}
	}
	return p, nil
}

// Program is a compiled expression. It may be evaluated by several goroutines at once.
type Program struct {
	expression string
	info       *ast.SourceInfo
	program    cel.Program
	warnings   []string
	limited    bool // false: it cannot take long, so that nothing needs to be counted
}

// Warnings returns what is legal in the expression and yet hardly meant, such as a comparison that is never true. Each says
// what to write instead.
func (p *Program) Warnings() []string { return p.warnings }

// Eval reports whether the expression is true for a request. An error is an *[Error].
func (p *Program) Eval(r *Request) (bool, error) {
	if !p.limited {
		return p.evaluate((*activation)(r))
	}
	return p.evaluate(&counted{(*activation)(r), newMeter(r)})
}

// Value returns the result of the expression for a request as a value that JSON can say. An error is an *[Error].
func (p *Program) Value(r *Request) (value.Value, error) {
	vars := &counted{(*activation)(r), newMeter(r)}
	result, _, err := p.program.Eval(vars)
	if err != nil {
		return value.Null, p.failure(err)
	}
	return vars.meter.result(result)
}

// evaluate runs the program.
func (p *Program) evaluate(vars cel.Activation) (bool, error) {
	result, _, err := p.program.Eval(vars)
	if err != nil {
		return false, p.failure(err)
	}
	met, ok := result.(types.Bool)
	if !ok {
		return false, &Error{Reason: ReasonNotBoolean, Message: "has a result that is neither true nor false"}
	}
	return bool(met), nil
}
