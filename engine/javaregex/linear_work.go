package javaregex

import (
	"io"
	"regexp/syntax"
	"unicode"
	"unicode/utf8"
)

// work is an upper bound of the work, in units, that a program of package regexp does for each character of a text. When a
// character matches an instruction, the program looks at the instructions after that one for the next character. So a
// character costs the instructions after all those that it matches.
type work struct {
	ascii [utf8.RuneSelf]int
	other int // of a character that is not in ASCII
}

// unitsPerStep is the number of units in a step. A step takes about 100 ns and a unit 12 ns, as measured on patterns and texts
// that keep the whole program busy.
const unitsPerStep = 8

// readWork is the least work for a character, classWork the additional work of comparing it with a class of at least manySpans
// spans, both in units.
const (
	readWork  = 3
	classWork = 1
	manySpans = 8
)

// workOf returns the work of a program.
func workOf(program *syntax.Prog) work {
	most := readWork
	for i := range program.Inst {
		most += weight(&program.Inst[i])
	}
	c := closer{program: program, seen: make([]int, len(program.Inst)), left: maxClosing * len(program.Inst)}
	w := work{other: readWork + c.behind(uint32(program.Start))}
	for r := range w.ascii {
		w.ascii[r] = w.other
	}
	for i := range program.Inst {
		inst := &program.Inst[i]
		if !reads(inst) {
			continue
		}
		units := c.behind(inst.Out)
		for r := range w.ascii {
			if inst.MatchRune(rune(r)) {
				w.ascii[r] += units
			}
		}
		if readsOther(inst) {
			w.other += units
		}
	}
	for r := range w.ascii {
		w.ascii[r] = min(w.ascii[r], most)
	}
	w.other = min(w.other, most)
	return w
}

// weight returns what looking at an instruction takes, in units.
func weight(inst *syntax.Inst) int {
	if inst.Op == syntax.InstRune && len(inst.Rune) > 2*manySpans {
		return 1 + classWork
	}
	return 1
}

// reads reports whether an instruction reads a character.
func reads(inst *syntax.Inst) bool {
	switch inst.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return true
	default:
		return false
	}
}

// readsOther reports whether an instruction may match a character that is not in ASCII.
func readsOther(inst *syntax.Inst) bool {
	if len(inst.Rune) == 0 { // it matches nothing
		return false
	}
	last := inst.Rune[len(inst.Rune)-1]
	if len(inst.Rune) == 1 { // it may stand for its other cases too
		for r := unicode.SimpleFold(last); r != last; r = unicode.SimpleFold(r) {
			if r >= utf8.RuneSelf {
				return true
			}
		}
	}
	return last >= utf8.RuneSelf
}

// maxClosing bounds the instructions that a closer looks at, as a multiple of the size of the program. Beyond it, each character
// is taken to cost the whole program.
const maxClosing = 64

// closer finds the instructions that a program looks at after an instruction, before it reads a character.
type closer struct {
	program *syntax.Prog
	seen    []int // in which round an instruction was seen last
	round   int
	left    int
	pending []uint32
}

// behind returns the work, in units, from an instruction on until the next character is read.
func (c *closer) behind(from uint32) int {
	c.round++
	units := 0
	for c.pending = append(c.pending[:0], from); len(c.pending) > 0; {
		at := c.pending[len(c.pending)-1]
		c.pending = c.pending[:len(c.pending)-1]
		if c.seen[at] == c.round {
			continue
		}
		if c.left--; c.left < 0 {
			return 2 * len(c.program.Inst)
		}
		c.seen[at] = c.round
		inst := &c.program.Inst[at]
		units += weight(inst)
		switch inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			c.pending = append(c.pending, inst.Out, inst.Arg)
		case syntax.InstCapture, syntax.InstEmptyWidth, syntax.InstNop:
			c.pending = append(c.pending, inst.Out)
		default: // it reads a character, or ends
		}
	}
	return units
}

// rune returns the units of a character.
func (w *work) rune(c rune) int {
	if c < utf8.RuneSelf {
		return w.ascii[c]
	}
	return w.other
}

// atMost returns the steps that a search of a text takes at most; above a limit it may stop counting.
func (w *work) atMost(text string, limit int) int {
	units := readWork * unitsPerStep
	for _, c := range text {
		if units += w.rune(c); units > (limit+1)*unitsPerStep {
			break
		}
	}
	return units / unitsPerStep
}

// meteredReader gives the characters of a text to a program of Go and charges for each what the program may do with it. It
// ends when the meter refuses a charge.
type meteredReader struct {
	text  string
	at    int
	work  *work
	meter Meter
	units int // that are not charged yet
	err   error
}

// piece is how many units are charged at once.
const piece = 64 * unitsPerStep

// ReadRune returns the next character.
func (r *meteredReader) ReadRune() (rune, int, error) {
	if r.units >= piece {
		r.buy()
	}
	if r.err != nil || r.at == len(r.text) {
		return 0, 0, io.EOF
	}
	c, width := rune(r.text[r.at]), 1
	if c >= utf8.RuneSelf {
		c, width = utf8.DecodeRuneInString(r.text[r.at:])
	}
	r.at += width
	r.units += r.work.rune(c)
	return c, width, nil
}

// buy charges for what was used.
func (r *meteredReader) buy() {
	if r.err == nil {
		r.err = r.meter.Charge(1 + r.units/unitsPerStep)
	}
	r.units = 0
}
