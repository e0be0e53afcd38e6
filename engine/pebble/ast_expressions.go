package pebble

import (
	"fmt"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

type (
	// literalExpr is a number, string, boolean or null.
	literalExpr struct {
		at
		value  value.Value
		source string
	}
	// nameExpr reads a variable.
	nameExpr struct {
		at
		name string
	}
	// attributeExpr is `target.name` or, with a subscript, `target[subscript]`.
	attributeExpr struct {
		at
		target    expression
		name      string
		subscript expression // nil for the dotted form
	}
	// methodExpr is `target.name(arguments)`.
	methodExpr struct {
		at
		target expression
		name   string
		args   []expression
	}
	// callExpr is `name(arguments)`: a function or a macro.
	callExpr struct {
		at
		name string
		args arguments
	}
	// filterExpr is `input | name(arguments)`.
	filterExpr struct {
		at
		input expression // nil for the first filter of a filter tag
		name  string
		args  arguments
	}
	// testExpr is `input is name(arguments)`.
	testExpr struct {
		at
		input   expression
		name    string
		args    arguments
		negated bool
	}
	// unaryExpr is `not x`, `-x` or `+x`.
	unaryExpr struct {
		at
		op      string
		operand expression
	}
	// binaryExpr is every operator with two operands but filters and tests.
	binaryExpr struct {
		at
		op          string
		left, right expression
	}
	// ternaryExpr is `condition ? yes : no`.
	ternaryExpr struct {
		at
		condition, yes, no expression
	}
	// listExpr is `[a, b]`.
	listExpr struct {
		at
		items []expression
	}
	// mapExpr is `{k: v}`; the keys are expressions.
	mapExpr struct {
		at
		keys, values []expression
	}
	// quoteExpr is a string with interpolations; its parts are strings and expressions.
	quoteExpr struct {
		at
		parts []expression
	}
)

// arguments are those of a call: positional ones, then named ones.
type arguments struct {
	positional []expression
	names      []string
	named      []expression
	given      bool // there are parentheses
}

func (*literalExpr) expression()   {}
func (*nameExpr) expression()      {}
func (*attributeExpr) expression() {}
func (*methodExpr) expression()    {}
func (*callExpr) expression()      {}
func (*filterExpr) expression()    {}
func (*testExpr) expression()      {}
func (*unaryExpr) expression()     {}
func (*binaryExpr) expression()    {}
func (*ternaryExpr) expression()   {}
func (*listExpr) expression()      {}
func (*mapExpr) expression()       {}
func (*quoteExpr) expression()     {}

func (e *literalExpr) String() string { return e.source }
func (e *nameExpr) String() string    { return e.name }
func (e *attributeExpr) String() string {
	if e.subscript != nil {
		return operand(e.target) + "[" + e.subscript.String() + "]"
	}
	return operand(e.target) + "." + e.name
}

func (e *methodExpr) String() string {
	return operand(e.target) + "." + e.name + "(" + join(e.args) + ")"
}
func (e *callExpr) String() string { return e.name + "(" + e.args.list() + ")" }
func (e *filterExpr) String() string {
	if e.input == nil {
		return e.name + e.args.String()
	}
	return operand(e.input) + " | " + e.name + e.args.String()
}

func (e *testExpr) String() string {
	op := " is "
	if e.negated {
		op = " is not "
	}
	return operand(e.input) + op + e.name + e.args.String()
}
func (e *unaryExpr) String() string { return e.op + " " + operand(e.operand) }
func (e *binaryExpr) String() string {
	return operand(e.left) + " " + e.op + " " + operand(e.right)
}

func (e *ternaryExpr) String() string {
	return operand(e.condition) + " ? " + operand(e.yes) + " : " + operand(e.no)
}
func (e *listExpr) String() string { return "[" + join(e.items) + "]" }
func (e *mapExpr) String() string {
	members := make([]string, len(e.keys))
	for i, k := range e.keys {
		members[i] = operand(k) + ": " + operand(e.values[i])
	}
	return "{" + strings.Join(members, ", ") + "}"
}

func (e *quoteExpr) String() string {
	var b strings.Builder
	b.WriteByte('"')
	for _, p := range e.parts {
		if text, ok := p.(*literalExpr); ok && text.source == "" {
			b.WriteString(text.value.Str())
		} else {
			fmt.Fprintf(&b, "#{%s}", p)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func (a *arguments) String() string {
	if !a.given {
		return ""
	}
	return "(" + a.list() + ")"
}

func (a *arguments) list() string {
	text := join(a.positional)
	for i, n := range a.names {
		if text != "" {
			text += ", "
		}
		text += n + "=" + operand(a.named[i])
	}
	return text
}

// operand gives e as an operand of another expression.
func operand(e expression) string {
	switch e := e.(type) {
	case *nameExpr, *attributeExpr, *methodExpr, *callExpr, *quoteExpr:
		return e.String()
	case *literalExpr:
		return e.String()
	default:
		return "(" + e.String() + ")"
	}
}

func join(list []expression) string {
	texts := make([]string, len(list))
	for i, e := range list {
		texts[i] = operand(e)
	}
	return strings.Join(texts, ", ")
}

func (e *literalExpr) cost() int { return 1 }
func (e *nameExpr) cost() int    { return 1 }
func (e *attributeExpr) cost() int {
	if e.subscript == nil {
		return 1 + e.target.cost()
	}
	return 1 + e.target.cost() + e.subscript.cost()
}
func (e *methodExpr) cost() int { return 1 + e.target.cost() + costs(e.args) }
func (e *callExpr) cost() int   { return 1 + e.args.cost() }
func (e *filterExpr) cost() int {
	if e.input == nil {
		return 1 + e.args.cost()
	}
	return 1 + e.input.cost() + e.args.cost()
}
func (e *testExpr) cost() int    { return 1 + e.input.cost() + e.args.cost() }
func (e *unaryExpr) cost() int   { return 1 + e.operand.cost() }
func (e *binaryExpr) cost() int  { return 1 + e.left.cost() + e.right.cost() }
func (e *ternaryExpr) cost() int { return 1 + e.condition.cost() + e.yes.cost() + e.no.cost() }
func (e *listExpr) cost() int    { return 1 + costs(e.items) }
func (e *mapExpr) cost() int     { return 1 + costs(e.keys) + costs(e.values) }
func (e *quoteExpr) cost() int   { return 1 + costs(e.parts) }

func (a *arguments) cost() int { return costs(a.positional) + costs(a.named) }

func costs(list []expression) int {
	sum := 0
	for _, e := range list {
		sum += e.cost()
	}
	return sum
}
