package javaregex

import (
	"strconv"
	"strings"
)

// backtrackingPattern returns a tree as a pattern of regexp2, and the condition that texts must meet. Sets and assertions are
// spelled out, so none of regexp2's options is needed.
func backtrackingPattern(tree *node, groups int) (pattern string, asks condition) {
	w := backtrackingPrinter{groups: groups}
	w.print(tree)
	return w.b.String(), w.asks
}

type backtrackingPrinter struct {
	b        strings.Builder
	asks     condition
	groups   int
	names    int  // of captures that the pattern of Java does not have
	repeated bool // what is printed is part of a repetition
}

// anything matches any character.
const anything = `[\x00-\x{10ffff}]`

// Java's assertions, written for regexp2.
const (
	javaLastEnd   = `(?:(?=(?:\r\n?|[\n\x85\u2028\u2029])?\z)(?<!\r(?=\n)))`
	javaLineBegin = `(?:(?<=\A|[\n\x85\u2028\u2029]|\r(?!\n))(?!\z))`
	javaLineEnd   = `(?:(?=[\r\n\x85\u2028\u2029]|\z)(?<!\r(?=\n)))`
	unixLastEnd   = `(?=\n?\z)`
	unixLineBegin = `(?:(?<=\A|\n)(?!\z))`
	unixLineEnd   = `(?=\n|\z)`
)

func (w *backtrackingPrinter) print(n *node) {
	switch n.op {
	case opEmpty:
		w.b.WriteString(`(?:)`)
	case opNever:
		w.b.WriteString(`(?!)`)
	case opSet:
		w.set(n)
	case opConcat:
		for _, sub := range n.subs {
			if sub.op == opAlternate {
				w.group(`(?:`, sub)
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
	case opGroup:
		w.group(`(`, n.subs[0])
	case opSpelled:
		w.group(`(?:`, n.subs[0])
	case opAtomic:
		w.atomic(func() { w.print(n.subs[0]) })
	case opRepeat:
		w.repeat(n)
	case opLook:
		w.look(n)
	case opReference:
		w.reference(n)
	case opBegin:
		w.b.WriteString(`\A`)
	case opEnd:
		w.b.WriteString(`\z`)
	case opLastEnd:
		w.line(n, javaLastEnd, unixLastEnd)
	case opLineBegin:
		w.line(n, javaLineBegin, unixLineBegin)
	case opLineEnd:
		w.line(n, javaLineEnd, unixLineEnd)
	case opBoundary:
		w.boundary(n)
	}
}

func (w *backtrackingPrinter) repeat(n *node) {
	times := func() {
		w.group(`(?:`, n.subs[0])
		w.b.WriteString(quantifier(n))
	}
	outer := w.repeated
	defer func() { w.repeated = outer }()
	if n.greed != possessive {
		w.repeated = w.repeated || n.most != 1
		times()
		return
	}
	w.atomic(func() {
		w.repeated = w.repeated || n.most != 1
		times()
	})
}

// atomic prints a part that is not tried again. If such a part is repeated, regexp2 v2.12 moves the repetition into it and then
// matches too much or too little. There it is printed as a look-ahead with a capture, followed by a reference to the capture.
func (w *backtrackingPrinter) atomic(print func()) {
	if !w.repeated {
		w.b.WriteString(`(?>`)
		print()
		w.b.WriteByte(')')
		return
	}
	name := w.newName()
	w.b.WriteString(`(?:(?=(?<` + name + `>`)
	print()
	w.b.WriteString(`))\k<` + name + `>)`)
}

// newName returns the name of a capture that the pattern of Java does not have. regexp2 counts it after those without names.
func (w *backtrackingPrinter) newName() string {
	w.names++
	return "x" + strconv.Itoa(w.names)
}

func (w *backtrackingPrinter) group(begin string, n *node) {
	w.b.WriteString(begin)
	w.print(n)
	w.b.WriteByte(')')
}

func (w *backtrackingPrinter) set(n *node) {
	if len(n.set) == 0 {
		w.b.WriteString(`(?!)`)
		return
	}
	writeSet(&w.b, n)
}

func (w *backtrackingPrinter) line(n *node, java, unix string) {
	if n.flags&unixLines != 0 {
		java = unix
	}
	w.b.WriteString(java)
}

// look prints a look-around. regexp2 searches a look-behind from right to left, in which possessive parts and captures match
// other texts than in Java. A look-behind with such a part is printed as a look-ahead, tried at every earlier place, that must
// end at the present one: the rest of the text is captured first and must follow.
func (w *backtrackingPrinter) look(n *node) {
	if n.behind && n.subs[0].any(func(sub *node) bool {
		return sub.op == opAtomic || sub.op == opGroup || sub.op == opRepeat && sub.greed == possessive
	}) {
		left := w.newName()
		w.b.WriteString(`(?=(?<` + left + `>` + anything + `*))`)
		w.b.WriteString(map[bool]string{false: `(?<=`, true: `(?<!`}[n.negated])
		w.group(`(?=(?:`, n.subs[0])
		w.b.WriteString(`\k<` + left + `>\z)` + anything + `*?)`)
		return
	}
	begin := `(?`
	if n.behind {
		begin += `<`
	}
	if n.negated {
		begin += `!`
	} else {
		begin += `=`
	}
	w.group(begin, n.subs[0])
}

// reference prints a back reference. One to a group that does not exist never matches.
func (w *backtrackingPrinter) reference(n *node) {
	switch {
	case n.n >= w.groups:
		w.b.WriteString(`(?!)`)
		return
	case n.flags&ignoreCase != 0:
		if n.flags&unicodeCase == 0 {
			w.asks |= plainCase
		}
		w.b.WriteString(`(?i:`)
		defer w.b.WriteByte(')')
	}
	w.b.WriteString(`\k<` + strconv.Itoa(n.n) + `>`)
}

// boundary prints the boundary of a word: combining marks after a letter or digit belong to its word.
func (w *backtrackingPrinter) boundary(n *node) {
	var b strings.Builder
	letters := asciiWord()
	if n.flags&unicodeClasses != 0 {
		letters = word()
	}
	writeSet(&b, setNode(letters))
	in, base, mark := b.String(), `[\p{L}\p{Nd}]`, `\p{Mn}`
	left := `(?:(?<=` + in + `)|(?<=` + base + mark + `+))`
	right := `(?:(?=` + in + `)|(?=` + mark + `)(?<=` + base + mark + `*))`
	notLeft, notRight := `(?!`+left+`)`, `(?!`+right+`)`
	if n.negated {
		w.b.WriteString(`(?:` + left + right + `|` + notLeft + notRight + `)`)
	} else {
		w.b.WriteString(`(?:` + left + notRight + `|` + notLeft + right + `)`)
	}
}
