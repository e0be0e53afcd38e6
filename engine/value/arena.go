package value

import (
	"slices"
	"unsafe"
)

// arena hands out slices of a few large ones, so that a decoded text makes few allocations. What it hands out lives as
// long as any neighbour in the same chunk.
type arena[T any] struct {
	free []T
	next int // items of the next chunk
}

// take returns a zeroed slice of n items that cannot grow into its neighbour.
func (a *arena[T]) take(n int) []T {
	if n > len(a.free) {
		if n >= a.next {
			return make([]T, n)
		}
		a.free = make([]T, a.next)
	}
	s := a.free[:n:n]
	a.free = a.free[n:]
	return s
}

// adopted is the length from which a list may keep the stack as its storage, instead of a copy, if it fills most of it.
const adopted = 1 << 16

// list moves the values from first on into a list.
func (d *decoder) list(first int) unsafe.Pointer {
	l := &d.lists.take(1)[0]
	switch n := len(d.vals) - first; {
	case n == 0:
	case n >= adopted && n > len(d.vals)/2:
		l.items = d.vals[first:len(d.vals):len(d.vals)]
		d.vals = slices.Clone(d.vals[:first])
	default:
		l.items = d.items.take(n)
		copy(l.items, d.vals[first:])
		d.vals = d.vals[:first]
	}
	return unsafe.Pointer(l)
}

// mapping moves the values from first on, with as many keys from firstKey on, into a map.
func (d *decoder) mapping(first, firstKey int) unsafe.Pointer {
	m := &d.maps.take(1)[0]
	if n := len(d.vals) - first; n > 0 {
		m.vals = d.items.take(n)
		m.keys = d.names.take(n)
		copy(m.vals, d.vals[first:])
		copy(m.keys, d.keys[firstKey:])
		d.vals = d.vals[:first]
		d.keys = d.keys[:firstKey]
		m.settle()
	}
	return unsafe.Pointer(m)
}
