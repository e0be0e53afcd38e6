package value

import (
	"hash/maphash"
	"math"
)

// Set holds values that are not [Equal] to each other. Looking up takes the same time however many there are, so it
// bounds what contains, -, and distinct cost on lists that a request chose. The zero Set is empty and ready.
//
// One pair that is Equal counts as different, so that nobody can fill one bucket with it: an integer beyond 64 bits and
// a double, inside a list or a map. As items of their own they are the same here too.
type Set struct {
	buckets map[uint64][]Value
	wide    map[float64]wideNumbers
}

// wideNumbers says what numbers beyond 64 bits a set has that are one as doubles: those differ among integers, but each
// equals the double.
type wideNumbers struct{ double, other bool }

// setOf returns the set of the items of l.
func setOf(l *List) *Set {
	s := &Set{buckets: make(map[uint64][]Value, l.Len())}
	for _, item := range l.Slice() {
		s.Add(item)
	}
	return s
}

// Add puts v into the set and reports whether it was new. NaN, which equals nothing, is always new.
func (s *Set) Add(v Value) bool {
	h := hash(v)
	if s.has(v, h) {
		return false
	}
	if s.buckets == nil {
		s.buckets = make(map[uint64][]Value)
	}
	s.buckets[h] = append(s.buckets[h], v)
	if f, ok := wide(v); ok {
		if s.wide == nil {
			s.wide = make(map[float64]wideNumbers)
		}
		had := s.wide[f]
		s.wide[f] = wideNumbers{had.double || v.kind == KindFloat, had.other || v.kind != KindFloat}
	}
	return true
}

// Has reports whether the set has a value that is equal to v.
func (s *Set) Has(v Value) bool { return s.has(v, hash(v)) }

func (s *Set) has(v Value, h uint64) bool {
	if f, ok := wide(v); ok {
		if had := s.wide[f]; had.double || had.other && v.kind == KindFloat {
			return true
		}
	}
	for _, item := range s.buckets[h] {
		if Equal(item, v) {
			return true
		}
	}
	return false
}

// wide returns the double of a number that is beyond 64 bits, and whether v is one.
func wide(v Value) (float64, bool) {
	if v.kind != KindFloat && v.kind != KindBigInt && v.kind != KindDecimal {
		return 0, false
	}
	f, _ := v.AsFloat()
	return f, math.Abs(f) >= 1<<63
}

// hash gives values that are equal one number, but for those that the comment of Set names. Integers beyond 64 bits are
// hashed with all their digits: a request can make any number of them that are one as doubles. Of smaller ones at most
// a thousand are.
func hash(v Value) uint64 {
	switch v.kind {
	case KindInt, KindFloat:
		f, _ := v.AsFloat()
		return hashFloat(f)
	case KindBigInt:
		return maphash.Bytes(seed, v.BigInt().Bytes())
	case KindDecimal:
		d := &decimal{v.decimal().unscaled, v.decimal().scale}
		d.strip(0)
		if d.scale <= 0 {
			if n := BigInt(d.at(0)); n.kind == KindBigInt {
				return hash(n)
			}
		}
		return hashFloat(d.float())
	case KindString:
		return maphash.String(seed, v.Str())
	case KindTime:
		return maphash.Comparable(seed, v.Time().UnixNano())
	case KindOpaque:
		if d, ok := v.Opaque().(Duration); ok {
			return maphash.Comparable(seed, d)
		}
		return maphash.Comparable(seed, v.ptr)
	case KindList:
		h := uint64(KindList)
		for _, item := range v.List().Slice() {
			h = mix(h, hash(item))
		}
		return h
	case KindMap:
		h := uint64(KindMap)
		for key, member := range v.Map().All() {
			h += mix(maphash.String(seed, key), hash(member)) // in any order
		}
		return h
	default: // null and booleans
		return mix(uint64(v.kind), v.num)
	}
}

func hashFloat(f float64) uint64 {
	return maphash.Comparable(seed, math.Float64bits(f+0)) // -0 + 0 is 0: both zeros are equal
}

func mix(a, b uint64) uint64 { return maphash.Comparable(seed, [2]uint64{a, b}) }
