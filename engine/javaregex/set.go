package javaregex

import (
	"cmp"
	"slices"
	"unicode"
)

// maxRune is the last character of Unicode.
const maxRune = unicode.MaxRune

// span is the characters from lo to hi, both included.
type span struct{ lo, hi rune }

// set is a set of characters: spans in order that neither touch nor overlap. Java's classes and properties all become sets, so
// union, intersection and complement are exact, and no engine applies its own idea of a class.
type set []span

// chars returns the set of single characters.
func chars(all ...rune) set {
	s := make(set, 0, len(all))
	for _, r := range all {
		s = append(s, span{r, r})
	}
	return normal(s)
}

// normal sorts spans and joins those that touch. It changes s.
func normal(s set) set {
	slices.SortFunc(s, func(a, b span) int { return cmp.Compare(a.lo, b.lo) })
	out := s[:0]
	for _, next := range s {
		if last := len(out) - 1; last >= 0 && next.lo <= out[last].hi+1 {
			out[last].hi = max(out[last].hi, next.hi)
			continue
		}
		out = append(out, next)
	}
	return out
}

// union returns what is in one of the sets.
func union(sets ...set) set { return normal(slices.Concat(sets...)) }

// negate returns what is not in the set.
func (s set) negate() set {
	out := make(set, 0, len(s)+1)
	next := rune(0)
	for _, r := range s {
		if r.lo > next {
			out = append(out, span{next, r.lo - 1})
		}
		next = r.hi + 1
	}
	if next <= maxRune {
		out = append(out, span{next, maxRune})
	}
	return out
}

// and returns what is in both sets.
func (s set) and(t set) set {
	var out set
	for i, j := 0, 0; i < len(s) && j < len(t); {
		if lo, hi := max(s[i].lo, t[j].lo), min(s[i].hi, t[j].hi); lo <= hi {
			out = append(out, span{lo, hi})
		}
		if s[i].hi < t[j].hi {
			i++
		} else {
			j++
		}
	}
	return out
}

// without returns what is in s and not in t.
func (s set) without(t set) set { return s.and(t.negate()) }

// has reports whether a character is in the set.
func (s set) has(r rune) bool {
	_, found := slices.BinarySearchFunc(s, r, func(at span, r rune) int {
		switch {
		case at.hi < r:
			return -1
		case at.lo > r:
			return 1
		default:
			return 0
		}
	})
	return found
}

// table returns the characters of tables of Unicode.
func table(tables ...*unicode.RangeTable) set {
	var s set
	add := func(lo, hi, stride rune) {
		if stride == 1 {
			s = append(s, span{lo, hi})
			return
		}
		for r := lo; r <= hi; r += stride {
			s = append(s, span{r, r})
		}
	}
	for _, t := range tables {
		for _, r := range t.R16 {
			add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
		for _, r := range t.R32 {
			add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
	}
	return normal(s)
}

// category returns the characters of general categories, each named by its one or two letters.
func category(names ...string) set {
	tables := make([]*unicode.RangeTable, len(names))
	for i, name := range names {
		tables[i] = unicode.Categories[name]
	}
	return table(tables...)
}
