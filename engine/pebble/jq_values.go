package pebble

import (
	"math"
	"math/bits"
	"slices"
	"strings"

	"github.com/itchyny/gojq"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The values of jq: their types, order and arithmetic. Results that are whole are integers, as jackson-jq has them.

func jqType(v value.Value) string {
	switch v.Kind() {
	case value.KindNull:
		return "null"
	case value.KindBool:
		return "boolean"
	case value.KindInt, value.KindBigInt, value.KindFloat, value.KindDecimal:
		return "number"
	case value.KindList:
		return "array"
	case value.KindMap:
		return "object"
	default: // dates and the like are their text
		return "string"
	}
}

// jqTruth is that of everything but null and false.
func jqTruth(v value.Value) bool {
	return !v.IsNull() && (v.Kind() != value.KindBool || v.Bool())
}

// jqWhole returns a double without a fraction as an integer, where that has 64 bits.
func jqWhole(v value.Value) value.Value {
	if v.Kind() == value.KindFloat {
		if f := v.Float(); f == math.Trunc(f) && f >= -1<<63 && f < 1<<63 {
			return value.Int(int64(f))
		}
	}
	return v
}

// jqOperator is an operator on two values.
type jqOperator func(r *jqRun, a, b value.Value) (value.Value, error)

var jqOperators = map[gojq.Operator]jqOperator{
	gojq.OpAdd: jqAdd, gojq.OpUpdateAdd: jqAdd,
	gojq.OpSub: jqSub, gojq.OpUpdateSub: jqSub,
	gojq.OpMul: jqMul, gojq.OpUpdateMul: jqMul,
	gojq.OpDiv: jqDiv, gojq.OpUpdateDiv: jqDiv,
	gojq.OpMod: jqMod, gojq.OpUpdateMod: jqMod,
	gojq.OpUpdateAlt: func(_ *jqRun, a, b value.Value) (value.Value, error) {
		if jqTruth(a) {
			return a, nil
		}
		return b, nil
	},
	gojq.OpEq: jqOrder(func(n int) bool { return n == 0 }),
	gojq.OpNe: jqOrder(func(n int) bool { return n != 0 }),
	gojq.OpLt: jqOrder(func(n int) bool { return n < 0 }),
	gojq.OpLe: jqOrder(func(n int) bool { return n <= 0 }),
	gojq.OpGt: jqOrder(func(n int) bool { return n > 0 }),
	gojq.OpGe: jqOrder(func(n int) bool { return n >= 0 }),
}

// jqOrder is a comparison. Not-a-number is below every number, itself included.
func jqOrder(holds func(int) bool) jqOperator {
	return func(r *jqRun, a, b value.Value) (value.Value, error) {
		n, err := r.compare(a, b)
		return value.Bool(holds(n)), err
	}
}

// calculate applies an operation to two numbers.
func (r *jqRun) calculate(what string, do func(a, b value.Value) (value.Value, error), a, b value.Value) (value.Value, error) {
	v, err := r.st.Calculate(what, do, a, b)
	if failed, ok := err.(*meter.Fault); ok && failed.Class != ClassLimit { //nolint:errorlint // never wrapped
		return value.Null, jqFail("%s", failed.Msg)
	}
	if err == nil && v.Kind() == value.KindBigInt {
		err = r.st.Allocate(v.BigInt().BitLen() / 8)
	}
	return jqWhole(v), err
}

func jqAdd(r *jqRun, a, b value.Value) (value.Value, error) {
	switch {
	case a.IsNull():
		return b, nil
	case b.IsNull():
		return a, nil
	case a.IsNumber() && b.IsNumber():
		return r.calculate("addition", value.Add, a, b)
	case a.Kind() == value.KindString && b.Kind() == value.KindString:
		if err := r.st.ChargeOutput(len(a.Str()) + len(b.Str())); err != nil {
			return value.Null, err
		}
		return value.String(a.Str() + b.Str()), nil
	case a.Kind() == value.KindList && b.Kind() == value.KindList:
		if err := r.list(a.List().Len() + b.List().Len()); err != nil {
			return value.Null, err
		}
		return a.List().Plus(b), nil
	case a.Kind() == value.KindMap && b.Kind() == value.KindMap:
		return r.st.MergeMap(a.Map(), b.Map())
	default:
		return value.Null, jqMismatch(a, b, "added")
	}
}

func jqSub(r *jqRun, a, b value.Value) (value.Value, error) {
	switch {
	case a.IsNumber() && b.IsNumber():
		return r.calculate("subtraction", value.Sub, a, b)
	case a.Kind() == value.KindList && b.Kind() == value.KindList:
		if err := r.walk(a, b); err != nil {
			return value.Null, err
		}
		if err := r.list(a.List().Len()); err != nil {
			return value.Null, err
		}
		if err := r.object(b.List().Len()); err != nil { // the set of what is left out
			return value.Null, err
		}
		return a.List().Minus(b), nil
	default:
		return value.Null, jqMismatch(a, b, "subtracted")
	}
}

func jqMul(r *jqRun, a, b value.Value) (value.Value, error) {
	switch {
	case a.IsNumber() && b.IsNumber():
		return r.calculate("multiplication", value.Mul, a, b)
	case a.Kind() == value.KindString && b.IsNumber():
		return r.repeat(a, b)
	case a.IsNumber() && b.Kind() == value.KindString:
		return r.repeat(b, a)
	case a.Kind() == value.KindMap && b.Kind() == value.KindMap:
		if err := r.walk(a, b); err != nil {
			return value.Null, err
		}
		return r.mergeDeep(a, b)
	default:
		return value.Null, jqMismatch(a, b, "multiplied")
	}
}

// repeat returns a text some times: the fraction of a number counts only below 1, where the text stays as it is.
func (r *jqRun) repeat(text, times value.Value) (value.Value, error) {
	n, _ := times.AsFloat()
	switch {
	case n <= 0:
		return value.Null, nil
	case n < 2:
		return text, nil
	case math.IsNaN(n):
		return value.String(""), nil
	}
	count := int(min(n, 1<<31))
	if err := r.st.ChargeOutput(count * max(1, len(text.Str()))); err != nil {
		return value.Null, err
	}
	return value.String(strings.Repeat(text.Str(), count)), nil
}

func (r *jqRun) mergeDeep(a, b value.Value) (value.Value, error) {
	if err := r.object(a.Map().Len() + b.Map().Len()); err != nil {
		return value.Null, err
	}
	out := jqCopy(a.Map(), b.Map().Len())
	for key, member := range b.Map().All() {
		if old, ok := out.Get(key); ok && old.Kind() == value.KindMap && member.Kind() == value.KindMap {
			var err error
			if member, err = r.mergeDeep(old, member); err != nil {
				return value.Null, err
			}
		}
		out.Set(key, member)
	}
	return value.FromMap(out), nil
}

func jqDiv(r *jqRun, a, b value.Value) (value.Value, error) {
	switch {
	case a.IsNumber() && b.IsNumber():
		return r.quotient(a, b)
	case a.Kind() == value.KindString && b.Kind() == value.KindString:
		return r.split(a.Str(), b.Str())
	default:
		return value.Null, jqMismatch(a, b, "divided")
	}
}

// quotient divides integers exactly where that gives an integer.
func (r *jqRun) quotient(a, b value.Value) (value.Value, error) {
	x, _ := a.AsFloat()
	y, _ := b.AsFloat()
	if y == 0 {
		return value.Null, jqMismatch(a, b, "divided because the divisor is zero")
	}
	if a.Kind() != value.KindFloat && b.Kind() != value.KindFloat {
		rest, err := r.calculate("modulus", value.Rem, a, b)
		if err != nil {
			return value.Null, err
		}
		if value.Equal(rest, value.Int(0)) {
			return r.calculate("division", value.Div, a, b)
		}
	}
	return jqWhole(value.Float(x / y)), nil
}

// jqMod divides whole numbers: without their fractions, not-a-number as 0, and what is beyond 64 bits as the last one
// there is.
func jqMod(r *jqRun, a, b value.Value) (value.Value, error) {
	if !a.IsNumber() || !b.IsNumber() {
		return value.Null, jqMismatch(a, b, "divided (remainder)")
	}
	x, y := jqInteger(a), jqInteger(b)
	if f, _ := b.AsFloat(); math.IsNaN(f) {
		return x, nil
	}
	if value.Equal(y, value.Int(0)) {
		return value.Null, jqMismatch(a, b, "divided (remainder) because the divisor is zero")
	}
	return r.calculate("modulus", value.Rem, x, y)
}

// jqInteger returns a number without its fraction, as Java makes a long of a double.
func jqInteger(v value.Value) value.Value {
	if v.Kind() == value.KindInt || v.Kind() == value.KindBigInt {
		return v
	}
	switch f, _ := v.AsFloat(); {
	case math.IsNaN(f):
		return value.Int(0)
	case f >= 1<<63:
		return value.Int(math.MaxInt64)
	case f < -1<<63:
		return value.Int(math.MinInt64)
	default:
		return value.Int(int64(f))
	}
}

// walk charges for looking at every part of some values.
func (r *jqRun) walk(values ...value.Value) error {
	for _, v := range values {
		if err := r.st.Walk(v); err != nil {
			return err
		}
	}
	return nil
}

// compare orders any two values: null, false, true, numbers, strings, arrays, objects.
func (r *jqRun) compare(a, b value.Value) (int, error) {
	if jqRank(a) == jqRank(b) {
		if err := r.walk(a, b); err != nil {
			return 0, err
		}
	}
	return jqCompare(a, b), nil
}

func jqRank(v value.Value) int {
	switch jqType(v) {
	case "null":
		return 0
	case "boolean":
		if v.Bool() {
			return 2
		}
		return 1
	case "number":
		return 3
	case "string":
		return 4
	case "array":
		return 5
	default:
		return 6
	}
}

func jqCompare(a, b value.Value) int {
	if x, y := jqRank(a), jqRank(b); x != y {
		return x - y
	}
	switch jqType(a) {
	case "number":
		if n, ok := value.Compare(a, b); ok {
			return n
		}
		if f, ok := a.AsFloat(); ok && math.IsNaN(f) {
			return -1
		}
		return 1
	case "string":
		return value.CompareUTF16(value.JavaText(a), value.JavaText(b))
	case "array":
		return slices.CompareFunc(a.List().Slice(), b.List().Slice(), jqCompare)
	case "object":
		x, y := jqSortedKeys(a.Map()), jqSortedKeys(b.Map())
		if n := slices.CompareFunc(x, y, value.CompareUTF16); n != 0 {
			return n
		}
		for _, key := range x {
			left, _ := a.Map().Get(key)
			right, _ := b.Map().Get(key)
			if n := jqCompare(left, right); n != 0 {
				return n
			}
		}
	}
	return 0
}

func jqSortedKeys(m *value.Map) []string {
	return slices.SortedFunc(slices.Values(m.Keys()), value.CompareUTF16)
}

// order returns the indexes of values in the order of the values; those that are equal stay in theirs.
func (r *jqRun) order(by []value.Value) ([]int, error) {
	size := 0
	for _, key := range by {
		if err := r.walk(key); err != nil {
			return nil, err
		}
		size += jqWeight(key)
	}
	if err := r.st.Charge(size * bits.Len(uint(len(by)))); err != nil {
		return nil, err
	}
	if err := r.list(len(by)); err != nil {
		return nil, err
	}
	order := make([]int, len(by))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return jqCompare(by[i], by[j]) })
	return order, nil
}

// jqWeight is about how many steps comparing a value takes.
func jqWeight(v value.Value) int {
	switch v.Kind() {
	case value.KindString:
		return 1 + len(v.Str())/meter.TextPerStep
	case value.KindList:
		n := 1
		for _, item := range v.List().Slice() {
			n += jqWeight(item)
		}
		return n
	case value.KindMap:
		n := 1
		for i := range v.Map().Len() {
			n += 4 + jqWeight(v.Map().At(i))
		}
		return n
	default:
		return 1
	}
}
