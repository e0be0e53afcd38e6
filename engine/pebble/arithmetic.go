package pebble

import (
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// arithmetic returns the operation of `+`, `-`, `*`, `/` or `%`, or nil for another operator. Besides numbers, strings
// that are numbers have an arithmetic, `+` joins when either side is a string, and lists have `+` and `-`
// (spec/expressions.md §1.7). Unlike in Kestra integers do not wrap at 64 bits.
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
				return st.calculate("addition", value.Add, a, b)
			}
		}
	case "-":
		return func(st *state, a, b value.Value) (value.Value, error) {
			if a.Kind() == value.KindList {
				return st.listMinus(a, b)
			}
			return st.calculate("subtraction", value.Sub, a, b)
		}
	case "*":
		return func(st *state, a, b value.Value) (value.Value, error) {
			return st.calculate("multiplication", value.Mul, a, b)
		}
	case "/":
		return func(st *state, a, b value.Value) (value.Value, error) {
			return st.calculate("division", value.Div, a, b)
		}
	case "%":
		return func(st *state, a, b value.Value) (value.Value, error) {
			return st.calculate("modulus", value.Rem, a, b)
		}
	default:
		return nil
	}
}

func (st *state) calculate(what string, do func(a, b value.Value) (value.Value, error), a, b value.Value) (value.Value, error) {
	if st != nil { // it is nil while literals are folded
		if err := st.charge((len(a.Str()) + len(b.Str())) / textPerChange); err != nil {
			return value.Null, err
		}
	}
	x, ok1 := value.Number(a)
	y, ok2 := value.Number(b)
	if !ok1 || !ok2 {
		return value.Null, evaluationError("could not perform %s of %s and %s", what, describe(a), describe(b))
	}
	if st != nil {
		if err := st.charge(digitCost(x) + digitCost(y)); err != nil {
			return value.Null, err
		}
	}
	v, err := do(x, y)
	if err != nil {
		return value.Null, numberError(err)
	}
	return v, nil
}

// digitCost is what an operation on a number costs, in steps, beyond what it does on one of 64 bits.
func digitCost(v value.Value) int {
	switch v.Kind() {
	case value.KindBigInt:
		return v.BigInt().BitLen() / 16
	case value.KindDecimal:
		unscaled, scale, _ := v.Decimal()
		return 10 + unscaled.BitLen()/16 + max(scale, -scale)/4
	default:
		return 0
	}
}

// numberError gives an error of the arithmetic its class: numbers may grow only so far.
func numberError(err error) error {
	f := &fault{class: ClassEvaluation, at: -1, msg: err.Error(), err: err}
	if errors.Is(err, value.ErrNumberSize) {
		f.class = ClassLimit
	}
	return f
}

// describe names the type of an operand in an error, without its value.
func describe(v value.Value) string {
	if v.Kind() == value.KindString {
		return "a string that is no number"
	}
	return v.Kind().String()
}

// negate is unary minus; unlike the binary operators it lets a raw Java exception escape in Kestra.
func negate(v value.Value) (value.Value, error) {
	n, ok := value.Number(v)
	if !ok {
		return value.Null, runtimeError("could not negate %s", describe(v))
	}
	r, err := value.Neg(n)
	if err != nil {
		return value.Null, numberError(err)
	}
	return r, nil
}

// plus is unary plus.
func plus(v value.Value) (value.Value, error) {
	n, ok := value.Number(v)
	if !ok {
		return value.Null, runtimeError("could not take %s as a number", describe(v))
	}
	return n, nil
}
