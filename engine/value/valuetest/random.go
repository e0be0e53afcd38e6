package valuetest

import (
	"math/rand/v2"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Variables returns variables such as an execution has, with values of any kind. The same seed gives the same.
func Variables(seed uint64) *value.Map {
	r := rand.New(rand.NewPCG(seed, seed))
	vars := value.NewMap(4)
	for _, name := range []string{"trigger", "flow", "outputs", "a", "b", "x"} {
		if r.IntN(8) > 0 {
			vars.Set(name, random(r, 4))
		}
	}
	return vars
}

// random returns a value that is nested at most depth deep.
func random(r *rand.Rand, depth int) value.Value {
	n := 10
	if depth == 0 {
		n = 8
	}
	if depth > 2 && r.IntN(2) == 0 {
		n = 10
	}
	switch r.IntN(n) {
	case 0:
		return value.Null
	case 1:
		return value.Bool(r.IntN(2) == 0)
	case 2:
		return value.Int(r.Int64N(20) - 5)
	case 3:
		return value.Int(r.Int64())
	case 4:
		v, _ := value.DecodeJSONText("123456789012345678901234567890")
		return v
	case 5:
		return value.Float([]float64{0, 1, -1.5, 1e21, 1e-7}[r.IntN(5)])
	case 6, 7:
		return value.String([]string{"", " ", "world", "12", "a,b", "{{ a }}", "é🚀", "[1]", "dGVzdA=="}[r.IntN(9)])
	case 8:
		items := make([]value.Value, r.IntN(4))
		for i := range items {
			items[i] = random(r, depth-1)
		}
		return value.ListOf(items...)
	default:
		m := value.NewMap(4)
		for _, key := range []string{"body", "hello", "n", "list", "map", "headers", "size", "id", "text"} {
			if r.IntN(2) == 0 {
				m.Set(key, random(r, depth-1))
			}
		}
		return value.FromMap(m)
	}
}
