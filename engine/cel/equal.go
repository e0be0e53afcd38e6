package cel

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// textUnit is how many bytes of text one unit compares, copies or searches.
const textUnit = 128

// equal compares two values as == does, numbers exactly, and charges what it walks over.
func (m *meter) equal(a, b ref.Val) bool {
	switch a := a.(type) {
	case types.String:
		b, ok := b.(types.String)
		if !ok || len(a) != len(b) {
			return false
		}
		m.spend(len(a) / textUnit)
		return a == b
	case types.Int, types.Uint, types.Double:
		order, ok := compareNumbers(a, b)
		return ok && order == 0
	case *types.Optional:
		b, ok := b.(*types.Optional)
		if !ok || a.HasValue() != b.HasValue() {
			return false
		}
		m.spend(1)
		return !a.HasValue() || m.equal(a.GetValue(), b.GetValue())
	case traits.Lister:
		b, ok := b.(traits.Lister)
		return ok && m.equalLists(a, b)
	case traits.Mapper:
		b, ok := b.(traits.Mapper)
		return ok && m.equalMaps(a, b)
	default:
		m.spend(length(a) / textUnit)
		return types.Equal(a, b) == types.True
	}
}

func (m *meter) equalLists(a, b traits.Lister) bool {
	n := count(a)
	if n != count(b) {
		return false
	}
	for i := range n {
		m.spend(2)
		if !m.equal(a.Get(types.Int(i)), b.Get(types.Int(i))) {
			return false
		}
	}
	return true
}

func (m *meter) equalMaps(a, b traits.Mapper) bool {
	if a.Size() != b.Size() {
		return false
	}
	for it := a.Iterator(); it.HasNext() == types.True; {
		key := it.Next()
		m.spend(4 + length(key)/textUnit)
		other, found := b.Find(key)
		if !found || !m.equal(a.Get(key), other) {
			return false
		}
	}
	return true
}

// contains searches a list for a value.
func (m *meter) contains(list traits.Lister, elem ref.Val) bool {
	if a, ok := list.(array); ok {
		if text, ok := elem.(types.String); ok {
			return m.containsText(a, string(text))
		}
	}
	for i := range count(list) {
		m.spend(1)
		if m.equal(elem, list.Get(types.Int(i))) {
			return true
		}
	}
	return false
}

func (m *meter) containsText(list array, text string) bool {
	m.spend(count(list) / 16)
	for _, v := range list.l.Slice() {
		if v.Kind() != value.KindString || len(v.Str()) != len(text) {
			continue
		}
		m.spend(len(text) / textUnit)
		if v.Str() == text {
			return true
		}
	}
	return false
}
