package pebble

import (
	"slices"
	"strings"
)

// references are what a template mentions, found without evaluating it.
type references struct {
	variables [][]string
	secrets   []string
	outside   []string // functions that are called and reach outside of the language
}

var noReferences references

// Variables returns the variables of the context that the template reads, each with the attributes that are written
// out behind it: `outputs.x['value']` gives outputs, x, value. An access with a computed subscript ends the path before
// it. Names that the template itself makes (set, for, macro parameters) are left out where they are all it can mean.
// The paths are sorted and no two are equal; the caller must not change them.
func (t *Template) Variables() [][]string { return t.references.variables }

// SecretNames returns the names that secret() is called with as literals, sorted.
func (t *Template) SecretNames() []string { return t.references.secrets }

// Outside returns the names of the functions that [Context.Outside] answers and that the template calls, sorted. A template that it
// makes as it is evaluated, by render(), may call others.
func (t *Template) Outside() []string { return t.references.outside }

// collector walks a tree for its references, and if asked for the uses of an [Inspection].
type collector struct {
	locals    map[string]bool
	functions map[string]*Function
	out       references
	inspect   bool
	uses      []Use

	extensions []string // functions that Kestra does not have, for an [Inspection]
	rescued    int      // how many rescuing operators, filters and tests stand around the place
}

func (e *Engine) collectReferences(t *tree, inspect bool) *collector {
	c := &collector{locals: map[string]bool{"loop": true}, functions: e.registry.functions, inspect: inspect}
	c.declare(t.body)
	c.statements(t.body)
	slices.SortFunc(c.out.variables, slices.Compare[[]string])
	c.out.variables = slices.CompactFunc(c.out.variables, slices.Equal[[]string])
	slices.Sort(c.out.secrets)
	c.out.secrets = slices.Compact(c.out.secrets)
	slices.Sort(c.out.outside)
	c.out.outside = slices.Compact(c.out.outside)
	slices.Sort(c.extensions)
	c.extensions = slices.Compact(c.extensions)
	return c
}

// declare notes the names that statements give a value.
func (c *collector) declare(b body) {
	for _, s := range b {
		switch s := s.(type) {
		case *ifTag:
			for _, inner := range s.bodies {
				c.declare(inner)
			}
			c.declare(s.otherwise)
		case *forTag:
			c.locals[s.name] = true
			c.declare(s.body)
			c.declare(s.empty)
		case *setTag:
			c.locals[s.name] = true
		case *macroTag:
			for _, p := range s.params {
				c.locals[p] = true
			}
			c.declare(s.body)
		case *blockTag:
			c.declare(s.body)
		case *filterTag:
			c.declare(s.body)
		}
	}
}

func (c *collector) statements(b body) {
	for _, s := range b {
		switch s := s.(type) {
		case *printNode:
			c.expression(s.value)
		case *ifTag:
			c.expressions(s.conditions)
			for _, inner := range s.bodies {
				c.statements(inner)
			}
			c.statements(s.otherwise)
		case *forTag:
			c.expression(s.list)
			c.statements(s.body)
			c.statements(s.empty)
		case *setTag:
			c.expression(s.value)
		case *macroTag:
			for _, e := range s.defaults {
				if e != nil {
					c.expression(e)
				}
			}
			c.statements(s.body)
		case *blockTag:
			c.statements(s.body)
		case *filterTag:
			c.expression(s.chain)
			c.statements(s.body)
		}
	}
}

func (c *collector) expressions(list []expression) {
	for _, e := range list {
		c.expression(e)
	}
}

func (c *collector) arguments(a *arguments) {
	c.expressions(a.positional)
	c.expressions(a.named)
}

func (c *collector) expression(e expression) {
	switch e := e.(type) {
	case *nameExpr, *attributeExpr:
		c.path(e)
	case *methodExpr:
		c.expression(e.target)
		c.expressions(e.args)
	case *callExpr:
		c.secret(e)
		if f := c.functions[e.name]; f != nil && f.outside {
			c.out.outside = append(c.out.outside, e.name)
		}
		if f := c.functions[e.name]; f != nil && f.extension && c.inspect {
			c.extensions = append(c.extensions, e.name)
		}
		c.arguments(&e.args)
	case *filterExpr:
		if e.input != nil {
			c.rescue(e.input, e.name == "default")
		}
		c.arguments(&e.args)
	case *testExpr:
		c.rescue(e.input, e.name == "defined")
		c.arguments(&e.args)
	case *unaryExpr:
		c.expression(e.operand)
	case *binaryExpr:
		c.rescue(e.left, e.op == "??" || e.op == "???")
		c.expression(e.right)
		if c.inspect {
			c.compared(e)
		}
	case *ternaryExpr:
		c.expressions([]expression{e.condition, e.yes, e.no})
	case *listExpr:
		c.expressions(e.items)
	case *mapExpr:
		c.expressions(e.keys)
		c.expressions(e.values)
	case *quoteExpr:
		c.expressions(e.parts)
	}
}

// rescue walks an expression whose missing names are no errors if rescues is true.
func (c *collector) rescue(e expression, rescues bool) {
	if rescues {
		c.rescued++
		defer func() { c.rescued-- }()
	}
	c.expression(e)
}

// path notes the path of an access, from its root.
func (c *collector) path(e expression) {
	var reversed []string
	var offsets []int
	for {
		switch x := e.(type) {
		case *nameExpr:
			if c.locals[x.name] || x.name == localeName {
				return
			}
			reversed = append(reversed, x.name)
			slices.Reverse(reversed)
			c.out.variables = append(c.out.variables, reversed)
			if c.inspect {
				offsets = append(offsets, x.offset())
				slices.Reverse(offsets)
				c.uses = append(c.uses, Use{Path: reversed, At: offsets, Rescued: c.rescued > 0})
			}
			return
		case *attributeExpr:
			if s, ok := staticStep(x); ok {
				reversed, offsets = append(reversed, s.name), append(offsets, x.offset())
			} else {
				c.expression(x.subscript)
				reversed, offsets = reversed[:0], offsets[:0]
			}
			e = x.target
		default:
			c.expression(e)
			return
		}
	}
}

func (c *collector) secret(e *callExpr) {
	if e.name != "secret" {
		return
	}
	var key expression
	if len(e.args.positional) > 0 {
		key = e.args.positional[0]
	} else if i := slices.Index(e.args.names, "key"); i >= 0 {
		key = e.args.named[i]
	}
	if key == nil {
		return
	}
	if v, ok := literal(key); ok && strings.TrimSpace(v.Str()) != "" {
		c.out.secrets = append(c.out.secrets, v.Str())
	}
}
