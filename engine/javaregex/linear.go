package javaregex

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"unicode/utf8"
)

// linear is a pattern compiled for Go's regexp, whose time grows at most with the length of the text times the size of the
// program.
type linear struct {
	first  *regexp.Regexp        // finds a match from the beginning of a text
	later  func() *regexp.Regexp // the same from the second character on, and looks back at the first; nil if the pattern does not look back
	work   work
	prefix string // the literal that every match begins with
}

// compileCost is the cost of compiling an instruction of a program, in steps.
const compileCost = 8

// compileLinear compiles a tree for Go, and returns the condition that texts must meet. It returns nil where Go cannot express
// the tree.
func compileLinear(tree *node, charge func(steps int) error) (*linear, condition, error) {
	pattern, asks, ok := linearPattern(tree)
	if !ok || len(pattern) > maxPrinted {
		return nil, 0, nil
	}
	if charge != nil {
		if err := charge(compileCost * (size(tree) + len(pattern)/16)); err != nil {
			return nil, 0, err
		}
	}
	first, program, ok := programOf(pattern)
	if !ok {
		return nil, 0, nil
	}
	l := &linear{first: first, work: workOf(program)}
	l.prefix, _ = first.LiteralPrefix()
	if tree.any(looksBack) {
		l.later = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\A(?s:.)(?s:.*?)(` + pattern + `)`) })
	}
	return l, asks, nil
}

// programOf compiles a pattern. It returns false for one that repeats too much or is nested too deeply for Go.
func programOf(pattern string) (*regexp.Regexp, *syntax.Prog, bool) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, nil, false
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, nil, false
	}
	program, err := syntax.Compile(tree.Simplify())
	return re, program, err == nil
}

// looksBack reports whether the meaning of a node depends on the text before it.
func looksBack(n *node) bool { return n.op == opBegin || n.op == opLineBegin || n.op == opBoundary }

// linearSearch searches a text with a program of Go's regexp.
type linearSearch struct {
	*linear
	text  string
	meter Meter
}

// A search on the text itself is faster than one through a metered reader, but cannot be stopped. These are the most steps
// that one may take at worst: the first search, and each later one, which may end long before that.
const (
	blindFirst = 5000
	blindLater = 40
)

func (s *linearSearch) found() (bool, error) {
	steps := s.work.atMost(s.text, blindFirst)
	if steps > blindFirst {
		at, err := s.search(0)
		return at != nil, err
	}
	if err := s.meter.Charge(steps); err != nil {
		return false, err
	}
	return s.first.MatchString(s.text), nil
}

func (s *linearSearch) search(from int) ([]int, error) {
	if s.prefix != "" {
		found := strings.Index(s.text[from:], s.prefix)
		if found < 0 {
			return nil, s.meter.Charge((len(s.text) - from) / textPerStep)
		}
		if err := s.meter.Charge(found / textPerStep); err != nil {
			return nil, err
		}
		from += found
	}
	program, skip, begin, blind := s.first, 0, from, blindFirst
	if from > 0 {
		blind = blindLater
	}
	if from > 0 && s.later != nil {
		_, width := utf8.DecodeLastRuneInString(s.text[:from])
		program, skip, begin = s.later(), 2, from-width
	}
	text := s.text[begin:]
	var at []int
	if steps := s.work.atMost(text, blind); steps <= blind {
		if err := s.meter.Charge(steps); err != nil {
			return nil, err
		}
		at = program.FindStringSubmatchIndex(text)
	} else {
		r := meteredReader{text: text, work: &s.work, meter: s.meter}
		at = program.FindReaderSubmatchIndex(&r)
		if r.buy(); r.err != nil {
			return nil, r.err
		}
	}
	if at == nil {
		return nil, nil
	}
	at = at[skip:]
	for i := range at {
		if at[i] >= 0 {
			at[i] += begin
		}
	}
	return at, nil
}
