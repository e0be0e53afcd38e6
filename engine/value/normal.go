package value

// Normal returns v as it comes back from its JSON text, so that what is kept and read again is what it was at once: dates,
// opaque values and what is no number are texts, decimals doubles. What is so already is returned as it is.
func Normal(v Value) Value {
	v = v.force()
	switch v.kind {
	case KindList:
		l := v.List()
		for i, item := range l.Slice() {
			if n := Normal(item); n != item {
				items := make([]Value, l.Len())
				copy(items, l.Slice()[:i])
				for j := i; j < len(items); j++ {
					items[j] = Normal(l.At(j))
				}
				return ListOf(items...)
			}
		}
		return v
	case KindMap:
		return normalMap(v)
	case KindFloat:
		if f := v.Float(); f-f == 0 {
			return v
		}
	case KindNull, KindBool, KindInt, KindBigInt, KindString:
		return v
	default: // by way of its text
	}
	n, err := DecodeJSONText(JSON(v))
	if err != nil {
		return String(Text(v))
	}
	return n
}

func normalMap(v Value) Value {
	m := v.Map()
	normal := m != nil && m.from == nil && !m.fold
	for i := 0; normal && i < m.Len(); i++ {
		normal = m.vals[i].kind != kindLazy && Normal(m.vals[i]) == m.vals[i]
	}
	if normal {
		return v
	}
	n := NewMap(m.Len())
	for key, member := range m.All() {
		n.Set(key, Normal(member))
	}
	return FromMap(n)
}
