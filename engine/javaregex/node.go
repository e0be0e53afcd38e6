package javaregex

import "slices"

// op is the kind of a node.
type op uint8

const (
	opEmpty     op = iota // the empty text
	opNever               // nothing at all
	opSet                 // one character of a set
	opConcat              // subs one after the other
	opAlternate           // one of subs, the first that leads to a match
	opGroup               // subs[0], captured as group n
	opRepeat              // subs[0], from least to most times
	opAtomic              // subs[0], without trying again
	opSpelled             // subs[0], which spells out \R or \X; Java counts it as one part of at most n characters, 0 for \X
	opLook                // a look-ahead or look-behind for subs[0]
	opReference           // the text of group n
	opBegin               // the beginning of the text
	opEnd                 // the end of the text
	opLastEnd             // the end of the text or of its last line
	opLineBegin           // the beginning of a line
	opLineEnd             // the end of a line
	opBoundary            // the boundary of a word
)

// greed says which number of rounds a repetition tries first, and whether it tries others.
type greed uint8

const (
	greedy greed = iota
	lazy
	possessive
)

// unlimited is the greatest number of rounds of a repetition without a limit.
const unlimited = -1

// node is a node of a pattern.
type node struct {
	op          op
	subs        []*node
	set         set
	short       string // a spelling of the set that both engines know, and read faster than its spans; "" without one
	n           int
	least, most int
	greed       greed
	negated     bool  // of opLook and opBoundary
	behind      bool  // of opLook
	flags       flags // those that change what the node means
}

func empty() *node          { return &node{op: opEmpty} }
func setNode(s set) *node   { return &node{op: opSet, set: s} }
func charNode(r rune) *node { return setNode(chars(r)) }

func concat(subs ...*node) *node {
	switch len(subs) {
	case 0:
		return empty()
	case 1:
		return subs[0]
	default:
		return &node{op: opConcat, subs: subs}
	}
}

func alternate(subs ...*node) *node {
	if len(subs) == 1 {
		return subs[0]
	}
	return &node{op: opAlternate, subs: subs}
}

func repeat(sub *node, least, most int, how greed) *node {
	return &node{op: opRepeat, subs: []*node{sub}, least: least, most: most, greed: how}
}

func atomic(sub *node) *node { return &node{op: opAtomic, subs: []*node{sub}} }

// any reports whether a node in a tree has a property.
func (n *node) any(has func(*node) bool) bool {
	if has(n) {
		return true
	}
	for _, sub := range n.subs {
		if sub.any(has) {
			return true
		}
	}
	return false
}

func isGroup(n *node) bool { return n.op == opGroup }

// nullable reports whether a node may match the empty text.
func (n *node) nullable() bool {
	switch n.op {
	case opNever, opSet:
		return false
	case opConcat:
		return !slices.ContainsFunc(n.subs, func(sub *node) bool { return !sub.nullable() })
	case opAlternate:
		return slices.ContainsFunc(n.subs, (*node).nullable)
	case opGroup, opAtomic, opSpelled:
		return n.subs[0].nullable()
	case opRepeat:
		return n.least == 0 || n.subs[0].nullable()
	default:
		return true
	}
}
