package value

import (
	"slices"
	"strings"
)

// Contains is the operator contains: a list has an item equal to x, or, when x is a list
// itself, every item of x; a map has x as a key; a string has the Java text of x inside. Null contains nothing. ok is
// false for any other v, for which the language fails.
//
// Items are compared by [Equal], so the literal 1 finds a 1 of a JSON body. In Kestra it does not, because one is a Long and
// the other an Integer.
func Contains(v, x Value) (found, ok bool) {
	switch v.kind {
	case KindNull:
		return false, true
	case KindString:
		return strings.Contains(v.Str(), JavaText(x)), true
	case KindMap:
		return x.kind == KindString && v.Map().Has(x.Str()), true
	case KindList:
		if x.kind != KindList {
			return Index(v.List(), x) >= 0, true
		}
		items := setOf(v.List())
		for _, item := range x.List().Slice() {
			if !items.Has(item) {
				return false, true
			}
		}
		return true, true
	default:
		return false, false
	}
}

// Index returns the place of the first item of l that is [Equal] to x, or -1.
func Index(l *List, x Value) int {
	for i, item := range l.Slice() {
		if Equal(item, x) {
			return i
		}
	}
	return -1
}

// In is the operator isIn: whether an item of a list, or a key or a value of a map, has the
// same Java text as x. Null is in nothing, and nothing is in null or in a scalar. A null item, at which Kestra fails, is
// passed over.
func In(x, v Value) bool {
	if x.kind == KindNull {
		return false
	}
	text := JavaText(x)
	same := func(item Value) bool { return item.kind != KindNull && JavaText(item) == text }
	switch v.kind {
	case KindList:
		return slices.ContainsFunc(v.List().Slice(), same)
	case KindMap:
		m := v.Map()
		for i, key := range m.Keys() {
			if key == text || same(m.At(i)) {
				return true
			}
		}
		return false
	default:
		return false
	}
}
