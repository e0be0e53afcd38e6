package value

import (
	"hash/maphash"
	"slices"
)

// indexFrom is the number of members from which a map keeps an index; below it a scan of the keys is faster.
const indexFrom = 9

// seed makes the index safe from keys that were chosen to collide.
var seed = maphash.MakeSeed()

// find returns the place of the member with this key, or -1.
func (m *Map) find(key string) int {
	switch {
	case m == nil:
		return -1
	case m.index != nil:
		return m.findIndexed(key)
	case m.fold:
		for i, k := range m.keys {
			if equalFold(k, key) {
				return i
			}
		}
	default:
		for i, k := range m.keys {
			if k == key {
				return i
			}
		}
	}
	return -1
}

// The index is a hash table with linear probing: a slot holds the place of a member plus one, 0 is free. Its size is a
// power of two and at least twice the number of members.

func (m *Map) findIndexed(key string) int {
	mask := uint64(len(m.index) - 1)
	for slot := m.hash(key) & mask; ; slot = (slot + 1) & mask {
		place := int(m.index[slot]) - 1
		if place < 0 || m.equalKeys(m.keys[place], key) {
			return place
		}
	}
}

// addToIndex enters member i, the last one; its key must be new.
func (m *Map) addToIndex(i int) {
	if len(m.index) < 2*len(m.keys) {
		m.rebuildIndex()
		return
	}
	m.enter(i)
}

// rebuildIndex makes an index of all members with room for some more. It returns false at the first key that is there
// twice, and leaves the index unfinished then.
func (m *Map) rebuildIndex() bool {
	size := 32
	for size < 2*cap(m.keys) {
		size *= 2
	}
	m.index = make([]uint32, size)
	for i := range m.keys {
		if !m.enter(i) {
			return false
		}
	}
	return true
}

// enter puts member i into the index and reports whether its key was new.
func (m *Map) enter(i int) bool {
	mask := uint64(len(m.index) - 1)
	slot := m.hash(m.keys[i]) & mask
	for m.index[slot] != 0 {
		if m.equalKeys(m.keys[m.index[slot]-1], m.keys[i]) {
			return false
		}
		slot = (slot + 1) & mask
	}
	m.index[slot] = uint32(i + 1)
	return true
}

// settle gives a map whose keys were filled without looking its final form: of members with one key the last value
// stays, at the first place, and a large map gets its index.
func (m *Map) settle() {
	if len(m.keys) >= indexFrom {
		if m.rebuildIndex() {
			return
		}
	} else if !m.repeats() {
		return
	}
	keys, vals := m.keys, m.vals
	*m = Map{} // with no room for members that may be one key a million times
	for i, k := range keys {
		m.Set(k, vals[i])
	}
}

// repeats reports whether a key of a small map is there twice.
func (m *Map) repeats() bool {
	for i, k := range m.keys {
		if slices.Contains(m.keys[:i], k) {
			return true
		}
	}
	return false
}

func (m *Map) equalKeys(a, b string) bool {
	if m.fold {
		return equalFold(a, b)
	}
	return a == b
}

func (m *Map) hash(key string) uint64 {
	if !m.fold {
		return maphash.String(seed, key)
	}
	var h maphash.Hash
	h.SetSeed(seed)
	for i := range len(key) {
		h.WriteByte(lower(key[i]))
	}
	return h.Sum64()
}

// equalFold compares two keys without regard to the case of ASCII letters; other letters have to be the same.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if a[i] != b[i] && lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}
