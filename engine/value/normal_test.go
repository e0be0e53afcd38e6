package value

import (
	"math"
	"testing"
	"time"
)

func TestNormal(t *testing.T) {
	date := Time(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	lazy := NewMap(1)
	lazy.SetLazy("a", func() Value { return Int(1) })
	for name, v := range map[string]Value{
		"null": Null, "a number": Float(1.5), "a text": String("x"), "a date": date, "not a number": Float(math.NaN()),
		"a list with a date": ListOf(Int(1), date, String("x")), "a map with a date": MapOf("a", ListOf(date), "b", Int(1)),
		"a lazy map": FromMap(lazy), "no map": FromMap(nil), "nothing in a list": ListOf(),
	} {
		again, err := DecodeJSONText(JSON(v))
		if err != nil {
			t.Fatal(err)
		}
		if n := Normal(v); !Equal(n, again) || n.Kind() != again.Kind() || JSON(n) != JSON(again) {
			t.Errorf("%s is %s %v, want %s %v", name, n.Kind(), n, again.Kind(), again)
		}
	}
	plain := MapOf("a", ListOf(Int(1), MapOf("b", String("x"))))
	if n := Normal(plain); n.Map() != plain.Map() {
		t.Error("a value that is normal was copied")
	}
}
