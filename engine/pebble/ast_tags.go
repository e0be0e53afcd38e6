package pebble

import "strings"

type (
	// textNode is text outside delimiters.
	textNode struct {
		at
		text string
	}
	// printNode is `{{ value }}`.
	printNode struct {
		at
		value expression
	}
	// ifTag is `if`, any number of `elseif`, and `else`.
	ifTag struct {
		at
		conditions []expression
		bodies     []body
		otherwise  body // nil without else
		hasElse    bool
	}
	// forTag is `for name in list`.
	forTag struct {
		at
		name     string
		list     expression
		body     body
		empty    body
		hasEmpty bool
	}
	// setTag is `set name = value`.
	setTag struct {
		at
		name  string
		value expression
	}
	// macroTag declares a macro; it writes nothing where it stands.
	macroTag struct {
		at
		name     string
		params   []string
		defaults []expression // nil where there is none
		body     body
	}
	// blockTag is a named part of the template that `block(name)` prints again.
	blockTag struct {
		at
		name string
		body body
	}
	// filterTag sends the text of its body through filters; chain ends in a filterExpr without input.
	filterTag struct {
		at
		chain *filterExpr
		body  body
	}
)

func (*textNode) statement()  {}
func (*printNode) statement() {}
func (*ifTag) statement()     {}
func (*forTag) statement()    {}
func (*setTag) statement()    {}
func (*macroTag) statement()  {}
func (*blockTag) statement()  {}
func (*filterTag) statement() {}

func (n *textNode) String() string {
	if strings.Contains(n.text, "{") {
		return "{% raw %}" + n.text + "{% endraw %}"
	}
	return n.text
}
func (n *printNode) String() string { return "{{ " + n.value.String() + " }}" }
func (n *ifTag) String() string {
	var b strings.Builder
	for i, c := range n.conditions {
		word := "elseif "
		if i == 0 {
			word = "if "
		}
		b.WriteString("{% " + word + c.String() + " %}" + n.bodies[i].String())
	}
	if n.hasElse {
		b.WriteString("{% else %}" + n.otherwise.String())
	}
	b.WriteString("{% endif %}")
	return b.String()
}

func (n *forTag) String() string {
	text := "{% for " + n.name + " in " + n.list.String() + " %}" + n.body.String()
	if n.hasEmpty {
		text += "{% else %}" + n.empty.String()
	}
	return text + "{% endfor %}"
}
func (n *setTag) String() string { return "{% set " + n.name + " = " + n.value.String() + " %}" }
func (n *macroTag) String() string {
	params := make([]string, len(n.params))
	for i, p := range n.params {
		params[i] = p
		if n.defaults[i] != nil {
			params[i] += "=" + operand(n.defaults[i])
		}
	}
	return "{% macro " + n.name + "(" + strings.Join(params, ", ") + ") %}" + n.body.String() + "{% endmacro %}"
}

func (n *blockTag) String() string {
	return "{% block " + n.name + " %}" + n.body.String() + "{% endblock %}"
}

func (n *filterTag) String() string {
	return "{% filter " + chainText(n.chain) + " %}" + n.body.String() + "{% endfilter %}"
}

// chainText gives the filters of a filter tag, which take no parentheses.
func chainText(f *filterExpr) string {
	if inner, ok := f.input.(*filterExpr); ok {
		return chainText(inner) + " | " + f.name + f.args.String()
	}
	return f.name + f.args.String()
}

func (n *textNode) cost() int  { return 1 }
func (n *printNode) cost() int { return 1 + n.value.cost() }
func (n *ifTag) cost() int     { return 1 + costs(n.conditions) }
func (n *forTag) cost() int    { return 1 + n.list.cost() }
func (n *setTag) cost() int    { return 1 + n.value.cost() }
func (n *macroTag) cost() int  { return 0 }
func (n *blockTag) cost() int  { return 1 }
func (n *filterTag) cost() int { return 1 + n.chain.cost() }
