package javaregex

import (
	"fmt"
	"math"
)

// SyntaxError says why Java refuses a pattern, or why it cannot be translated.
type SyntaxError struct {
	Msg  string // what is wrong, without any text of the pattern
	Name string // the name in the pattern that Msg is about; may be empty
	At   int    // where, in characters of the pattern, counted from 1
}

// Error returns the message with the name and the position.
func (e *SyntaxError) Error() string {
	if e.Name != "" {
		return fmt.Sprintf("%s %q at character %d", e.Msg, e.Name, e.At)
	}
	return fmt.Sprintf("%s at character %d", e.Msg, e.At)
}

// maxDepth is how deep groups and classes may be nested.
const maxDepth = 200

// parser makes nodes from a pattern. It reads a pattern exactly as Java does, since somebody relies on every oddity of Java's.
type parser struct {
	source
	names   []string // of groups, by number; "" for those without one
	depth   int
	letters []rune // see cased
	charge  func(steps int) error
	work    int // not charged yet, in spans
}

// parseError carries an error out of the parser.
type parseError struct{ error }

// parse returns the tree of a pattern and the names of its groups. charge pays for the work, and ends it with an error.
func parse(pattern string, charge func(steps int) error) (tree *node, names []string, err error) {
	p := &parser{source: newSource(pattern), names: []string{""}, charge: charge}
	defer func() {
		if failed, ok := recover().(parseError); ok {
			err = failed.error
		}
	}()
	p.pay(len(p.runes))
	tree = p.expression()
	if !p.atEnd() {
		p.fail("unmatched )")
	}
	return tree, p.names, nil
}

// fail ends the parser with an error at the character that was read last.
func (p *parser) fail(msg string) { p.failAt(p.pos, msg, "") }

func (p *parser) failAt(pos int, msg, name string) {
	at := 0
	if pos = min(pos, len(p.at)-1); pos >= 0 {
		at = p.at[pos]
	}
	panic(parseError{&SyntaxError{Msg: msg, Name: name, At: at + 1}})
}

// workPerStep is how many spans of sets are made in the time of a step.
const workPerStep = 16

// pay charges for the making of spans.
func (p *parser) pay(spans int) {
	p.work += spans
	if p.charge == nil || p.work < workPerStep {
		return
	}
	if err := p.charge(p.work / workPerStep); err != nil {
		panic(parseError{err})
	}
	p.work %= workPerStep
}

// paid returns s, after charging for the making of its spans.
func (p *parser) paid(s set) set {
	p.pay(len(s))
	return s
}

// nest counts a level of nesting.
func (p *parser) nest() {
	if p.depth++; p.depth > maxDepth {
		p.fail(fmt.Sprintf("groups are nested deeper than %d levels", maxDepth))
	}
}

// expression reads alternatives.
func (p *parser) expression() *node {
	p.nest()
	all := []*node{p.sequence()}
	for p.peek() == '|' && !p.atEnd() {
		p.next()
		all = append(all, p.sequence())
	}
	p.depth--
	return alternate(all...)
}

// sequence reads the parts up to the next | or ), or to the end.
func (p *parser) sequence() *node {
	var all []*node
	for {
		var n *node
		switch r := p.peek(); {
		case p.atEnd(), r == '|', r == ')':
			return concat(all...)
		case r == '(':
			if n = p.group(); n == nil { // only flags
				continue
			}
		case r == '?' || r == '*' || r == '+':
			p.fail("nothing stands before " + string(r))
		default:
			n = p.atom(r)
		}
		all = append(all, p.quantified(n))
	}
}

// atom reads a part that is not a group.
func (p *parser) atom(r rune) *node {
	switch r {
	case '[':
		s, short := p.classShort(true)
		return &node{op: opSet, set: s, short: short}
	case '\\':
		return p.escaped()
	case '^':
		p.next()
		if p.has(multiline) {
			return &node{op: opLineBegin, flags: p.flags}
		}
		return &node{op: opBegin}
	case '$':
		p.next()
		if p.has(multiline) {
			return &node{op: opLineEnd, flags: p.flags}
		}
		return &node{op: opLastEnd, flags: p.flags}
	case '.':
		p.next()
		if p.has(dotAll) {
			return setNode(set{{0, maxRune}})
		}
		return setNode(p.lineBreaks().negate())
	case '{': // Java reads an empty text before it, which is then repeated
		return empty()
	default:
		p.next()
		return setNode(p.paid(p.single(r)))
	}
}

// quantified reads the quantifier after a node, if there is one.
func (p *parser) quantified(n *node) *node {
	least, most := 0, unlimited
	switch r := p.peek(); {
	case p.atEnd():
		return n
	case r == '?':
		most = 1
	case r == '*':
	case r == '+':
		least = 1
	case r == '{':
		least, most = p.count()
	default:
		return n
	}
	how := greedy
	switch p.next() {
	case '?':
		p.next()
		how = lazy
	case '+':
		p.next()
		how = possessive
	}
	return repeat(n, least, most, how)
}

// count reads the numbers of {n}, {n,} or {n,m} and stays on the brace.
func (p *parser) count() (least, most int) {
	if !isDigit(p.char(p.pos + 1)) {
		p.fail("{ begins a repetition and needs a number, or a \\ before it,")
	}
	p.pos++
	least = p.number()
	most = least
	if p.peek() == ',' {
		if most = unlimited; p.next() != '}' {
			most = p.number()
		}
	}
	if p.peek() != '}' {
		p.fail("the } of a repetition is missing")
	}
	if most != unlimited && most < least {
		p.fail("a repetition has more at least than at most")
	}
	return least, most
}

// number reads digits; without any it is 0.
func (p *parser) number() int {
	n := 0
	for r := p.peek(); isDigit(r); r = p.next() {
		digit := int(r - '0')
		if n > (math.MaxInt32-digit)/10 {
			p.fail("the number of a repetition is too large")
		}
		n = n*10 + digit
	}
	return n
}
