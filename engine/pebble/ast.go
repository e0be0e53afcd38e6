package pebble

import "strings"

// node is a part of a parsed template. String gives source text that parses to the same tree, with every compound
// operand in parentheses.
type node interface {
	// offset returns the byte offset in the template at which errors of the node are reported.
	offset() int
	// cost returns the number of nodes of an expression, and for a tag of the expressions that it evaluates itself: what
	// one evaluation is charged.
	cost() int
	String() string
}

// expression is a node that has a value.
type expression interface {
	node
	expression()
}

// statement is a node that writes text.
type statement interface {
	node
	statement()
}

// at is the byte offset of a node; it is embedded in every node.
type at int

func (a at) offset() int { return int(a) }

// body is a sequence of statements.
type body []statement

func (b body) String() string {
	var out strings.Builder
	for _, s := range b {
		out.WriteString(s.String())
	}
	return out.String()
}

// tree is a parsed template.
type tree struct {
	tokens int
	body   body
	macros map[string]*macroTag
	blocks map[string]*blockTag
	names  map[string]bool // every variable name that is read
	calls  map[string]bool // every function or macro name that is called
}
