package cel

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// Functions that this package wraps around parts of checked expressions. No expression can name them.
const (
	keyFunction     = "@key"     // around every key of a map that is no literal, so that looking it up can be charged
	orderedFunction = "@ordered" // around every map that a loop goes through, so that it does so in one order
)

func markDeclarations() []cel.EnvOption {
	t := cel.TypeParamType("T")
	declare := func(name string, op func(ref.Val) ref.Val) cel.EnvOption {
		return cel.Function(name, cel.Overload(name, []*cel.Type{t}, t, cel.UnaryBinding(op)))
	}
	return []cel.EnvOption{
		declare(keyFunction, func(key ref.Val) ref.Val { return key }),
		declare(orderedFunction, inOrder),
	}
}

// mark wraps the functions around the parts of a checked expression that need them.
func mark(checked *ast.AST) {
	next := ast.MaxID(checked)
	around := func(name string, e ast.Expr) {
		next++
		factory, id := ast.NewExprFactory(), e.ID()
		inner := factory.NewUnspecifiedExpr(next)
		inner.SetKindCase(e)
		e.SetKindCase(factory.NewCall(id, name, inner))
		checked.SetType(next, checked.GetType(id))
		if reference, ok := checked.ReferenceMap()[id]; ok {
			checked.SetReference(next, reference)
		}
		checked.SetReference(id, ast.NewFunctionReference(name))
		if offset, ok := checked.SourceInfo().GetOffsetRange(id); ok {
			checked.SourceInfo().SetOffsetRange(next, offset)
		}
	}
	key := func(e ast.Expr) {
		if e.Kind() != ast.LiteralKind && mayBe(checked.GetType(e.ID()), types.StringKind) {
			around(keyFunction, e)
		}
	}
	ast.PostOrderVisit(checked.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.CallKind:
			if c := e.AsCall(); c.FunctionName() == operators.Index || c.FunctionName() == operators.OptIndex {
				key(c.Args()[1])
			}
		case ast.MapKind:
			for _, entry := range e.AsMap().Entries() {
				key(entry.AsMapEntry().Key())
			}
		case ast.ComprehensionKind:
			if r := e.AsComprehension().IterRange(); mayBe(checked.GetType(r.ID()), types.MapKind) {
				around(orderedFunction, r)
			}
		default: // has no keys
		}
	}))
}

func mayBe(t *types.Type, kind types.Kind) bool {
	return t.Kind() == kind || t.Kind() == types.DynKind || t.Kind() == types.TypeParamKind
}

// ordered is a map literal of an expression with its keys sorted. The library iterates over a Go map, in another order each
// time, and the same request must have the same answer.
type ordered struct {
	traits.Mapper
	keys []ref.Val
}

func inOrder(v ref.Val) ref.Val {
	m, ok := v.(traits.Mapper)
	if _, own := v.(object); !ok || own {
		return v
	}
	o := ordered{m, make([]ref.Val, 0, count(v))}
	for it := m.Iterator(); it.HasNext() == types.True; {
		o.keys = append(o.keys, it.Next())
	}
	slices.SortFunc(o.keys, compareKeys)
	return o
}

// compareKeys orders the keys of a map: by type, and then by value.
func compareKeys(a, b ref.Val) int {
	if a.Type() == b.Type() {
		if order, ok := a.(traits.Comparer).Compare(b).(types.Int); ok {
			return int(order)
		}
	}
	return strings.Compare(a.Type().TypeName(), b.Type().TypeName())
}

// Iterator implements [traits.Iterable].
func (o ordered) Iterator() traits.Iterator {
	return &iterator{n: len(o.keys), at: func(i int) ref.Val { return o.keys[i] }}
}

// Fold implements [traits.Foldable].
func (o ordered) Fold(f traits.Folder) {
	for _, key := range o.keys {
		if !f.FoldEntry(key, o.Get(key)) {
			return
		}
	}
}
