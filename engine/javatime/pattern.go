package javatime

import (
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

// A pattern is Java's DateTimeFormatter pattern, compiled into items that both print and read.

// MaxPattern is the longest pattern, in bytes.
const MaxPattern = 1000

// itemKind is what an item of a pattern prints and reads.
type itemKind uint8

const (
	itemLiteral itemKind = iota
	itemNumber
	itemReduced  // a year of two digits, from 2000 on
	itemFraction // the first digits of the nanoseconds
	itemText
	itemOffset
	itemLocalOffset // GMT+2
	itemZoneID
	itemZoneRegion // only a zone that is not an offset
	itemZoneName
	itemDayPeriod
	itemOptional
	itemInstant
)

// signStyle is when a number has a sign.
type signStyle uint8

const (
	signNormal  signStyle = iota // of negative numbers
	signNever                    // negative numbers fail
	signExceeds                  // also a plus where there are more digits than the least
)

// item is one item of a pattern.
type item struct {
	kind     itemKind
	field    field
	sign     signStyle
	min, max int // digits of a number
	behind   int // how many digits belong to the numbers that follow without a sign between
	fixed    bool
	point    bool      // a fraction begins with a point
	letter   byte      // of a text
	style    textStyle // of a text, a zone name or a localized offset
	generic  bool      // a zone name is that of both standard and daylight time
	english  bool      // a text is English whatever the locale
	text     string    // literal, or what an offset of zero is
	offset   string    // the form of an offset
	pad      int       // blanks are put before to this width
	lenient  bool
	fold     bool // letters match whatever their case
	items    []item
}

// Pattern is a compiled pattern.
type Pattern struct {
	items  []item
	strict bool // days beyond the end of their month and 24:00 are no dates
}

// patternBuilder makes the items of a pattern. Numbers that follow each other without anything between share their
// digits: only the first takes as many as it can, and it leaves the others theirs.
type patternBuilder struct {
	levels  []patternLevel // the optional sections that are open; the first is the pattern
	lenient bool
	fold    bool
}

type patternLevel struct {
	items    []item
	adjacent int // the index of the number that the next one shares digits with; -1 for none
	pad      int
}

func newPatternBuilder() *patternBuilder {
	return &patternBuilder{levels: []patternLevel{{adjacent: -1}}}
}

func (b *patternBuilder) add(item item) {
	l := &b.levels[len(b.levels)-1]
	item.lenient, item.fold, item.pad = b.lenient, b.fold, l.pad
	l.pad, l.adjacent = 0, -1
	l.items = append(l.items, item)
}

// addNumber adds a number or a fraction.
func (b *patternBuilder) addNumber(item item) {
	l := &b.levels[len(b.levels)-1]
	first := l.adjacent
	padded := l.pad > 0
	if first >= 0 {
		if item.min == item.max && item.sign == signNever {
			item.fixed = true
			l.items[first].behind += item.max
			b.add(item)
			l.adjacent = first
			return
		}
		l.items[first].fixed = true
	}
	b.add(item)
	if !padded {
		l.adjacent = len(l.items) - 1
	}
}

func (b *patternBuilder) number(f field, least, most int, sign signStyle) {
	b.addNumber(item{kind: itemNumber, field: f, min: least, max: most, sign: sign})
}

func (b *patternBuilder) literal(text string) {
	if text != "" {
		b.add(item{kind: itemLiteral, text: text})
	}
}

func (b *patternBuilder) open() {
	b.levels[len(b.levels)-1].adjacent = -1
	b.levels = append(b.levels, patternLevel{adjacent: -1})
}

func (b *patternBuilder) close() {
	inner := b.levels[len(b.levels)-1]
	b.levels = b.levels[:len(b.levels)-1]
	if len(inner.items) > 0 {
		b.add(item{kind: itemOptional, items: inner.items})
	}
}

func (b *patternBuilder) finish() *Pattern {
	for len(b.levels) > 1 {
		b.close()
	}
	return &Pattern{items: b.levels[0].items}
}

// compileDatePattern compiles a pattern.
func compileDatePattern(pattern string) (*Pattern, error) {
	if len(pattern) > MaxPattern {
		return nil, meter.NewFault(meter.ClassLimit, -1, "date format has more than %d bytes", MaxPattern)
	}
	b := newPatternBuilder()
	for i := 0; i < len(pattern); {
		c := pattern[i]
		switch {
		case isASCIILetter(c):
			n := runLength(pattern[i:])
			i += n
			if c == 'p' {
				if i == len(pattern) || !isASCIILetter(pattern[i]) {
					return nil, meter.RuntimeError("date format has the letter p without a field behind it")
				}
				b.levels[len(b.levels)-1].pad = n
				continue
			}
			if problem := b.letters(c, n); problem != "" {
				return nil, meter.RuntimeError("date format %s", problem)
			}
		case c == '\'':
			text, next, ok := quotedLiteral(pattern, i)
			if !ok {
				return nil, meter.RuntimeError("date format has a quote without an end")
			}
			b.literal(text)
			i = next
		case c == '[':
			b.open()
			i++
		case c == ']':
			if len(b.levels) == 1 {
				return nil, meter.RuntimeError("date format has a ] without a [ before it")
			}
			b.close()
			i++
		case c == '{' || c == '}' || c == '#':
			return nil, meter.RuntimeError("date format has the reserved character %c; put it in quotes", c)
		default:
			_, size := utf8.DecodeRuneInString(pattern[i:])
			b.literal(pattern[i : i+size])
			i += size
		}
	}
	return b.finish(), nil
}

// quotedLiteral reads a quoted text that begins at i, and returns where it ends; two quotes are one.
func quotedLiteral(pattern string, i int) (text string, next int, ok bool) {
	if strings.HasPrefix(pattern[i:], "''") {
		return "'", i + 2, true
	}
	var b strings.Builder
	for i++; i < len(pattern); i++ {
		if pattern[i] != '\'' {
			b.WriteByte(pattern[i])
			continue
		}
		if i+1 == len(pattern) || pattern[i+1] != '\'' {
			return b.String(), i + 1, true
		}
		b.WriteByte('\'')
		i++
	}
	return "", 0, false
}

func isASCIILetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// runLength returns how often the first byte of text is repeated at its begin.
func runLength(text string) int {
	n := 1
	for n < len(text) && text[n] == text[0] {
		n++
	}
	return n
}
