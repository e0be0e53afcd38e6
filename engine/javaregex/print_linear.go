package javaregex

import (
	"strconv"
	"strings"
)

// condition is a set of properties that a text must have for a pattern to mean the same in Go as in Java.
type condition uint8

const (
	noLastBreak   condition = 1 << iota // it does not end in a line break
	noLastNewline                       // it does not end in \n and is not empty
	onlyNewlines                        // its only line breaks are \n
	noMarks                             // it has no combining marks, which belong to words in Java
	onlyASCII                           // it is in ASCII
	plainCase                           // it has no letters with a case but those of ASCII
)

// maxProgram is the size of the largest program for Go's engine, in instructions. Larger ones are slow to compile.
const maxProgram = 5000

// linearPattern returns a tree as a pattern of Go, and the condition that texts must meet. It returns false where Go cannot
// express the tree.
func linearPattern(tree *node) (pattern string, asks condition, ok bool) {
	if size(tree) > maxProgram {
		return "", 0, false
	}
	w := linearPrinter{ok: true}
	w.print(tree)
	return w.b.String(), w.asks, w.ok
}

// size estimates the number of instructions in the program of a node.
func size(n *node) int {
	sum := 1
	for _, sub := range n.subs {
		sum = min(sum+size(sub), maxProgram+1)
	}
	if n.op == opRepeat {
		sum *= min(max(n.most, n.least+1), maxProgram+1)
	}
	return min(sum, maxProgram+1)
}

type linearPrinter struct {
	b    strings.Builder
	asks condition
	ok   bool
}

func (w *linearPrinter) print(n *node) {
	switch n.op {
	case opEmpty:
		w.b.WriteString(`(?:)`)
	case opNever:
		w.b.WriteString(`[^\x00-\x{10FFFF}]`)
	case opSet:
		w.set(n)
	case opConcat:
		for _, sub := range n.subs {
			if sub.op == opAlternate {
				w.group(sub)
			} else {
				w.print(sub)
			}
		}
	case opAlternate:
		for i, sub := range n.subs {
			if i > 0 {
				w.b.WriteByte('|')
			}
			w.print(sub)
		}
	case opSpelled:
		w.group(n.subs[0])
	case opGroup:
		w.b.WriteByte('(')
		w.print(n.subs[0])
		w.b.WriteByte(')')
	case opRepeat:
		// After a loop, a capture that may be empty holds the last, empty round in Java, and the round before it in Go.
		if n.greed == possessive || n.most != 1 && n.subs[0].nullable() && n.subs[0].any(isGroup) {
			w.ok = false
			return
		}
		w.group(n.subs[0])
		w.b.WriteString(quantifier(n))
	case opBegin:
		w.b.WriteString(`\A`)
	case opEnd:
		w.b.WriteString(`\z`)
	case opLastEnd:
		w.asks |= noLastBreak
		w.b.WriteString(`\z`)
	case opLineBegin:
		w.line(n, noLastNewline, `(?m:^)`)
	case opLineEnd:
		w.line(n, 0, `(?m:$)`)
	case opBoundary:
		w.asks |= noMarks
		if n.flags&unicodeClasses != 0 {
			w.asks |= onlyASCII
		}
		if n.negated {
			w.b.WriteString(`\B`)
		} else {
			w.b.WriteString(`\b`)
		}
	default:
		w.ok = false
	}
}

func (w *linearPrinter) line(n *node, asks condition, pattern string) {
	if n.flags&unixLines == 0 {
		asks |= onlyNewlines
	}
	w.asks |= asks
	w.b.WriteString(pattern)
}

// group prints a node in a group that does not capture.
func (w *linearPrinter) group(n *node) {
	w.b.WriteString(`(?:`)
	w.print(n)
	w.b.WriteByte(')')
}

func (w *linearPrinter) set(n *node) {
	if len(n.set) == 0 {
		w.b.WriteString(`[^\x00-\x{10FFFF}]`)
		return
	}
	writeSet(&w.b, n)
}

// writeSet prints a set that is not empty, as both engines read it.
func writeSet(b *strings.Builder, n *node) {
	s := n.set
	switch {
	case n.short != "":
		b.WriteString(n.short)
	case len(s) == 1 && s[0].lo == s[0].hi:
		writeChar(b, s[0].lo)
	default:
		b.WriteByte('[')
		writeSpans(b, s)
		b.WriteByte(']')
	}
}

// writeSpans prints a set as part of a class.
func writeSpans(b *strings.Builder, s set) {
	for _, r := range s {
		writeChar(b, r.lo)
		if r.hi > r.lo {
			b.WriteByte('-')
			writeChar(b, r.hi)
		}
	}
}

func writeChar(b *strings.Builder, r rune) {
	if isAlnum(r) {
		b.WriteByte(byte(r))
		return
	}
	b.WriteString(`\x{`)
	b.WriteString(strconv.FormatInt(int64(r), 16))
	b.WriteByte('}')
}

// quantifier returns the quantifier of a repetition, without its possessiveness.
func quantifier(n *node) string {
	var q string
	switch {
	case n.least == 0 && n.most == 1:
		q = "?"
	case n.least == 0 && n.most == unlimited:
		q = "*"
	case n.least == 1 && n.most == unlimited:
		q = "+"
	case n.most == unlimited:
		q = "{" + strconv.Itoa(n.least) + ",}"
	default:
		q = "{" + strconv.Itoa(n.least) + "," + strconv.Itoa(n.most) + "}"
	}
	if n.greed == lazy {
		q += "?"
	}
	return q
}
