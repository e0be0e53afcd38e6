package main

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// maker makes random patterns, subjects and replacements.
type maker struct {
	*rand.Rand
	groups int // of the pattern so far
	names  []string
}

func newMaker(seed uint64) *maker { return &maker{Rand: rand.New(rand.NewPCG(seed, 9))} }

// question is one case.
type question struct{ pattern, replacement, subject string }

func (m *maker) question() question {
	m.groups, m.names = 0, nil
	pattern := m.alternatives(3)
	switch m.IntN(24) {
	case 0:
		pattern = m.broken(pattern)
	case 1:
		pattern = "(?" + m.one("i", "m", "s", "d", "u", "U", "x", "iu", "im", "iU", "sm", "-i", "md") + ")" + pattern
	case 2:
		pattern = "^" + pattern + "$"
	}
	return question{pattern, m.replacement(), m.subject(pattern)}
}

// one returns one of the texts.
func (m *maker) one(all ...string) string { return all[m.IntN(len(all))] }

func (m *maker) alternatives(depth int) string {
	parts := []string{m.sequence(depth)}
	for m.IntN(4) == 0 && len(parts) < 4 {
		parts = append(parts, m.sequence(depth))
	}
	return strings.Join(parts, "|")
}

func (m *maker) sequence(depth int) string {
	var b strings.Builder
	for n := m.IntN(4); n >= 0; n-- {
		b.WriteString(m.atom(depth))
		if m.IntN(3) == 0 {
			b.WriteString(m.quantifier())
		}
	}
	return b.String()
}

func (m *maker) quantifier() string {
	q := m.one("*", "+", "?", "{2}", "{1,}", "{0,2}", "{1,3}", "*", "+", "?")
	switch m.IntN(8) {
	case 0:
		q += "?"
	case 1:
		q += "+"
	}
	return q
}

func (m *maker) atom(depth int) string {
	if depth > 0 && m.IntN(4) == 0 {
		return m.group(depth - 1)
	}
	switch m.IntN(20) {
	case 0, 1:
		return "."
	case 2, 3, 4:
		return m.class(2)
	case 5, 6:
		return m.one(`\d`, `\D`, `\w`, `\W`, `\s`, `\S`, `\h`, `\H`, `\v`, `\V`, `\R`, `\X`)
	case 7:
		return m.property()
	case 8:
		return m.one(`^`, `$`, `\b`, `\B`, `\A`, `\z`, `\Z`, `\b`, `$`)
	case 9:
		return m.one(`\t`, `\n`, `\r`, `\x41`, `\x{1F600}`, `\u00e9`, `\u2028`, `\0101`, `\07`, `\0377`, `\0400`, `\cA`, `\e`, `\a`, `\f`, `\.`, `\-`, `\N{LATIN SMALL LETTER E WITH ACUTE}`, `\ud83d\ude00`)
	case 10:
		if len(m.names) > 0 && m.IntN(2) == 0 {
			return `\k<` + m.one(m.names...) + `>`
		}
		if m.groups > 0 {
			return `\` + strconv.Itoa(1+m.IntN(m.groups))
		}
		return m.char()
	case 11:
		return m.one(`\Qa.b\E`, `\Q[\E`, `\Qx1\E`, "]", "}", ",", "-", "&&", "#", " ")
	default:
		return m.char()
	}
}

func (m *maker) char() string {
	return m.one("a", "b", "c", "A", "B", "1", "2", "_", "x", "k", "s", "é", "É", "ß", "K", "😀", "ı", "-", "=", "/", ":", "a", "b", "a")
}

func (m *maker) group(depth int) string {
	switch m.IntN(12) {
	case 0, 1, 2:
		return "(?:" + m.alternatives(depth) + ")"
	case 3:
		name := "n" + strconv.Itoa(m.groups)
		m.groups++
		inside := m.alternatives(depth)
		m.names = append(m.names, name)
		return "(?<" + name + ">" + inside + ")"
	case 4:
		return m.one("(?=", "(?!") + m.alternatives(depth) + ")"
	case 5:
		return m.one("(?<=", "(?<!") + m.alternatives(min(depth, 1)) + ")"
	case 6:
		return "(?>" + m.alternatives(depth) + ")"
	case 7:
		return "(?" + m.one("i", "m", "s", "d", "u", "iu", "U", "x", "i-m", "-i", "U-u", "md") + ":" + m.alternatives(depth) + ")"
	default:
		m.groups++
		return "(" + m.alternatives(depth) + ")"
	}
}

func (m *maker) class(depth int) string {
	var b strings.Builder
	b.WriteString("[")
	if m.IntN(4) == 0 {
		b.WriteString("^")
	}
	for n := m.IntN(3); n >= 0; n-- {
		switch m.IntN(9) {
		case 0, 1:
			b.WriteString(m.one("a-c", "0-9", "A-Z", "a-z", "x-z", "à-ý", "\\x00-\\x1f", " -~", "α-ω"))
		case 2:
			b.WriteString(m.one(`\d`, `\D`, `\w`, `\W`, `\s`, `\S`, `\h`, `\H`, `\v`, `\V`, `\n`, `\r`, `\]`, `\-`, `\\`, `\^`))
		case 3:
			b.WriteString(m.property())
		case 4:
			if depth > 0 {
				b.WriteString(m.class(depth - 1))
			}
		case 5:
			if depth > 0 && m.IntN(2) == 0 {
				b.WriteString("&&" + m.one(m.class(depth-1), "[^"+m.char()+"]", "a-z", `\w`, m.char()))
			}
		default:
			b.WriteString(m.char())
		}
	}
	b.WriteString("]")
	return b.String()
}

func (m *maker) property() string {
	name := m.one("Alpha", "Digit", "Alnum", "Punct", "Upper", "Lower", "Space", "Blank", "Cntrl", "Graph", "Print", "XDigit", "ASCII",
		"L", "Lu", "Ll", "Lt", "N", "Nd", "P", "S", "Sc", "Z", "M", "Mn", "C", "Cn", "LC", "LD", "L1", "all",
		"IsAlphabetic", "IsLatin", "IsGreek", "IsCyrillic", "IsLetter", "IsDigit", "IsPunctuation", "IsWhite_Space", "IsEmoji",
		"IsUppercase", "IsLowercase", "IsIdeographic", "IsL", "IsLu", "IsAssigned", "IsHan", "IsWord", "IsPunct",
		"InGreek", "InBasic Latin", "InLatin-1 Supplement", "InCyrillic", "InEmoticons", "script=Latin", "sc=Grek", "block=Cyrillic", "gc=Lu",
		"general_category=Nd", "javaLowerCase", "javaUpperCase", "javaLetter", "javaWhitespace", "javaDigit", "javaMirrored",
		"javaJavaIdentifierStart", "javaISOControl", "javaLetterOrDigit", "Foo", "IsFoo", "InFoo", "script=Foo", "alpha", "x=y")
	if len(name) == 1 && m.IntN(2) == 0 {
		return m.one(`\p`, `\P`) + name
	}
	return m.one(`\p{`, `\p{`, `\P{`) + name + "}"
}

// broken returns a pattern with one character changed.
func (m *maker) broken(pattern string) string {
	r := []rune(pattern)
	i := m.IntN(len(r))
	extra := m.one("{", "}", "(", ")", "[", "]", "*", "+", "?", "\\", "|", "^", "$", "&&", "(?P<n>a)", "{,2}", "\\y", "[[:alpha:]]", "(?", "{2}", "(?i)", "\\8", "**", "\\Q", "\\E", "(?i")
	if m.IntN(2) == 0 {
		return string(r[:i]) + extra + string(r[i:])
	}
	return string(r[:i]) + extra + string(r[i+1:])
}

func (m *maker) replacement() string {
	var b strings.Builder
	for n := m.IntN(3); n >= 0; n-- {
		b.WriteString(m.one("x", "<", ">", "é", "$0", "$1", "$2", "$12", "${n0}", `\$`, `\\`, "-", "", "$1", "[$0]"))
	}
	return b.String()
}

// subject returns a text that a pattern has a chance to match: of its own characters and others.
func (m *maker) subject(pattern string) string {
	own := []rune(strings.NewReplacer("\\", "", "(", "", ")", "", "[", "", "]", "", "?", "", "*", "", "+", "", "{", "", "}", "", "|", "").Replace(pattern))
	var b strings.Builder
	for n := m.IntN(14); n > 0; n-- {
		switch k := m.IntN(12); {
		case k < 4 && len(own) > 0:
			b.WriteRune(own[m.IntN(len(own))])
		case k < 6:
			b.WriteString(m.one("a", "b", "ab", "aab", "abc", "A", "x", "1", "12", "_"))
		case k < 7:
			b.WriteString(m.one("\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029", " ", "\t", "\v", "\f", "\u00a0", "\n", "\r\n"))
		case k < 8:
			b.WriteString(m.one("é", "É", "ß", "e\u0301", "K", "ſ", "ı", "İ", "α", "Ω", "ж", "漢", "😀", "🇫🇷", "👨\u200d👩\u200d👧", "각", "٣", "€", "ǅ", "\u200d", "\x00", "\u180e"))
		default:
			b.WriteString(m.char())
		}
	}
	return b.String()
}
