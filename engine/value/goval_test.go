package value

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFromGoAndBack(t *testing.T) {
	big64 := new(big.Int).Lsh(big.NewInt(1), 64)
	at := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name string
		in   any
		want Value
		back any
	}{
		{"nil", nil, Null, nil},
		{"bool", true, Bool(true), true},
		{"string", "a", String("a"), "a"},
		{"int", -1, Int(-1), int64(-1)},
		{"int8", int8(-1), Int(-1), int64(-1)},
		{"int16", int16(-1), Int(-1), int64(-1)},
		{"int32", int32(-1), Int(-1), int64(-1)},
		{"int64", int64(math.MinInt64), Int(math.MinInt64), int64(math.MinInt64)},
		{"uint", uint(1), Int(1), int64(1)},
		{"uint8", uint8(255), Int(255), int64(255)},
		{"uint16", uint16(1), Int(1), int64(1)},
		{"uint32", uint32(1), Int(1), int64(1)},
		{"uint64 beyond int64", uint64(math.MaxUint64), decode(t, "18446744073709551615"), new(big.Int).Sub(big64, big.NewInt(1))},
		{"float32", float32(1.5), Float(1.5), 1.5},
		{"float64", 0.1, Float(0.1), 0.1},
		{"big.Int", big64, decode(t, "18446744073709551616"), big64},
		{"small big.Int", big.NewInt(7), Int(7), int64(7)},
		{"json.Number", json.Number("12"), Int(12), int64(12)},
		{"json.Number with a fraction", json.Number("1.10"), Float(1.1), 1.1},
		{"time", at, Time(at), at},
		{"Value", Int(1), Int(1), int64(1)},
		{"values", []Value{Int(1)}, ListOf(Int(1)), []any{int64(1)}},
		{"strings", []string{"a", "b"}, Strings([]string{"a", "b"}), []any{"a", "b"}},
		{"list", []any{1, nil, []any{}}, ListOf(Int(1), Null, ListOf()), []any{int64(1), nil, []any{}}},
		{"map", map[string]any{"b": 1, "a": map[string]any{}}, MapOf("a", MapOf(), "b", Int(1)), map[string]any{"a": map[string]any{}, "b": int64(1)}},
		{"map of strings", map[string]string{"b": "1", "a": "2"}, MapOf("a", String("2"), "b", String("1")), map[string]any{"a": "2", "b": "1"}},
	}
	sameBig := cmp.Comparer(func(a, b *big.Int) bool { return a.Cmp(b) == 0 })
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := FromGo(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("FromGo (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.back, ToGo(got), sameBig); diff != "" {
				t.Errorf("ToGo (-want +got):\n%s", diff)
			}
		})
	}
}

func TestToGoOfLanguageValues(t *testing.T) {
	if got := ToGo(mustDecimal(t, "1.10")); got != json.Number("1.10") {
		t.Errorf("ToGo of a decimal = %#v", got)
	}
	if got := ToGo(Opaque("x")); got != "x" {
		t.Errorf("ToGo of an opaque value = %#v", got)
	}
}

func TestFromGoRefuses(t *testing.T) {
	tests := []struct {
		name string
		in   any
		want string
	}{
		{"unknown type", struct{ A int }{}, "type struct { A int } has no value"},
		{"inside a list", []any{make(chan int)}, "type chan int has no value"},
		{"inside a map", map[string]any{"a": complex(1, 1)}, "type complex128 has no value"},
		{"empty json.Number", json.Number(""), `json.Number is invalid: ""`},
		{"bad json.Number", json.Number("1x"), `json.Number is invalid: "1x"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := FromGo(tt.in)
			if err == nil || err.Error() != tt.want {
				t.Errorf("FromGo error = %v, want %s", err, tt.want)
			}
		})
	}
}

func TestFromGoCopiesBigInt(t *testing.T) {
	n := new(big.Int).Lsh(big.NewInt(1), 70)
	v, err := FromGo(n)
	if err != nil {
		t.Fatal(err)
	}
	n.SetInt64(1)
	if got := JSON(v); got != "1180591620717411303424" {
		t.Errorf("value changed with its source: %s", got)
	}
}
