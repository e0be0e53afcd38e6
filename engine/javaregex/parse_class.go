package javaregex

// class reads a class from its bracket, or where behind && none stands, from what comes next. It passes the closing bracket
// if it may.
func (p *parser) class(closing bool) set {
	p.nest()
	var all, single set // what was read: whole sets, and single characters, which && joins late
	joined, pending := false, false
	open := p.pos
	r := p.next()
	negated := r == '^' && p.char(p.pos-1) == '['
	if negated {
		r = p.next()
	}
	add := func(s set) {
		all, joined = p.paid(union(all, s)), true
	}
	for ; ; r = p.peek() {
		switch {
		case p.atEnd():
			p.failAt(open, "the ] of a class is missing", "")
		case r == '[':
			add(p.class(true))
			continue
		case r == '&' && p.doubled():
			right, found := p.right()
			if pending {
				add(single)
				pending = false
			}
			switch {
			case !joined && !found:
				p.fail("&& needs a class before or behind it")
			case !joined:
				all, joined = right, true
			case found:
				all = p.paid(all.and(right))
			}
			continue
		case r == ']' && (joined || pending):
			if closing {
				p.next()
			}
			if pending {
				all = union(all, single)
			}
			if negated {
				all = all.negate()
			}
			p.depth--
			return p.paid(all)
		}
		if s, one := p.item(); one {
			single, pending = union(single, s), true
		} else {
			add(s)
		}
	}
}

// doubled passes && and reports whether it is there.
func (p *parser) doubled() bool {
	if p.next() != '&' {
		p.pos--
		return false
	}
	p.next()
	return true
}

// right reads what stands behind &&: classes, or all that is left.
func (p *parser) right() (s set, found bool) {
	for r := p.peek(); r != ']' && r != '&' && !p.atEnd(); r = p.peek() {
		if r == '[' {
			s = union(s, p.class(true))
		} else {
			p.pos--
			s = union(s, p.class(false))
		}
		found = true
	}
	return s, found
}

// item reads a character, a span or a set in a class, and reports whether it was a single character.
func (p *parser) item() (s set, one bool) {
	first := p.peek()
	if first != '\\' {
		p.next()
	} else {
		switch p.char(p.pos + 1) {
		case 'p', 'P':
			return p.family(), false
		}
		r, n := p.escape(true, p.char(p.pos+2) == '-')
		if n != nil {
			return n.set, false
		}
		first = r
	}
	if p.peek() != '-' {
		return p.single(first), true
	}
	switch p.char(p.pos + 1) {
	case '[', ']':
		return p.single(first), true
	}
	at := p.pos
	last := p.next()
	if last != '\\' {
		p.next()
	} else {
		r, n := p.escape(true, true)
		if n != nil {
			r = -1
		}
		last = r
	}
	if last < first {
		p.failAt(at, "a span of a class ends before it begins", "")
	}
	return p.folded(first, last), false
}

// family reads \p or \P and its name, and returns the characters.
func (p *parser) family() set {
	negated := p.char(p.pos+1) == 'P'
	at := p.pos
	p.pos++
	var name string
	if p.next() != '{' {
		if p.atEnd() {
			p.failAt(at, "\\p needs the name of a property", "")
		}
		name = string(p.runes[p.pos])
		p.pos++
	} else {
		p.next()
		from := p.pos
		for p.char(p.pos) != '}' {
			if p.atEnd() {
				p.failAt(at, "the } of a property is missing", "")
			}
			p.pos++
		}
		name = string(p.runes[from:p.pos])
		p.pos++
	}
	p.pay(propertyWork)
	s, ok := p.property(name)
	if !ok {
		p.failAt(at, "unknown property", name)
	}
	if negated {
		s = s.negate()
	}
	return p.paid(s)
}

// propertyWork is about what finding a property takes, in spans.
const propertyWork = 2000
