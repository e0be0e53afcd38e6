package condition

import (
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// Bounds of expressions that are evaluated without counting their cost.
const (
	maxPlainNodes = 500
	maxPlainWork  = 8 // calls whose work grows with their arguments
)

// constantCalls are the functions whose work does not depend on the size of their arguments.
var constantCalls = names(
	operators.Conditional, operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Negate,
	operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo,
	operators.Index, operators.OptIndex, operators.OptSelect,
	"dyn", "type", "bool", "int", "uint", "double", "duration", "timestamp",
	"or", "orValue", "value", "hasValue", "optional.of", "optional.none", "optional.ofNonZeroValue", "first", "last",
	"header", "canonical", "param", "match",
	"getFullYear", "getMonth", "getDayOfYear", "getDayOfMonth", "getDate", "getDayOfWeek", "getHours", "getMinutes",
	"getSeconds", "getMilliseconds",
	"math.@min", "math.@max", "math.ceil", "math.floor", "math.round", "math.trunc", "math.abs", "math.sign", "math.sqrt",
	"math.isInf", "math.isNaN", "math.isFinite",
)

// linearCalls are the functions whose work is at most one walk over their arguments.
var linearCalls = names(
	operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
	operators.In, operators.Add,
	"size", "contains", "startsWith", "endsWith", "lowerAscii", "upperAscii", "trim", "string", "bytes", "compareSecret",
)

func names(list ...string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, name := range list {
		set[name] = true
	}
	return set
}

// isPlain reports whether an expression is so simple that it ends soon on any request: no loops, few nodes, and few
// calls whose work grows with the request.
func isPlain(root ast.Expr) bool {
	plain, nodes, work := true, 0, 0
	ast.PostOrderVisit(root, ast.NewExprVisitor(func(e ast.Expr) {
		nodes++
		switch e.Kind() {
		case ast.ComprehensionKind:
			plain = false
		case ast.CallKind:
			call := e.AsCall()
			switch name := call.FunctionName(); {
			case constantCalls[name]:
			case linearCalls[name]:
				if !comparesLiteral(call) {
					work++
				}
			default:
				plain = false
			}
		default: // done in one step
		}
	}))
	return plain && nodes <= maxPlainNodes && work <= maxPlainWork
}

// hasLoops reports whether an expression goes through lists or maps by itself.
func hasLoops(root ast.Expr) bool {
	loops := false
	ast.PostOrderVisit(root, ast.NewExprVisitor(func(e ast.Expr) {
		loops = loops || e.Kind() == ast.ComprehensionKind
	}))
	return loops
}

// comparesLiteral reports whether a call is a comparison with a literal, whose size bounds its work.
func comparesLiteral(call ast.CallExpr) bool {
	switch call.FunctionName() {
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return call.Args()[0].Kind() == ast.LiteralKind || call.Args()[1].Kind() == ast.LiteralKind
	default:
		return false
	}
}
