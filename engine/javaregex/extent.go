package javaregex

import "math"

// extent is the length of the texts that a part of a pattern matches, as Java computes it to decide whether the part may stand
// in a look-behind. Its numbers overflow as Java's do.
type extent struct {
	least, most int32
	before      int32 // the greatest length of what stands before the last choice, which Java counts apart
	open        int   // parts without a greatest length that Java accepts all the same
	unbounded   bool  // there is a part without a greatest length that Java refuses
	choices     bool  // there are alternatives, so that Java refuses a repeated group
}

func (e *extent) add(least, most int32) {
	e.least += least
	e.most += most
}

// study adds the length of what a node matches.
func (e *extent) study(n *node) {
	switch n.op {
	case opSet:
		e.add(1, 1)
	case opSpelled:
		e.add(int32(min(n.n, 1)), int32(n.n))
	case opConcat, opGroup, opAtomic:
		for _, sub := range n.subs {
			e.study(sub)
		}
	case opAlternate:
		e.choose(n.subs)
	case opRepeat:
		e.repeat(n)
	case opReference:
		e.unbounded = true
	default: // Java counts nothing for these
	}
}

// choose adds the least and the greatest length of alternatives.
func (e *extent) choose(subs []*node) {
	least, most := int32(math.MaxInt32), int32(-1)
	for _, sub := range subs {
		var each extent
		each.study(sub)
		least, most = min(least, each.least), max(most, each.most+each.before)
		e.open = max(e.open, each.open)
		e.unbounded = e.unbounded || each.unbounded
	}
	e.least += least
	e.before += e.most + most
	e.most, e.choices = 0, true
}

func (e *extent) repeat(n *node) {
	sub := n.subs[0]
	var once extent
	once.study(sub)
	isGroup := n.greed != possessive && (sub.op == opGroup || sub.op == opConcat || sub.op == opAlternate)
	switch {
	case n.least == 0 && n.most == 1 && isGroup:
		e.choose([]*node{sub, empty()})
	case n.least == 0 && n.most == 1:
		least := e.least
		e.study(sub)
		e.least, e.choices = least, true
	case sub.op == opSet && n.most == unlimited && n.greed == greedy:
		e.add(int32(n.least), math.MaxInt32)
		e.choices = true
		e.open++
	case isGroup && once.choices:
		e.unbounded, e.choices = true, true
	default:
		times := int32(math.MaxInt32)
		if n.most != unlimited {
			times = int32(n.most)
		}
		before := e.most
		e.add(once.least*int32(n.least), (once.most+once.before)*times)
		if e.unbounded = e.unbounded || once.unbounded || e.most < before; n.most == unlimited && once.most > 0 {
			e.open++
		}
		e.open += once.open
		e.choices = e.choices || once.choices || n.least != n.most
	}
}
