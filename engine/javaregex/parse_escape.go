package javaregex

import (
	"strings"
	"unicode"
	"unicode/utf16"
)

// escaped reads an escape outside of classes.
func (p *parser) escaped() *node {
	switch p.char(p.pos + 1) {
	case 'p', 'P':
		s, short := p.family()
		return &node{op: opSet, set: s, short: short}
	}
	r, n := p.escape(false, false)
	if n != nil {
		return n
	}
	return setNode(p.paid(p.single(r)))
}

// escape reads an escape and returns a character, or a node, which in a class has a set. spans says that the character is an
// end of a span.
func (p *parser) escape(inClass, spans bool) (rune, *node) {
	at := p.pos
	r := p.char(p.pos + 1)
	p.pos += 2
	if at+1 >= len(p.runes) {
		p.failAt(at, "nothing stands behind the last backslash", "")
	}
	if c, ok := p.character(r, at); ok {
		return c, nil
	}
	if r == 'v' && spans {
		return '\v', nil
	}
	if s, ok := p.shorthand(r); ok {
		return 0, setNode(p.paid(s))
	}
	if !inClass {
		if n := p.assertion(r, at); n != nil {
			return 0, n
		}
	}
	if isAlnum(r) {
		p.failAt(at, "unknown escape \\"+string(r), "")
	}
	return r, nil
}

// character returns the character of an escape that means one.
func (p *parser) character(r rune, at int) (rune, bool) {
	switch r {
	case '0':
		return p.octal(at), true
	case 'a':
		return '\a', true
	case 'e':
		return 0x1b, true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 'c':
		if p.atEnd() {
			p.failAt(at, "\\c needs a character", "")
		}
		return p.read() ^ 0x40, true
	case 'x':
		return p.hexadecimal(at), true
	case 'u':
		return p.unit(at), true
	case 'N':
		return p.named(at), true
	default:
		return 0, false
	}
}

// shorthand returns the characters of \d and the like.
func (p *parser) shorthand(r rune) (set, bool) {
	var s set
	wide := p.has(unicodeClasses)
	switch unicode.ToLower(r) {
	case 'd':
		if s = (set{{'0', '9'}}); wide {
			s = category("Nd")
		}
	case 's':
		if s = space(); wide {
			s = whiteSpace()
		}
	case 'w':
		if s = asciiWord(); wide {
			s = word()
		}
	case 'h':
		s = chars(' ', '\t', 0xa0, 0x1680, 0x180e, 0x202f, 0x205f, 0x3000)
		s = union(s, set{{0x2000, 0x200a}})
	case 'v':
		s = union(set{{'\n', '\r'}}, lineBreaks())
	default:
		return nil, false
	}
	if unicode.IsUpper(r) {
		s = s.negate()
	}
	return s, true
}

func asciiWord() set { return set{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}} }

// assertion returns the node of an escape that stands for neither a character nor a set: a position such as \b, \R, \X or a
// back reference; nil for any other escape.
func (p *parser) assertion(r rune, at int) *node {
	switch r {
	case 'A':
		return &node{op: opBegin}
	case 'z':
		return &node{op: opEnd}
	case 'Z':
		return &node{op: opLastEnd, flags: p.flags}
	case 'b', 'B':
		if r == 'b' && p.peek() == '{' && p.char(p.pos+1) == 'g' {
			p.failAt(at, "\\b{g} is not supported", "")
		}
		return &node{op: opBoundary, negated: r == 'B', flags: p.flags}
	case 'G':
		p.failAt(at, "\\G is not supported", "")
	case 'R':
		breaks := alternate(concat(charNode('\r'), charNode('\n')), setNode(union(set{{'\n', '\r'}}, lineBreaks())))
		return &node{op: opSpelled, n: 2, subs: []*node{breaks}}
	case 'X':
		n := grapheme()
		n.any(func(n *node) bool { p.pay(len(n.set)); return false })
		return n
	case 'k':
		if p.read() != '<' {
			p.failAt(at, "\\k needs the name of a group in < and >", "")
		}
		name := p.groupName(p.read())
		for i, known := range p.names {
			if known == name {
				return p.reference(i)
			}
		}
		p.failAt(at, "no group before it has the name", name)
	}
	if '1' <= r && r <= '9' {
		n := int(r - '0')
		for next := p.peek(); isDigit(next) && n*10+int(next-'0') < len(p.names); next = p.next() {
			n = n*10 + int(next-'0')
		}
		return p.reference(n)
	}
	return nil
}

func (p *parser) reference(n int) *node { return &node{op: opReference, n: n, flags: p.flags} }

// octal reads the digits of \0.
func (p *parser) octal(at int) rune {
	isOctal := func(r rune) bool { return '0' <= r && r <= '7' }
	if !isOctal(p.peek()) {
		p.failAt(at, "\\0 needs octal digits", "")
	}
	n := p.read() - '0'
	for range 2 {
		if r := p.peek(); !isOctal(r) || n > 0o37 {
			break
		}
		n = n*8 + p.read() - '0'
	}
	return n
}

// hexadecimal reads the digits of \x.
func (p *parser) hexadecimal(at int) rune {
	if p.peek() != '{' {
		return p.digits(2, at)
	}
	p.pos++
	n := rune(0)
	for i := 0; ; i++ {
		r := p.read()
		digit := hexDigit(r)
		switch {
		case digit >= 0:
			if n = n<<4 | digit; n > maxRune {
				p.failAt(at, "there is no character with so large a number", "")
			}
		case r == '}' && i > 0:
			return n
		default:
			p.failAt(at, "\\x{ needs hexadecimal digits and }", "")
		}
	}
}

// digits reads hexadecimal digits.
func (p *parser) digits(count, at int) rune {
	n := rune(0)
	for range count {
		digit := hexDigit(p.read())
		if digit < 0 {
			p.failAt(at, "an escape has too few hexadecimal digits", "")
		}
		n = n<<4 | digit
	}
	return n
}

// unit reads the digits of \u. If they are the first half of a surrogate pair, it reads the second \u as well.
func (p *parser) unit(at int) rune {
	r := p.digits(4, at)
	if 0xd800 <= r && r < 0xdc00 && p.char(p.pos) == '\\' && p.char(p.pos+1) == 'u' {
		saved := p.pos
		p.pos += 2
		if low := p.digits(4, at); 0xdc00 <= low && low < 0xe000 {
			return utf16.DecodeRune(r, low)
		}
		p.pos = saved
	}
	return r
}

// named reads the name of \N.
func (p *parser) named(at int) rune {
	if p.read() != '{' {
		p.failAt(at, "\\N needs the name of a character in braces", "")
	}
	from := p.pos
	for p.char(p.pos) != '}' {
		if p.atEnd() {
			p.failAt(at, "the } of \\N is missing", "")
		}
		p.pos++
	}
	name := strings.ToUpper(strings.TrimSpace(string(p.runes[from:p.pos])))
	p.pos++
	p.pay(namesWork)
	r, ok := characterNamed(name)
	if !ok {
		p.failAt(at, "no character has the name", name)
	}
	return r
}
