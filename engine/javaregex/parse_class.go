package javaregex

import (
	"strings"
	"unicode"
)

// class reads a class from its opening bracket on or, after && without one, from the next character on. It passes the closing
// bracket if closing is set.
func (p *parser) class(closing bool) set {
	s, _ := p.classShort(closing)
	return s
}

// classShort reads a class as class does, and also returns a short spelling of it, "" if there is none.
func (p *parser) classShort(closing bool) (set, string) {
	p.nest()
	short := newShort()
	var all, single set // what was read: sets, and single characters, which Java adds to them later
	joined, pending := false, false
	open := p.pos
	r := p.next()
	negated := r == '^' && p.char(p.pos-1) == '['
	if negated {
		r = p.next()
		short.b.WriteByte('^')
	}
	add := func(s set) {
		all, joined = p.paid(union(all, s)), true
	}
	for ; ; r = p.peek() {
		switch {
		case p.atEnd():
			p.failAt(open, "the ] of a class is missing", "")
		case r == '[':
			short.fails = true
			add(p.class(true))
			continue
		case r == '&' && p.doubled():
			right, found := p.right()
			short.fails = true
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
			return p.paid(all), short.String()
		}
		s, category, one := p.item()
		short.add(s, category)
		if one {
			single, pending = union(single, s), true
		} else {
			add(s)
		}
	}
}

// short builds the short spelling of a class, which keeps categories by their names.
type short struct {
	b     strings.Builder
	fails bool // there is none, or it would not be shorter
	named bool
}

func newShort() *short {
	s := new(short)
	s.b.WriteByte('[')
	return s
}

func (s *short) add(spans set, category string) {
	if category != "" {
		s.named = true
		s.b.WriteString(category)
		return
	}
	if len(spans) > manySpans {
		s.fails = true
		return
	}
	writeSpans(&s.b, spans)
}

// String returns the class, or "" where there is no short one.
func (s *short) String() string {
	if s.fails || !s.named {
		return ""
	}
	return s.b.String() + "]"
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

// right reads the right side of &&: classes, or the rest of the class.
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

// item reads a character, a span or a set in a class. It returns a short spelling of it, and whether it was a single
// character.
func (p *parser) item() (s set, category string, one bool) {
	first := p.peek()
	if first != '\\' {
		p.next()
	} else {
		switch p.char(p.pos + 1) {
		case 'p', 'P':
			s, category = p.family()
			return s, category, false
		}
		r, n := p.escape(true, p.char(p.pos+2) == '-')
		if n != nil {
			return n.set, "", false
		}
		first = r
	}
	if p.peek() != '-' {
		return p.single(first), "", true
	}
	switch p.char(p.pos + 1) {
	case '[', ']':
		return p.single(first), "", true
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
	return p.folded(first, last), "", false
}

// family reads \p or \P and its name, and returns the characters and their short spelling.
func (p *parser) family() (s set, category string) {
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
	category = p.short(name, negated)
	if !ok {
		p.failAt(at, "unknown property", name)
	}
	if negated {
		s = s.negate()
	}
	return p.paid(s), category
}

// short returns the spelling of a general category that both engines know; "" for any other property.
func (p *parser) short(name string, negated bool) string {
	letter := name == "Lu" || name == "Ll" || name == "Lt"
	if len(name) > 2 || unicode.Categories[name] == nil || name[0] == 'C' || name == "LC" || letter && p.has(ignoreCase) {
		return ""
	}
	if negated {
		return `\P{` + name + `}`
	}
	return `\p{` + name + `}`
}

// propertyWork is roughly the work of finding a property, in spans.
const propertyWork = 2000
