package value

import "cmp"

// Equal is == of the language: numbers by value, see [Compare]; lists by their items and maps
// by their members in any order, with the same rule at every depth; date-times by instant; opaque values by identity;
// values of different types never. Unlike Kestra it makes no difference between kinds of integers.
func Equal(a, b Value) bool {
	if a.IsNumber() && b.IsNumber() {
		order, ok := Compare(a, b)
		return ok && order == 0
	}
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case KindList:
		return equalItems(a.List().Slice(), b.List().Slice(), Equal)
	case KindMap:
		m, n := a.Map().whole(), b.Map().whole()
		if m.Len() != n.Len() {
			return false
		}
		for i, key := range m.Keys() {
			at := n.find(key)
			// A folding map finds more than the key.
			if at < 0 || n.Key(at) != key || !Equal(m.At(i), n.At(at)) {
				return false
			}
		}
		return true
	default:
		return sameScalar(a, b)
	}
}

// Equal reports whether v and w are the same: of one kind, with members in one order. Doubles are the same when their
// bits are, decimals when their scales are too, date-times when zone and instant are. Tests compare with it, through
// go-cmp; for == of the language see the function [Equal].
func (v Value) Equal(w Value) bool {
	v, w = v.force(), w.force()
	if v.kind != w.kind {
		return false
	}
	switch v.kind {
	case KindInt, KindFloat:
		return v.num == w.num
	case KindDecimal:
		return v.decimal().scale == w.decimal().scale && v.decimal().unscaled.Cmp(w.decimal().unscaled) == 0
	case KindTime:
		return v.Time().Equal(w.Time()) && JavaText(v) == JavaText(w)
	case KindList:
		return equalItems(v.List().Slice(), w.List().Slice(), Value.Equal)
	case KindMap:
		m, n := v.Map().whole(), w.Map().whole()
		if m.Len() != n.Len() {
			return false
		}
		for i, key := range m.Keys() {
			if key != n.Key(i) || !m.At(i).Equal(n.At(i)) {
				return false
			}
		}
		return true
	default:
		return sameScalar(v, w)
	}
}

func equalItems(a, b []Value, equal func(a, b Value) bool) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

// sameScalar compares two values of one kind that hold no others and are no small numbers.
func sameScalar(a, b Value) bool {
	switch a.kind {
	case KindString:
		return a.Str() == b.Str()
	case KindTime:
		return a.Time().Equal(b.Time())
	case KindBigInt:
		return a.BigInt().Cmp(b.BigInt()) == 0
	case KindOpaque:
		d, ok := a.Opaque().(Duration)
		return a.ptr == b.ptr || ok && b.Opaque() == any(d)
	default: // null and booleans
		return a.num == b.num
	}
}

// Compare orders two numbers and reports whether they have an order: both must be numbers, and neither not-a-number. If
// one is a double both are compared as doubles, as Kestra does; integers and decimals are compared exactly, where Kestra
// would round them to doubles.
func Compare(a, b Value) (order int, ok bool) {
	switch {
	case a.kind == KindInt && b.kind == KindInt:
		return cmp.Compare(int64(a.num), int64(b.num)), true
	case !a.IsNumber() || !b.IsNumber():
		return 0, false
	case a.kind == KindFloat || b.kind == KindFloat:
		x, _ := a.AsFloat()
		y, _ := b.AsFloat()
		return cmp.Compare(x, y), x == x && y == y
	case a.kind == KindDecimal || b.kind == KindDecimal:
		return exactDecimal(a).cmp(exactDecimal(b)), true
	default:
		return a.BigInt().Cmp(b.BigInt()), true
	}
}

// Truth reports whether v counts as true, and whether v has a truth at all: booleans,
// numbers (true unless zero or not-a-number) and strings (true unless empty) do; null, lists, maps and the others do not.
func Truth(v Value) (truth, ok bool) {
	switch v.kind {
	case KindBool, KindInt:
		return v.num != 0, true
	case KindString:
		return v.num != 0, true // the length
	case KindFloat:
		f := v.Float()
		return f < 0 || f > 0, true
	case KindBigInt:
		return true, true // zero is a KindInt
	case KindDecimal:
		return v.decimal().unscaled.Sign() != 0, true
	default:
		return false, false
	}
}
