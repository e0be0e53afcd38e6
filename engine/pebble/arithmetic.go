package pebble

import (
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// arithmetic returns the operation of `+`, `-`, `*`, `/` or `%`, or nil for another operator. Besides numbers, strings
// that are numbers have an arithmetic, `+` joins when either side is a string, and lists have `+` and `-`.
// Unlike in Kestra integers do not wrap at 64 bits.
func arithmetic(op string) operation {
	switch op {
	case "+":
		return func(st *state, a, b value.Value) (value.Value, error) {
			switch {
			case a.Kind() == value.KindString || b.Kind() == value.KindString:
				return st.plusText(a, b)
			case a.Kind() == value.KindList:
				return st.listPlus(a.List(), b)
			default:
				return st.budget().Calculate("addition", value.Add, a, b)
			}
		}
	case "-":
		return func(st *state, a, b value.Value) (value.Value, error) {
			if a.Kind() == value.KindList {
				return st.listMinus(a, b)
			}
			return st.budget().Calculate("subtraction", value.Sub, a, b)
		}
	case "*":
		return func(st *state, a, b value.Value) (value.Value, error) {
			return st.budget().Calculate("multiplication", value.Mul, a, b)
		}
	case "/":
		return func(st *state, a, b value.Value) (value.Value, error) {
			return st.budget().Calculate("division", value.Div, a, b)
		}
	case "%":
		return func(st *state, a, b value.Value) (value.Value, error) {
			return st.budget().Calculate("modulus", value.Rem, a, b)
		}
	default:
		return nil
	}
}

// negate is unary minus; unlike the binary operators it lets a raw Java exception escape in Kestra.
func negate(v value.Value) (value.Value, error) {
	n, ok := value.Number(v)
	if !ok {
		return value.Null, runtimeError("could not negate %s", meter.DescribeOperand(v))
	}
	r, err := value.Neg(n)
	if err != nil {
		return value.Null, meter.NumberError(err)
	}
	return r, nil
}

// plus is unary plus.
func plus(v value.Value) (value.Value, error) {
	n, ok := value.Number(v)
	if !ok {
		return value.Null, runtimeError("could not take %s as a number", meter.DescribeOperand(v))
	}
	return n, nil
}
