package value

import (
	"math/big"
	"testing"
	"time"
)

// TestAccessors checks that every accessor returns the value of its own kind, and a zero value for any other.
func TestAccessors(t *testing.T) {
	at := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	wide := new(big.Int).Lsh(big.NewInt(1), 64)
	tests := []struct {
		v      Value
		kind   Kind
		name   string
		number bool
	}{
		{Null, KindNull, "null", false},
		{Bool(true), KindBool, "boolean", false},
		{Int(7), KindInt, "integer", true},
		{BigInt(wide), KindBigInt, "integer", true},
		{Float(1.5), KindFloat, "double", true},
		{mustDecimal(t, "1.10"), KindDecimal, "decimal", true},
		{String("s"), KindString, "string", false},
		{ListOf(Int(1)), KindList, "list", false},
		{MapOf("a", Int(1)), KindMap, "map", false},
		{Time(at), KindTime, "date", false},
		{Opaque(at), KindOpaque, "opaque", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, k := tt.v, tt.kind
			if v.Kind() != k || k.String() != tt.name || v.IsNumber() != tt.number || v.IsNull() != (k == KindNull) {
				t.Errorf("kind %v (%s), number %v, null %v", v.Kind(), k, v.IsNumber(), v.IsNull())
			}
			if _, ok := v.AsFloat(); ok != tt.number {
				t.Errorf("AsFloat ok = %v", ok)
			}
			_, _, isDecimal := v.Decimal()
			for accessor, own := range map[string]struct {
				kind   Kind
				filled bool
			}{
				"Bool": {KindBool, v.Bool()}, "Int": {KindInt, v.Int() == 7}, "Float": {KindFloat, v.Float() == 1.5}, "Str": {KindString, v.Str() == "s"},
				"List": {KindList, v.List().Len() == 1}, "Map": {KindMap, v.Map().Len() == 1}, "Time": {KindTime, v.Time().Equal(at)},
				"Opaque": {KindOpaque, v.Opaque() == any(at)}, "Decimal": {KindDecimal, isDecimal},
			} {
				if own.filled != (own.kind == k) {
					t.Errorf("%s of a %v is filled: %v", accessor, k, own.filled)
				}
			}
			if got := v.BigInt() != nil; got != (k == KindInt || k == KindBigInt) {
				t.Errorf("BigInt of a %v is there: %v", k, got)
			}
		})
	}
}

func TestIteration(t *testing.T) {
	for i, item := range decode(t, `[0,1,2]`).List().All() {
		if item.Int() != int64(i) {
			t.Errorf("item %d is %v", i, item)
		}
	}
	m := decode(t, `{"a":0,"b":1,"c":2}`).Map()
	if got := JSON(m.Values()); got != "[0,1,2]" {
		t.Errorf("Values = %s", got)
	}
	seen := ""
	for key := range m.All() {
		if seen += key; key == "b" {
			break
		}
	}
	if seen != "ab" {
		t.Errorf("saw %q before the break", seen)
	}
}
