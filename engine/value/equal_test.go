package value

import (
	"math"
	"math/big"
	"testing"
	"time"
)

func decode(t testing.TB, text string) Value {
	t.Helper()
	v, err := DecodeJSONText(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEqual(t *testing.T) {
	at := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	macro := Opaque("m")
	tests := []struct {
		name      string
		a, b      Value
		want      bool // ==
		identical bool // the method
	}{
		{"nulls", Null, Null, true, true},
		{"null and false", Null, Bool(false), false, false},
		{"booleans", Bool(true), Bool(true), true, true},
		{"different booleans", Bool(true), Bool(false), false, false},
		{"boolean and text", Bool(true), String("true"), false, false},
		{"integer and double", Int(1), Float(1), true, false},
		{"integer and text", Int(1), String("1"), false, false},
		{"integers exactly", Int(9007199254740993), Int(9007199254740992), false, false},
		{"integer and double as doubles", Int(9007199254740993), Float(9007199254740992), true, false},
		{"big integers", decode(t, "123456789012345678901234567890"), decode(t, "123456789012345678901234567890"), true, true},
		{"big integers exactly", decode(t, "123456789012345678901234567890"), decode(t, "123456789012345678901234567891"), false, false},
		{"big integer and double", decode(t, "123456789012345678901234567890"), Float(123456789012345680000000000000), true, false},
		{"big integer and integer", decode(t, "123456789012345678901234567890"), Int(1), false, false},
		{"decimals of different scale", mustDecimal(t, "1.10"), mustDecimal(t, "1.1"), true, false},
		{"decimal and double", mustDecimal(t, "1.10"), Float(1.1), true, false},
		{"decimal and integer", mustDecimal(t, "2.00"), Int(2), true, false},
		{"decimal and big integer", mustDecimal(t, "123456789012345678901234567890.0"), decode(t, "123456789012345678901234567890"), true, false},
		{"zeros", Float(0), Float(math.Copysign(0, -1)), true, false},
		{"not a number", Float(math.NaN()), Float(math.NaN()), false, true},
		{"strings", String("a"), String("a"), true, true},
		{"different strings", String("a"), String("b"), false, false},
		{"string and null", String(""), Null, false, false},
		{"lists", decode(t, `[1,[2]]`), decode(t, `[1.0,[2]]`), true, false},
		{"lists of different length", decode(t, `[1]`), decode(t, `[1,2]`), false, false},
		{"list and its text", decode(t, `[1]`), String("[1]"), false, false},
		{"maps in any order", decode(t, `{"a":1,"b":2}`), decode(t, `{"b":2,"a":1}`), true, false},
		{"maps with other keys", decode(t, `{"a":null}`), decode(t, `{"b":null}`), false, false},
		{"maps with other values", decode(t, `{"a":[1]}`), decode(t, `{"a":[2]}`), false, false},
		{"maps of different length", decode(t, `{"a":1}`), decode(t, `{"a":1,"b":2}`), false, false},
		{"same instant, other zone", Time(at), Time(at.In(time.FixedZone("", 3600))), true, false},
		{"time and its text", Time(at), String(JavaText(Time(at))), false, false},
		{"opaque with itself", macro, macro, true, true},
		{"opaque with an equal one", macro, Opaque("m"), false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, pair := range [][2]Value{{tt.a, tt.b}, {tt.b, tt.a}} {
				if got := Equal(pair[0], pair[1]); got != tt.want {
					t.Errorf("%v == %v is %v, want %v", pair[0], pair[1], got, tt.want)
				}
				if got := pair[0].Equal(pair[1]); got != tt.identical {
					t.Errorf("%v is identical to %v: %v, want %v", pair[0], pair[1], got, tt.identical)
				}
			}
		})
	}
}

func TestCompare(t *testing.T) {
	big30 := decode(t, "123456789012345678901234567890")
	tests := []struct {
		a, b  Value
		order int
		ok    bool
	}{
		{Int(1), Int(2), -1, true},
		{Int(2), Float(1.5), 1, true},
		{Int(9007199254740992), Int(9007199254740993), -1, true},
		{big30, Int(math.MaxInt64), 1, true},
		{Int(math.MinInt64), big30, -1, true},
		{big30, Float(math.Inf(1)), -1, true},
		{big30, mustDecimal(t, "123456789012345678901234567890.5"), -1, true},
		{mustDecimal(t, "1.10"), mustDecimal(t, "1.09"), 1, true},
		{mustDecimal(t, "-1e3"), Int(-1000), 0, true},
		{Float(math.NaN()), Int(1), -1, false},
		{Int(1), String("2"), 0, false},
		{Null, Int(1), 0, false},
		{String("a"), String("b"), 0, false},
	}
	for _, tt := range tests {
		order, ok := Compare(tt.a, tt.b)
		if ok != tt.ok || ok && order != tt.order {
			t.Errorf("Compare(%v, %v) = %d, %v, want %d, %v", tt.a, tt.b, order, ok, tt.order, tt.ok)
		}
		if back, backOK := Compare(tt.b, tt.a); backOK != ok || ok && back != -order {
			t.Errorf("Compare(%v, %v) = %d, %v, the other way round %d, %v", tt.b, tt.a, back, backOK, order, ok)
		}
	}
}

func TestTruth(t *testing.T) {
	tests := []struct {
		v         Value
		truth, ok bool
	}{
		{Bool(true), true, true},
		{Bool(false), false, true},
		{Int(0), false, true},
		{Int(-1), true, true},
		{BigInt(new(big.Int).Lsh(big.NewInt(1), 64)), true, true},
		{Float(0), false, true},
		{Float(math.Copysign(0, -1)), false, true},
		{Float(0.1), true, true},
		{Float(math.Inf(-1)), true, true},
		{Float(math.NaN()), false, true},
		{mustDecimal(t, "0.00"), false, true},
		{mustDecimal(t, "0.10"), true, true},
		{String(""), false, true},
		{String(" "), true, true},
		{String("false"), true, true},
		{String("0"), true, true},
		{Null, false, false},
		{ListOf(Int(1)), false, false},
		{MapOf("a", Int(1)), false, false},
		{Time(time.Now()), false, false},
		{Opaque(1), false, false},
	}
	for _, tt := range tests {
		if truth, ok := Truth(tt.v); truth != tt.truth || ok != tt.ok {
			t.Errorf("Truth(%v) = %v, %v, want %v, %v", tt.v, truth, ok, tt.truth, tt.ok)
		}
	}
}
