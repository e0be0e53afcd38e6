package pebble

import (
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

type (
	// code is a compiled expression.
	code func(st *state) (value.Value, error)
	// action is a compiled statement; it writes its text to the state.
	action func(st *state) error
)

// compiler turns the tree of one template into closures with all names of filters, functions and tests resolved.
type compiler struct {
	engine   *Engine
	tree     *tree
	template *Template
	macros   map[string]*macro
}

func (c *compiler) compile() error {
	t := c.template
	switch body := c.tree.body; {
	case len(body) == 0:
		*t = *constantTemplate(c.engine, t.source)
		t.text, t.textValue = "", value.String("")
		return nil
	case len(body) == 1 && len(c.tree.macros) == 0:
		if text, ok := body[0].(*textNode); ok {
			source := t.source
			*t = *constantTemplate(c.engine, text.text)
			t.source = source
			return nil
		}
	}
	c.macros = make(map[string]*macro, len(c.tree.macros))
	for name, tag := range c.tree.macros { // declared before any call is compiled: macros call each other
		c.macros[name] = &macro{name: name, params: tag.params}
	}
	if len(c.tree.blocks) > 0 {
		t.blocks = make(map[string]action, len(c.tree.blocks))
	}
	if print, ok := c.tree.body[0].(*printNode); ok && len(c.tree.body) == 1 {
		single, err := c.expression(print.value)
		if err != nil {
			return err
		}
		t.single, t.singleCost = single, print.cost()
	} else {
		run, err := c.body(c.tree.body)
		if err != nil {
			return err
		}
		t.run = run
	}
	found := c.engine.collectReferences(c.tree, false).out
	t.references, t.tokens = &found, c.tree.tokens
	return nil
}

// expression compiles e.
func (c *compiler) expression(e expression) (code, error) {
	switch e := e.(type) {
	case *literalExpr:
		return constant(e.value), nil
	case *nameExpr:
		return c.name(e), nil
	case *attributeExpr:
		return c.attribute(e)
	case *methodExpr:
		return c.method(e)
	case *callExpr:
		return c.call(e)
	case *filterExpr:
		return c.filter(e)
	case *testExpr:
		return c.test(e)
	case *unaryExpr:
		return c.unary(e)
	case *binaryExpr:
		return c.binary(e)
	case *ternaryExpr:
		return c.ternary(e)
	case *listExpr:
		return c.list(e)
	case *mapExpr:
		return c.mapping(e)
	case *quoteExpr:
		return c.quote(e)
	default:
		return nil, meter.NewFault(ClassSyntax, e.offset(), "unexpected %T", e)
	}
}

func constant(v value.Value) code {
	return func(*state) (value.Value, error) { return v, nil }
}

func (c *compiler) expressions(list []expression) ([]code, error) {
	out := make([]code, len(list))
	for i, e := range list {
		compiled, err := c.expression(e)
		if err != nil {
			return nil, err
		}
		out[i] = compiled
	}
	return out, nil
}

// literal returns the value of an expression that is a literal.
func literal(e expression) (value.Value, bool) {
	l, ok := e.(*literalExpr)
	if !ok {
		return value.Null, false
	}
	return l.value, true
}

// pair compiles both operands of an operator.
func (c *compiler) pair(e *binaryExpr) (left, right code, err error) {
	if left, err = c.expression(e.left); err != nil {
		return nil, nil, err
	}
	right, err = c.expression(e.right)
	return left, right, err
}

func (c *compiler) list(e *listExpr) (code, error) {
	if values, ok := literals(e.items); ok {
		return constant(value.ListOf(values...)), nil
	}
	items, err := c.expressions(e.items)
	if err != nil {
		return nil, err
	}
	return func(st *state) (value.Value, error) {
		out := make([]value.Value, len(items))
		for i, item := range items {
			v, err := item(st)
			if err != nil {
				return value.Null, err
			}
			out[i] = v
		}
		return value.ListOf(out...), nil
	}, nil
}

// literals returns the values of expressions that are all literals.
func literals(list []expression) ([]value.Value, bool) {
	values := make([]value.Value, len(list))
	for i, e := range list {
		v, ok := literal(e)
		if !ok {
			return nil, false
		}
		values[i] = v
	}
	return values, true
}

// mapping compiles a map literal. Its members keep the order they are written in; in Kestra it is that of a hash table.
func (c *compiler) mapping(e *mapExpr) (code, error) {
	keys, err := c.expressions(e.keys)
	if err != nil {
		return nil, err
	}
	values, err := c.expressions(e.values)
	if err != nil {
		return nil, err
	}
	at := e.offset()
	make := func(st *state) (value.Value, error) {
		m := value.NewMap(len(keys))
		for i := range keys {
			k, err := keys[i](st)
			if err != nil {
				return value.Null, err
			}
			name, err := st.JavaText(k)
			if err != nil {
				return value.Null, meter.Locate(err, at)
			}
			v, err := values[i](st)
			if err != nil {
				return value.Null, err
			}
			m.Set(name, v)
		}
		return value.FromMap(m), nil
	}
	return make, nil
}

// quote compiles a string with interpolations; one that is nothing but an interpolation is the value of that.
func (c *compiler) quote(e *quoteExpr) (code, error) {
	parts, err := c.expressions(e.parts)
	if err != nil {
		return nil, err
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	at := e.offset()
	return func(st *state) (value.Value, error) {
		return st.concat(parts, at)
	}, nil
}

func (c *compiler) ternary(e *ternaryExpr) (code, error) {
	parts, err := c.expressions([]expression{e.condition, e.yes, e.no})
	if err != nil {
		return nil, err
	}
	condition, yes, no, at := parts[0], parts[1], parts[2], e.condition.offset()
	return func(st *state) (value.Value, error) {
		v, err := condition(st)
		if err != nil {
			return value.Null, err
		}
		ok := false
		if !v.IsNull() {
			if ok, err = truth(v, "?:"); err != nil {
				return value.Null, meter.Locate(err, at)
			}
		}
		if ok {
			return yes(st)
		}
		return no(st)
	}, nil
}
