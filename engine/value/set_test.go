package value

import (
	"fmt"
	"math"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestSetMatchesEqual checks that a set has the values that are equal to one of its items, and no others.
func TestSetMatchesEqual(t *testing.T) {
	at := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	items := []Value{
		Null, Bool(true), Bool(false), Int(0), Int(1), Int(9007199254740992), Int(9007199254740993), Float(0), Float(math.Copysign(0, -1)), Float(1),
		Float(9007199254740992), Float(1.1), Float(math.NaN()), Float(math.Inf(1)), Float(123456789012345680000000000000), Float(1 << 63),
		decode(t, "9223372036854775808"), decode(t, "123456789012345678901234567890"), decode(t, "123456789012345678901234567891"),
		BigInt(new(big.Int).Lsh(big.NewInt(1), 1500)), BigInt(new(big.Int).Lsh(big.NewInt(3), 1500)), decode(t, "-123456789012345678901234567890"),
		mustDecimal(t, "1.10"), mustDecimal(t, "1.1"), mustDecimal(t, "1.00"), mustDecimal(t, "123456789012345678901234567890.0"),
		mustDecimal(t, "9007199254740993.00"), mustDecimal(t, "1e3"), Int(1000),
		String(""), String("1"), String("null"), Time(at), Time(at.In(time.FixedZone("", 3600))), Time(at.Add(1)), Opaque(1), Opaque(1),
		decode(t, `[]`), decode(t, `{}`), decode(t, `[1,[2]]`), decode(t, `[1.0,[2]]`), decode(t, `[[2],1]`),
		decode(t, `{"a":1,"b":2}`), decode(t, `{"b":2.0,"a":1}`), decode(t, `{"a":2,"b":1}`), decode(t, `{"A":1,"B":2}`),
	}
	for _, item := range items {
		var s Set
		s.Add(item)
		for _, v := range items {
			if got, want := s.Has(v), Equal(item, v); got != want {
				t.Errorf("the set of %v has %v: %v, want %v", item, v, got, want)
			}
			if got, want := Equal(item, v), Equal(v, item); got != want {
				t.Errorf("%v == %v is %v, the other way round %v", item, v, got, want)
			}
		}
	}
}

func TestSetModel(t *testing.T) {
	small := rapid.OneOf(values(1), rapid.Map(rapid.Int64Range(-2, 2), Int), rapid.SampledFrom([]Value{Float(1), Float(-2), ListOf(Int(1)), ListOf(Float(1))}))
	rapid.Check(t, func(t *rapid.T) {
		var s Set
		var added []Value
		for _, v := range rapid.SliceOfN(small, 0, 40).Draw(t, "values") {
			want := Index(ListOf(added...).List(), v) < 0
			if got := s.Add(v); got != want {
				t.Fatalf("Add(%v) to %v = %v, want %v", v, added, got, want)
			}
			if want {
				added = append(added, v)
			}
		}
	})
}

// TestContainsAllOfLongLists checks that long lists, and integers that are equal as doubles, take no time that grows with the
// square of the length: this test would run for hours.
func TestContainsAllOfLongLists(t *testing.T) {
	const n = 100_000
	items, others := make([]Value, n), make([]Value, n)
	for i := range n {
		wide := new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 300), big.NewInt(int64(i)))
		items[i] = ListOf(Int(int64(i)), BigInt(wide))
		others[n-1-i] = ListOf(Float(float64(i)), BigInt(wide))
	}
	l, m := ListOf(items...), ListOf(others...)
	if found, ok := Contains(l, m); !found || !ok {
		t.Errorf("Contains = %v, %v", found, ok)
	}
	if rest := l.List().Minus(m).List().Len(); rest != 0 {
		t.Errorf("%d items are left", rest)
	}
}

func TestFoldingMapsAreEqualByTheirKeys(t *testing.T) {
	fold := NewFoldMap(1)
	fold.Set("X-A", Int(1))
	for _, members := range []int{0, 20} {
		plain := NewMap(1)
		for i := range members {
			plain.Set(fmt.Sprint(i), Null)
			fold.Set(fmt.Sprint(i), Null)
		}
		plain.Set("x-a", Int(1))
		if a, b := FromMap(plain), FromMap(fold); Equal(a, b) || Equal(b, a) {
			t.Errorf("keys of other case are equal in maps with %d more members", members)
		}
	}
}
