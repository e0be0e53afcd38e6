package javaregex

import "unicode/utf8"

// source reads the characters of a pattern. With (?x) it passes blanks and comments as Java does, also inside of classes.
type source struct {
	runes []rune
	at    []int // where each character stands in the pattern as it was written, counted from 0
	pos   int
	flags flags
}

// flags are the flags of a part of a pattern.
type flags uint8

const (
	ignoreCase     flags = 1 << iota // (?i)
	multiline                        // (?m)
	dotAll                           // (?s)
	unixLines                        // (?d)
	unicodeCase                      // (?u)
	comments                         // (?x)
	unicodeClasses                   // (?U)
)

func (s *source) has(f flags) bool { return s.flags&f != 0 }

// newSource returns the source of a pattern, in which \Q…\E has become escapes.
func newSource(pattern string) source {
	s := source{runes: make([]rune, 0, len(pattern)), at: make([]int, 0, len(pattern))}
	all := []rune(pattern)
	add := func(at int, runes ...rune) {
		for _, r := range runes {
			s.runes = append(s.runes, r)
			s.at = append(s.at, at)
		}
	}
	quoted, first := false, false
	for i := 0; i < len(all); i++ {
		r := all[i]
		escape := r == '\\' && i+1 < len(all)
		switch {
		case !quoted && escape && all[i+1] == 'Q':
			quoted, first = true, true
			i++
			continue
		case !quoted && escape:
			add(i, r)
			add(i+1, all[i+1])
			i++
			continue
		case !quoted:
			add(i, r)
			continue
		case escape && all[i+1] == 'E':
			quoted = false
			i++
			continue
		case isDigit(r) && first: // a digit that must not become part of an escape before it
			add(i, '\\', 'x', '3', r)
		case r < utf8.RuneSelf && !isAlnum(r):
			add(i, '\\', r)
		default:
			add(i, r)
		}
		first = false
	}
	return s
}

// char returns the character at an index; after the end that is 0, as in Java.
func (s *source) char(i int) rune {
	if i < len(s.runes) {
		return s.runes[i]
	}
	return 0
}

func (s *source) atEnd() bool { return s.pos >= len(s.runes) }

// peek returns the next character.
func (s *source) peek() rune {
	s.skipBlanks()
	return s.char(s.pos)
}

// next passes a character and returns the one after it.
func (s *source) next() rune {
	s.pos++
	return s.peek()
}

// read passes the next character and returns it.
func (s *source) read() rune {
	s.skipBlanks()
	s.pos++
	return s.char(s.pos - 1)
}

// skipBlanks passes blanks and comments.
func (s *source) skipBlanks() {
	if !s.has(comments) {
		return
	}
	for !s.atEnd() {
		switch r := s.runes[s.pos]; {
		case isSpace(r):
			s.pos++
		case r == '#':
			for !s.atEnd() && !s.lineEnds(s.runes[s.pos]) {
				s.pos++
			}
		default:
			return
		}
	}
}

// lineEnds reports whether a character ends a line, and with it a comment.
func (s *source) lineEnds(r rune) bool { return s.lineBreaks().has(r) }

// lineBreaks returns the characters that end a line.
func (s *source) lineBreaks() set {
	if s.has(unixLines) {
		return set{{'\n', '\n'}}
	}
	return lineBreaks()
}

// lineBreaks returns the characters that end a line without (?d).
func lineBreaks() set { return set{{'\n', '\n'}, {'\r', '\r'}, {0x85, 0x85}, {0x2028, 0x2029}} }

func isDigit(r rune) bool { return '0' <= r && r <= '9' }
func isAlpha(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' }
func isAlnum(r rune) bool { return isDigit(r) || isAlpha(r) }
func isSpace(r rune) bool { return r == ' ' || '\t' <= r && r <= '\r' }

// hexDigit returns the value of a hexadecimal digit, or -1.
func hexDigit(r rune) rune {
	switch {
	case isDigit(r):
		return r - '0'
	case 'a' <= r|0x20 && r|0x20 <= 'f':
		return r | 0x20 - 'a' + 10
	default:
		return -1
	}
}
