package value

import (
	"iter"
	"sync"
	"unsafe"
)

// Map is an ordered map with string keys. A nil *Map is an empty map.
//
// A map is filled by the one goroutine that made it and is immutable once its value is handed on: the language and its
// callers share maps without copying.
type Map struct {
	keys  []string
	vals  []Value
	index []uint32 // see mapindex.go; nil below indexFrom members
	fold  bool
	from  *drawn // see source.go; nil for a map that holds all its members
}

// NewMap returns an empty map with room for n members.
func NewMap(n int) *Map {
	if n <= fewMembers {
		room := new(mapRoom)
		room.m.keys, room.m.vals = room.keys[:0], room.vals[:0]
		return &room.m
	}
	return &Map{keys: make([]string, 0, n), vals: make([]Value, 0, n)}
}

// mapRoom is a map with the memory for a few members, allocated at once.
type mapRoom struct {
	m    Map
	keys [fewMembers]string
	vals [fewMembers]Value
}

const fewMembers = 2

// NewFoldMap returns an empty map with room for n members whose look-up ignores the case of ASCII letters; iteration
// gives the keys as they were set. It holds HTTP headers.
func NewFoldMap(n int) *Map {
	m := NewMap(n)
	m.fold = true
	return m
}

// FromMap returns m as a Value; m must not change any more.
func FromMap(m *Map) Value {
	return Value{kind: KindMap, ptr: unsafe.Pointer(m)}
}

// MapOf returns a map value of alternating keys and values, for tests and fixed shapes.
func MapOf(pairs ...any) Value {
	m := NewMap(len(pairs) / 2)
	for i := 0; i+1 < len(pairs); i += 2 {
		m.Set(pairs[i].(string), pairs[i+1].(Value))
	}
	return FromMap(m)
}

// Set adds a member at the end, or replaces the value of the member that has this key, at its place.
func (m *Map) Set(key string, v Value) {
	if i := m.find(key); i >= 0 {
		m.vals[i] = v
		return
	}
	m.keys = append(m.keys, key)
	m.vals = append(m.vals, v)
	if len(m.keys) >= indexFrom {
		m.addToIndex(len(m.keys) - 1)
	}
}

// SetLazy adds a member whose value is computed once, when it is first read, by whichever goroutine reads it.
func (m *Map) SetLazy(key string, compute func() Value) {
	m.Set(key, Value{kind: kindLazy, ptr: unsafe.Pointer(&lazy{compute: compute})})
}

// Get returns the member with this key and whether there is one.
func (m *Map) Get(key string) (Value, bool) {
	if m != nil && m.from != nil {
		return m.from.source.Get(key)
	}
	i := m.find(key)
	if i < 0 {
		return Null, false
	}
	return m.vals[i].force(), true
}

// Has reports whether there is a member with this key, without computing a lazy one.
func (m *Map) Has(key string) bool {
	if m != nil && m.from != nil {
		return m.from.source.Has(key)
	}
	return m.find(key) >= 0
}

// Len returns the number of members.
func (m *Map) Len() int {
	if m == nil {
		return 0
	}
	return len(m.whole().keys)
}

// Keys returns the keys in order; the caller must not change them.
func (m *Map) Keys() []string {
	if m == nil {
		return nil
	}
	return m.whole().keys
}

// Values returns a list of the values in order, computing the lazy ones.
func (m *Map) Values() Value {
	items := make([]Value, m.Len())
	for i := range items {
		items[i] = m.At(i)
	}
	return ListOf(items...)
}

// Key returns the key of member i, counted from 0 in the order of [Map.All].
func (m *Map) Key(i int) string { return m.whole().keys[i] }

// At returns the value of member i, counted from 0 in the order of [Map.All].
func (m *Map) At(i int) Value { return m.whole().vals[i].force() }

// All iterates over the members in the order they were first set.
func (m *Map) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		m := m.whole()
		for i := range m.Len() {
			if !yield(m.keys[i], m.vals[i].force()) {
				return
			}
		}
	}
}

// lazy is what the ptr of a kindLazy value points to.
type lazy struct {
	once    sync.Once
	compute func() Value
	value   Value
}

func (v Value) force() Value {
	if v.kind != kindLazy {
		return v
	}
	l := (*lazy)(v.ptr)
	l.once.Do(func() {
		l.value = l.compute()
		l.compute = nil
	})
	return l.value
}
