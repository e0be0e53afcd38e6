package cel

import (
	"fmt"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// takeFromBody puts the lists and maps that an expression writes out, as far as JSON can say them, into the body of a request, and
// members of the body in their place; those of its variables become values as those of a body are. It reports whether there were
// any.
func takeFromBody(parsed *ast.AST, bindings map[string]ref.Val, r *Request) bool {
	taken := false
	for name, v := range bindings {
		if j, ok := asJSON(v); ok && isContainer(v) {
			bindings[name], taken = adapt(j), true
		}
	}
	body := value.NewMap(4)
	next := ast.MaxID(parsed)
	factory := ast.NewExprFactory()
	var walk func(e ast.Expr)
	walk = func(e ast.Expr) {
		switch e.Kind() {
		case ast.ListKind, ast.MapKind:
			if v, ok := literal(e); ok {
				name := fmt.Sprintf("literal%d", body.Len())
				body.Set(name, v)
				next++
				e.SetKindCase(factory.NewSelect(e.ID(), factory.NewIdent(next, "body"), name))
				return
			}
		case ast.ComprehensionKind: // what it begins with is the macro's and not the expression's
			c := e.AsComprehension()
			for _, part := range []ast.Expr{c.IterRange(), c.LoopCondition(), c.LoopStep(), c.Result()} {
				walk(part)
			}
			return
		default:
		}
		for _, child := range ast.NavigateExpr(nil, e).Children() {
			walk(child.(ast.Expr))
		}
	}
	walk(parsed.Expr())
	if body.Len() == 0 {
		return taken
	}
	trigger := value.NewMap(1)
	trigger.Set("body", value.FromMap(body))
	vars := value.NewMap(1)
	vars.Set("trigger", value.FromMap(trigger))
	r.Vars = vars
	return true
}

// literal returns what a list or map that is written out says, if it is all literals that JSON has.
func literal(e ast.Expr) (value.Value, bool) {
	switch e.Kind() {
	case ast.LiteralKind:
		return asJSON(e.AsLiteral())
	case ast.CallKind: // -1 is one of the number
		return value.Null, false
	case ast.ListKind:
		l := e.AsList()
		if len(l.OptionalIndices()) > 0 {
			return value.Null, false
		}
		items := make([]value.Value, l.Size())
		for i, item := range l.Elements() {
			var ok bool
			if items[i], ok = literal(item); !ok {
				return value.Null, false
			}
		}
		return value.ListOf(items...), true
	case ast.MapKind:
		m := value.NewMap(e.AsMap().Size())
		for _, entry := range e.AsMap().Entries() {
			member := entry.AsMapEntry()
			key, isText := literalText(member.Key())
			v, ok := literal(member.Value())
			if !isText || !ok || member.IsOptional() || m.Has(key) {
				return value.Null, false
			}
			m.Set(key, v)
		}
		return value.FromMap(m), true
	default:
		return value.Null, false
	}
}

// asJSON returns a value as the body of a request would have it; numbers without a sign, bytes, times and keys that are no texts
// have no JSON.
func asJSON(v ref.Val) (value.Value, bool) {
	switch v := v.(type) {
	case types.Null:
		return value.Null, true
	case types.Bool:
		return value.Bool(bool(v)), true
	case types.Int:
		return value.Int(int64(v)), true
	case types.Double:
		return value.Float(float64(v)), float64(v)-float64(v) == 0
	case types.String:
		return value.String(string(v)), true
	case traits.Lister:
		items := make([]value.Value, count(v))
		for i := range items {
			var ok bool
			if items[i], ok = asJSON(v.Get(types.Int(i))); !ok {
				return value.Null, false
			}
		}
		return value.ListOf(items...), true
	case traits.Mapper:
		m := value.NewMap(4)
		for it := v.Iterator(); it.HasNext() == types.True; {
			key := it.Next()
			text, isText := key.(types.String)
			member, ok := asJSON(v.Get(key))
			if !isText || !ok {
				return value.Null, false
			}
			m.Set(string(text), member)
		}
		return value.FromMap(m), true
	default:
		return value.Null, false
	}
}
