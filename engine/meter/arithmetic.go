package meter

import (
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Calculate is an operation on two numbers, or texts of numbers, within the budget; what names it in errors. m is nil
// while literals are folded.
func (m *Meter) Calculate(what string, do func(a, b value.Value) (value.Value, error), a, b value.Value) (value.Value, error) {
	if m != nil {
		if err := m.Charge((len(a.Str()) + len(b.Str())) / TextPerChange); err != nil {
			return value.Null, err
		}
	}
	x, ok1 := value.Number(a)
	y, ok2 := value.Number(b)
	if !ok1 || !ok2 {
		return value.Null, EvaluationError("could not perform %s of %s and %s", what, DescribeOperand(a), DescribeOperand(b))
	}
	if m != nil {
		if err := m.Charge(DigitCost(x) + DigitCost(y)); err != nil {
			return value.Null, err
		}
	}
	v, err := do(x, y)
	if err != nil {
		return value.Null, NumberError(err)
	}
	return v, nil
}

// NumberError gives an error of the arithmetic its class: numbers may grow only so far.
func NumberError(err error) error {
	f := &Fault{Class: ClassEvaluation, At: -1, Msg: err.Error(), Err: err}
	if errors.Is(err, value.ErrNumberSize) {
		f.Class = ClassLimit
	}
	return f
}

// DescribeOperand names the type of an operand in an error, without its value.
func DescribeOperand(v value.Value) string {
	if v.Kind() == value.KindString {
		return "a string that is no number"
	}
	return v.Kind().String()
}

// Whole returns the integer part of a number that fits 64 bits.
func Whole(v value.Value) (int64, bool) {
	switch v.Kind() {
	case value.KindInt:
		return v.Int(), true
	case value.KindFloat, value.KindDecimal:
		f, _ := v.AsFloat()
		if f > -9.2e18 && f < 9.2e18 {
			return int64(f), true
		}
	default:
	}
	return 0, false
}
