package value

// Equal is strict identity, for tests and go-cmp.
func (v Value) Equal(w Value) bool {
	if v.kind != w.kind {
		return false
	}
	switch v.kind {
	case KindList:
		a, b := v.List().Slice(), w.List().Slice()
		if len(a) != len(b) {
			return false
		}
		for i := range a {
			if !a[i].Equal(b[i]) {
				return false
			}
		}
		return true
	case KindMap:
		a, b := v.Map(), w.Map()
		if a.Len() != b.Len() {
			return false
		}
		for i, k := range a.Keys() {
			if k != b.Key(i) || !a.At(i).Equal(b.At(i)) {
				return false
			}
		}
		return true
	case KindString:
		return v.Str() == w.Str()
	case KindBigInt:
		return v.BigInt().Cmp(w.BigInt()) == 0
	default:
		return v.num == w.num
	}
}
