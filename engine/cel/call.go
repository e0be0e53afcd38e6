package cel

import (
	"fmt"
	"sync"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/functions"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"
)

// arguments are the arguments of one call, followed by nils.
type arguments [4]ref.Val

// operation runs a call. It charges the meter for work that the price could not foresee.
type operation func(m *meter, a *arguments) ref.Val

// Bounds of a call that is not charged in an expression without a meter: making one would cost more than the call.
const (
	freeCallWork  = 100
	freeCallBytes = 1 << 10
)

// call replaces the library's node of a function whose work or result grows with its arguments; it charges the price before
// the function runs. It has neither a name nor an overload, so that the library's optimizations leave it alone.
type call struct {
	id      int64
	args    []interpreter.InterpretableV2
	price   price
	run     operation
	counted bool // in an expression that has a meter
}

// ID implements [interpreter.Interpretable].
func (c *call) ID() int64 { return c.id }

// Function implements [interpreter.InterpretableCall].
func (c *call) Function() string { return "" }

// OverloadID implements [interpreter.InterpretableCall].
func (c *call) OverloadID() string { return "" }

// Args implements [interpreter.InterpretableCall].
func (c *call) Args() []interpreter.InterpretableV2 { return c.args }

// Eval implements [interpreter.Interpretable].
func (c *call) Eval(vars interpreter.Activation) ref.Val {
	return interpreter.EvalActivation(vars, c.Exec)
}

// Exec implements [interpreter.InterpretableV2].
func (c *call) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	a := new(arguments)
	for i, arg := range c.args {
		if a[i] = arg.Exec(frame); types.IsUnknownOrError(a[i]) {
			return a[i]
		}
	}
	var m *meter
	cost, err := c.price(a)
	if c.counted || cost.work > freeCallWork || cost.bytes > freeCallBytes {
		m = meterOf(frame)
		m.spend(cost.work)
		m.take(cost.bytes)
	}
	if err != nil {
		return types.LabelErrNode(c.id, types.WrapErr(err))
	}
	result := c.run(m, a)
	if failed, ok := result.(*types.Err); ok && failed.NodeID() == 0 {
		return types.LabelErrNode(c.id, failed)
	}
	return result
}

// step is the body of a loop: it charges each turn.
type step struct {
	interpreter.InterpretableV2
	toll toll
}

// Eval implements [interpreter.Interpretable].
func (s *step) Eval(vars interpreter.Activation) ref.Val {
	return interpreter.EvalActivation(vars, s.Exec)
}

// Exec implements [interpreter.InterpretableV2].
func (s *step) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	m := meterOf(frame)
	m.spend(s.toll.work)
	m.take(s.toll.bytes)
	return s.InterpretableV2.Exec(frame)
}

// decorator returns what replaces the nodes of a program that must be charged, or that compare numbers.
func decorator(checked *ast.AST, counted bool) interpreter.InterpretableDecoratorV2 {
	tolls := tollsOf(checked.Expr())
	return func(i interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
		node, err := replace(checked, i, counted)
		if err != nil {
			return nil, err
		}
		if toll, ok := tolls[i.ID()]; ok {
			node = &step{node, toll}
		}
		return node, nil
	}
}

func replace(checked *ast.AST, i interpreter.InterpretableV2, counted bool) (interpreter.InterpretableV2, error) {
	node, ok := i.(interpreter.InterpretableCall)
	if !ok || len(node.Args()) > len(arguments{}) {
		return i, nil
	}
	args, name := node.Args(), node.Function()
	with := func(p price, run operation) (interpreter.InterpretableV2, error) {
		return &call{id: node.ID(), args: args, price: p, run: run, counted: counted}, nil
	}
	switch name {
	case operators.Equals, operators.NotEquals:
		if !comparesAlike(checked, args) {
			want := name == operators.Equals
			return with(equalPrice, func(m *meter, a *arguments) ref.Val { return types.Bool(m.equal(a[0], a[1]) == want) })
		}
		return i, nil
	case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		if comparesAlike(checked, args) {
			return i, nil
		}
		library, err := libraryOperation(node)
		if err != nil {
			return nil, err
		}
		return with(prices[name], func(m *meter, a *arguments) ref.Val {
			if order, ok := compareNumbers(a[0], a[1]); ok {
				return types.Bool(orders[name](order))
			}
			return library(m, a)
		})
	case operators.In:
		if isOptimized(args[1]) {
			return i, nil
		}
		return with(inPrice, in)
	case "header", "canonical", "param":
		if text, ok := constantText(args[1]); ok && len(text) <= textUnit {
			return i, nil
		}
	case overloads.Matches, "translate", "regex.extract", "regex.extractAll", "regex.replace":
		if pattern, ok := constantText(args[1]); ok {
			compiled, err := compilePattern(pattern)
			if err != nil {
				return nil, err
			}
			switch name {
			case overloads.Matches:
				return with(compiled.price, func(_ *meter, a *arguments) ref.Val { return compiled.matches(a[0]) })
			case "translate":
				return with(compiled.translatePrice, func(_ *meter, a *arguments) ref.Val { return compiled.translate(a[0], a[2]) })
			}
		}
	}
	if name == insertFunction {
		return with(insertPrice, insert)
	}
	if run := meteredCalls[name]; run != nil {
		return with(meteredPrice, run)
	}
	p, ok := prices[name]
	if !ok {
		return i, nil
	}
	library, err := libraryOperation(node)
	if err != nil {
		return nil, err
	}
	if known := knownAddress(node, library); known != nil {
		return interpreter.NewConstValue(node.ID(), known), nil
	}
	return with(p, library)
}

// orders say which results of a comparison an operator is true for.
var orders = map[string]func(int) bool{
	operators.Less:          func(order int) bool { return order < 0 },
	operators.LessEquals:    func(order int) bool { return order <= 0 },
	operators.Greater:       func(order int) bool { return order > 0 },
	operators.GreaterEquals: func(order int) bool { return order >= 0 },
}

func in(m *meter, a *arguments) ref.Val {
	if list, ok := a[1].(traits.Lister); ok {
		return types.Bool(m.contains(list, a[0]))
	}
	container, ok := a[1].(traits.Container)
	if !ok {
		return noOverload("in")
	}
	return container.Contains(a[0])
}

// bindings are the library's implementations by overload, and by function where it chooses among several.
var bindings = sync.OnceValues(func() (map[string]*functions.Overload, error) {
	env, err := environment()
	if err != nil {
		return nil, err
	}
	all := map[string]*functions.Overload{}
	for _, function := range env.Functions() {
		overloads, err := function.Bindings()
		if err != nil {
			return nil, err
		}
		for _, o := range overloads {
			all[o.Operator] = o
		}
	}
	return all, nil
})

// libraryOperation returns what the library's own node would call.
func libraryOperation(node interpreter.InterpretableCall) (operation, error) {
	all, err := bindings()
	if err != nil {
		return nil, err
	}
	b, ok := all[node.OverloadID()]
	if !ok {
		b, ok = all[node.Function()]
	}
	if !ok {
		return nil, fmt.Errorf("function %s has no binding", node.Function())
	}
	n := len(node.Args())
	return func(_ *meter, a *arguments) ref.Val {
		switch {
		case b.OperandTrait != 0 && !a[0].Type().HasTrait(b.OperandTrait):
			return noOverload(node.Function())
		case n == 1 && b.Unary != nil:
			return b.Unary(a[0])
		case n == 2 && b.Binary != nil:
			return b.Binary(a[0], a[1])
		default:
			return b.Function(a[:n]...)
		}
	}, nil
}

// comparesAlike reports whether the library's own comparison of two arguments is exact and takes constant time: numbers are of
// one kind, or one of them is small enough for every double, and not both sides can be long texts, lists or maps.
func comparesAlike(checked *ast.AST, args []interpreter.InterpretableV2) bool {
	for _, arg := range args {
		if constant, ok := arg.(interpreter.InterpretableConst); ok && (isSmall(constant.Value()) || isShort(constant.Value())) {
			return true
		}
	}
	l, r := checked.GetType(args[0].ID()), checked.GetType(args[1].ID())
	return l != nil && r != nil && isFixed(l) && isFixed(r) && l.IsExactType(r) ||
		l != nil && isSimple(l) || r != nil && isSimple(r)
}

// isShort reports whether comparing a value with anything but a list or a map takes one step.
func isShort(v ref.Val) bool {
	switch v.(type) {
	case types.String, types.Bytes:
		return length(v) <= textUnit
	case types.Bool, types.Null, types.Timestamp, types.Duration:
		return true
	default:
		return false
	}
}

// isFixed reports whether all values of a type have one size.
func isFixed(t *types.Type) bool {
	switch t.Kind() {
	case types.IntKind, types.UintKind, types.DoubleKind:
		return true
	default:
		return isSimple(t)
	}
}

// isSimple reports whether a type is neither a number nor can be large.
func isSimple(t *types.Type) bool {
	switch t.Kind() {
	case types.BoolKind, types.NullTypeKind, types.TimestampKind, types.DurationKind, types.TypeKind:
		return true
	default:
		return false
	}
}

// isOptimized reports whether the library makes a set of a constant list, in which every number is found exactly.
func isOptimized(arg interpreter.InterpretableV2) bool {
	constant, ok := arg.(interpreter.InterpretableConst)
	if !ok {
		return false
	}
	list, ok := constant.Value().(traits.Lister)
	for i := range count(constant.Value()) {
		v := list.Get(types.Int(i))
		ok = ok && (isSmall(v) || isShort(v) && v.Type() != types.BytesType)
	}
	return ok
}

func constantText(arg interpreter.InterpretableV2) (string, bool) {
	constant, ok := arg.(interpreter.InterpretableConst)
	if !ok {
		return "", false
	}
	text, ok := constant.Value().(types.String)
	return string(text), ok
}
