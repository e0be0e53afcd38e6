package cel

import (
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// Bounds of expressions that are evaluated without counting what they do.
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
	"header", "canonical", "param", "match", "firstItem", "lastItem",
	"ip", "cidr", "isIP", "isCIDR", "ip.isCanonical", "containsIP", "containsCIDR", "family", "isLoopback", "isGlobalUnicast",
	"isLinkLocalMulticast", "isLinkLocalUnicast", "isUnspecified", "isMask", "masked", "prefixLength",
	"getFullYear", "getMonth", "getDayOfYear", "getDayOfMonth", "getDate", "getDayOfWeek", "getHours", "getMinutes",
	"getSeconds", "getMilliseconds",
	"math.@min", "math.@max", "math.ceil", "math.floor", "math.round", "math.trunc", "math.abs", "math.sign", "math.sqrt",
	"math.isInf", "math.isNaN", "math.isFinite", "math.bitAnd", "math.bitOr", "math.bitXor", "math.bitNot", "math.bitShiftLeft",
	"math.bitShiftRight",
)

// linearCalls are the functions whose work is at most one walk over their arguments, and that make nothing.
var linearCalls = names(
	operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
	operators.In, keyFunction,
	"size", "contains", "startsWith", "endsWith", "trim", "secret", "compareSecret",
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
func isPlain(checked *ast.AST) bool {
	plain, nodes, work := true, 0, 0
	ast.PostOrderVisit(checked.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		nodes++
		switch e.Kind() {
		case ast.ComprehensionKind:
			plain = false
		case ast.CallKind:
			call := e.AsCall()
			switch name := call.FunctionName(); {
			case constantCalls[name], addsNumbers(checked, call):
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

// comparesLiteral reports whether a call is a comparison with a literal, whose size bounds its work.
func comparesLiteral(call ast.CallExpr) bool {
	switch call.FunctionName() {
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return call.Args()[0].Kind() == ast.LiteralKind || call.Args()[1].Kind() == ast.LiteralKind
	default:
		return false
	}
}

// addsNumbers reports whether a call is a sum that is neither a text nor a list.
func addsNumbers(checked *ast.AST, call ast.CallExpr) bool {
	if call.FunctionName() != operators.Add {
		return false
	}
	for _, arg := range call.Args() {
		switch checked.GetType(arg.ID()).Kind() {
		case types.IntKind, types.UintKind, types.DoubleKind, types.TimestampKind, types.DurationKind:
			return true
		default: // unknown until it is evaluated, or a text or a list
		}
	}
	return false
}

// toll is what one turn of a loop costs, calls aside.
type toll struct{ work, bytes int }

// What a list and a map that an expression writes out take in memory, beside their items.
const (
	listBytes = 96
	mapBytes  = 400
	itemBytes = 32
)

// tollsOf returns the tolls of all loops by the id of their step, which is what runs once a turn. An inner loop is charged
// by its own turns. A variable is looked up through all loops around it, so depth counts.
func tollsOf(root ast.Expr) map[int64]toll {
	tolls := map[int64]toll{}
	var walk func(e ast.NavigableExpr, depth int) toll
	walk = func(e ast.NavigableExpr, depth int) toll {
		sum := toll{work: 1 + depth/8}
		children := e.Children()
		switch e.Kind() {
		case ast.ListKind:
			sum.bytes = listBytes + itemBytes*len(children)
		case ast.MapKind:
			sum.bytes = mapBytes + 4*itemBytes*len(children)
			sum.work += 4 * len(children)
		case ast.ComprehensionKind:
			// The range, the accumulator's first value, the condition, the step and the result, in this order.
			turn := toll{work: 1 + depth/8}
			for _, child := range children[2:4] {
				inner := walk(child, depth+1)
				turn.work, turn.bytes = turn.work+inner.work, turn.bytes+inner.bytes
			}
			if s := e.AsComprehension().LoopStep(); s.Kind() == ast.CallKind {
				tolls[s.ID()] = toll{1 + turn.work/2, turn.bytes} // a node takes half a unit
			}
			children = []ast.NavigableExpr{children[0], children[1], children[4]}
		default: // one node
		}
		for _, child := range children {
			inner := walk(child, depth)
			sum.work, sum.bytes = sum.work+inner.work, sum.bytes+inner.bytes
		}
		return sum
	}
	walk(ast.NavigateExpr(nil, root), 0)
	return tolls
}
