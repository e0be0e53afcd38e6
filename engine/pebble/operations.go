package pebble

import (
	"math"
	"math/big"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// truth is the truth of an operand of `and`, `or`, `not` and `?:`; where names it in errors.
func truth(v value.Value, where string) (bool, error) {
	ok, has := value.Truth(v)
	switch {
	case has:
		return ok, nil
	case v.IsNull():
		return false, evaluationError("null has no truth value in %q", where)
	case where == "not":
		return false, evaluationError("%s has no truth value in %q", v.Kind(), where)
	default:
		return false, runtimeError("%s has no truth value in %q", v.Kind(), where)
	}
}

// comparison returns the operation of `<`, `>`, `<=` or `>=`: of numbers, and false when a side is null.
func comparison(op string) operation {
	var holds func(order int) bool
	switch op {
	case "<":
		holds = func(order int) bool { return order < 0 }
	case ">":
		holds = func(order int) bool { return order > 0 }
	case "<=":
		holds = func(order int) bool { return order <= 0 }
	default:
		holds = func(order int) bool { return order >= 0 }
	}
	return func(st *state, a, b value.Value) (value.Value, error) {
		if a.IsNull() || b.IsNull() {
			return value.Bool(false), nil
		}
		if !a.IsNumber() || !b.IsNumber() {
			return value.Null, evaluationError("%q compares numbers, not %s with %s", op, a.Kind(), b.Kind())
		}
		if st != nil { // it is nil while literals are folded
			if err := st.ChargeNumbers(a, b); err != nil {
				return value.Null, err
			}
		}
		order, ok := value.Compare(a, b)
		return value.Bool(ok && holds(order)), nil
	}
}

func contains(st *state, a, b value.Value) (value.Value, error) {
	if err := st.ChargeLookup(a, b); err != nil {
		return value.Null, err
	}
	found, ok := value.Contains(a, b)
	if !ok {
		return value.Null, evaluationError("contains needs a list, a map or a string, not %s", a.Kind())
	}
	return value.Bool(found), nil
}

func isIn(st *state, a, b value.Value) (value.Value, error) {
	if err := st.WalkText(a); err != nil {
		return value.Null, err
	}
	if err := st.Walk(b); err != nil {
		return value.Null, err
	}
	return value.Bool(value.In(a, b)), nil
}

// plusText is `+` with a string on either side.
func (st *state) plusText(a, b value.Value) (value.Value, error) {
	left, err := st.JavaText(a)
	if err != nil {
		return value.Null, err
	}
	right, err := st.JavaText(b)
	if err != nil {
		return value.Null, err
	}
	if err := st.ChargeOutput(len(left) + len(right)); err != nil {
		return value.Null, err
	}
	return value.String(left + right), nil
}

// listPlus is `+` on a list.
func (st *state) listPlus(a *value.List, b value.Value) (value.Value, error) {
	if err := st.ChargeItems(a.Len() + max(1, b.List().Len())); err != nil {
		return value.Null, err
	}
	return a.Plus(b), nil
}

// listMinus is `-` on a list.
func (st *state) listMinus(from, b value.Value) (value.Value, error) {
	if err := st.ChargeLookup(from, b); err != nil {
		return value.Null, err
	}
	return from.List().Minus(b), nil
}

// span is `a..b` and range(): whole numbers from a to b, both included, or the characters between two.
func (st *state) span(a, b, step value.Value) (value.Value, error) {
	if x, ok := character(a); ok {
		if y, ok := character(b); ok {
			by, ok := meter.Whole(step)
			if !ok {
				return value.Null, evaluationError("the increment of a range must be a number, not %s", step.Kind())
			}
			return st.progression(int64(x), int64(y), by, func(n int64) value.Value { return value.String(string(rune(n))) })
		}
	}
	from, ok1 := meter.Whole(a)
	to, ok2 := meter.Whole(b)
	by, ok3 := meter.Whole(step)
	if ok1 && ok2 && ok3 {
		return st.progression(from, to, by, value.Int)
	}
	if from, to, by := bigWhole(a), bigWhole(b), bigWhole(step); from != nil && to != nil && by != nil {
		return st.bigProgression(from, to, by)
	}
	return value.Null, evaluationError("range needs two numbers or two characters, not %s and %s", a.Kind(), b.Kind())
}

func (st *state) progression(from, to, by int64, item func(int64) value.Value) (value.Value, error) {
	if by == 0 {
		return value.Null, evaluationError("the increment of a range can not be 0")
	}
	var count uint64 // how many steps fit between from and to
	switch {
	case by > 0 && from <= to:
		count = (uint64(to)-uint64(from))/uint64(by) + 1
	case by < 0 && from >= to:
		count = (uint64(from)-uint64(to))/uint64(-by) + 1
	}
	if count > uint64(st.MaxItems()) {
		return value.Null, st.TooManyItems()
	}
	if err := st.ChargeItems(int(count)); err != nil {
		return value.Null, err
	}
	out := make([]value.Value, count)
	for i := range out {
		out[i] = item(from + int64(i)*by)
	}
	return value.ListOf(out...), nil
}

// bigProgression is progression where a number does not fit 64 bits.
func (st *state) bigProgression(from, to, by *big.Int) (value.Value, error) {
	steps := new(big.Int).Sub(to, from)
	if steps.Sign()*by.Sign() < 0 {
		return value.ListOf(), nil
	}
	if by.Sign() == 0 {
		return value.Null, evaluationError("the increment of a range can not be 0")
	}
	if steps.Quo(steps, by); !steps.IsInt64() || steps.Int64() >= int64(st.MaxItems()) {
		return value.Null, st.TooManyItems()
	}
	count := int(steps.Int64()) + 1
	if err := st.Charge(count * (1 + from.BitLen()/16)); err != nil {
		return value.Null, err
	}
	if err := st.ChargeItems(count); err != nil {
		return value.Null, err
	}
	out := make([]value.Value, count)
	for i := range out {
		n := new(big.Int).Mul(by, big.NewInt(int64(i)))
		out[i] = value.BigInt(n.Add(n, from))
	}
	return value.ListOf(out...), nil
}

// bigWhole returns the integer part of a number; nil for what is none.
func bigWhole(v value.Value) *big.Int {
	if n := v.BigInt(); n != nil {
		return n
	}
	f, ok := v.AsFloat()
	if !ok || math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	n, _ := big.NewFloat(f).Int(nil)
	return n
}

// character returns the one character of a string that has one.
func character(v value.Value) (rune, bool) {
	r, size := utf8.DecodeRuneInString(v.Str())
	return r, size > 0 && size == len(v.Str())
}
