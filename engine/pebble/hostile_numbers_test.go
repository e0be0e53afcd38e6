package pebble

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// hostileNumbers are numbers that a careless conversion to an integer or an index turns into nonsense.
func hostileNumbers() []value.Value {
	huge := new(big.Int).Lsh(big.NewInt(1), 70)
	numbers := []value.Value{value.Int(math.MaxInt64), value.Int(math.MinInt64), value.BigInt(huge), value.BigInt(new(big.Int).Neg(huge))}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e300, 9.3e18, -0.5, 1.5} {
		numbers = append(numbers, value.Float(f))
	}
	return numbers
}

// TestHostileNumbers gives such numbers to every filter, function and method, as their subject and as their arguments. Any
// result is right, but nothing may panic.
func TestHostileNumbers(t *testing.T) {
	e := New(Options{})
	values := value.ListOf(value.Int(1), value.Int(2), value.Int(3))
	subjects := append([]value.Value{value.String("abc"), values, value.MapOf("a", value.Int(1))}, hostileNumbers()...)
	var calls []string
	for name, f := range e.registry.filters {
		for n := range min(3, len(f.Parameters)) + 1 {
			calls = append(calls, fmt.Sprintf("v | %s(%s)", name, strings.Join([]string{"a", "b", "b"}[:n], ", ")))
		}
	}
	for name, f := range e.registry.functions {
		for n := range min(3, len(f.Parameters)) + 1 {
			calls = append(calls, fmt.Sprintf("%s(%s)", name, strings.Join([]string{"v", "a", "b"}[:n], ", ")))
		}
	}
	for _, table := range e.methods {
		for name := range table {
			calls = append(calls, "v."+name+"()", "v."+name+"(a)", "v."+name+"(a, b)")
		}
	}
	calls = append(calls, "v[a]", "v[a:b]", "v .. a", "v + a", "v - a", "v * a", "v / a", "v % a", "v == a", "v < a", "v contains a")
	tried := 0
	for _, call := range calls {
		tmpl, err := e.Compile("{{ " + call + " }}")
		if err != nil {
			continue // too many arguments, or one that must be a literal
		}
		for _, v := range subjects {
			for i, a := range hostileNumbers() {
				b := hostileNumbers()[(i+1)%len(hostileNumbers())]
				_, err := tmpl.Render(&Context{Vars: value.MapOf("v", v, "a", a, "b", b).Map()})
				if failed := new(Error); err != nil && !errors.As(err, &failed) {
					t.Errorf("%s: the error is no [Error]: %v", call, err)
				}
				tried++
			}
		}
	}
	if tried < 10_000 {
		t.Errorf("only %d calls were tried", tried)
	}
}
