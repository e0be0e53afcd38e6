package javaregex

import "slices"

// group reads a group, up to its closing parenthesis. It returns nil for flags that hold from here on.
func (p *parser) group() *node {
	saved, open := p.flags, p.pos
	n := &node{op: opGroup}
	if p.next() != '?' {
		n.n = p.newGroup("")
		return p.body(n, saved, open)
	}
	p.pos++
	kind := p.char(p.pos)
	p.pos++
	switch kind {
	case ':':
		n.op = opConcat
	case '=', '!':
		n.op, n.negated = opLook, kind == '!'
	case '>':
		n.op = opAtomic
	case '<':
		switch r := p.read(); r {
		case '=', '!':
			n.op, n.negated, n.behind = opLook, r == '!', true
		default:
			name := p.groupName(r)
			if slices.Contains(p.names[1:], name) {
				p.failAt(p.pos-1, "two groups have the name", name)
			}
			n.n = p.newGroup(name)
		}
	case '$', '@':
		p.failAt(p.pos-1, "unknown kind of group", "")
	case 'P':
		p.failAt(p.pos-1, "unknown kind of group; a named one is (?<name>…)", "")
	default:
		p.pos--
		p.readFlags()
		switch p.read() {
		case ')':
			return nil
		case ':':
			n.op = opConcat
		default:
			p.failAt(p.pos-1, "unknown flag or kind of group", "")
		}
	}
	return p.body(n, saved, open)
}

// body reads the content of a group and its closing parenthesis.
func (p *parser) body(n *node, saved flags, open int) *node {
	n.subs = []*node{p.expression()}
	if p.atEnd() || p.read() != ')' {
		p.failAt(open, "the ) of a group is missing", "")
	}
	p.flags = saved
	if n.behind {
		p.checkBehind(n, open)
	}
	return n
}

// newGroup gives a capturing group its number.
func (p *parser) newGroup(name string) int {
	p.names = append(p.names, name)
	return len(p.names) - 1
}

// groupName reads a name that begins with r, and the > after it.
func (p *parser) groupName(r rune) string {
	if !isAlpha(r) {
		p.failAt(p.pos-1, "the name of a group must begin with a letter", "")
	}
	name := []rune{r}
	for r = p.read(); isAlnum(r); r = p.read() {
		name = append(name, r)
	}
	if r != '>' {
		p.failAt(p.pos-1, "the name of a group may only have letters and digits and ends in >", "")
	}
	return string(name)
}

// checkBehind refuses look-behinds that Java refuses, because they have no greatest length or one that overflows, and those in
// which Java does not find what it should.
func (p *parser) checkBehind(n *node, open int) {
	if n.any(func(n *node) bool { return n.op == opSpelled && n.n == 0 }) { // Java never finds these
		p.failAt(open, "\\X is not supported in a look-behind", "")
	}
	var e extent
	e.study(n.subs[0])
	if e.unbounded {
		p.failAt(open, "what a look-behind looks for has no greatest length", "")
	}
	if e.open > 1 { // Java finds some of these and not others
		p.failAt(open, "only one part of any length is supported in a look-behind", "")
	}
}

// readFlags reads flags that are set and, after a minus, those that are cleared.
func (p *parser) readFlags() {
	off := false
	for r := p.peek(); ; r = p.next() {
		var f flags
		switch r {
		case 'i':
			f = ignoreCase
		case 'm':
			f = multiline
		case 's':
			f = dotAll
		case 'd':
			f = unixLines
		case 'u':
			f = unicodeCase
		case 'x':
			f = comments
		case 'U':
			f = unicodeClasses | unicodeCase
		case 'c':
			p.failAt(p.pos, "the flag c, canonical equivalence, is not supported", "")
		case '-':
			if off {
				return
			}
			off = true
			continue
		default:
			return
		}
		if off {
			p.flags &^= f
		} else {
			p.flags |= f
		}
	}
}
