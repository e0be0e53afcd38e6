package jq

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

func typeName(v value.Value) string {
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

// truth is that of everything but null and false.
func truth(v value.Value) bool {
	return !v.IsNull() && (v.Kind() != value.KindBool || v.Bool())
}

// whole returns a double without a fraction as an integer, where that has 64 bits.
func whole(v value.Value) value.Value {
	if v.Kind() == value.KindFloat {
		if f := v.Float(); f == math.Trunc(f) && f >= -1<<63 && f < 1<<63 {
			return value.Int(int64(f))
		}
	}
	return v
}

// operator is an operator on two values.
type operator func(r *run, a, b value.Value) (value.Value, error)

var operators = map[gojq.Operator]operator{
	gojq.OpAdd: add, gojq.OpUpdateAdd: add,
	gojq.OpSub: sub, gojq.OpUpdateSub: sub,
	gojq.OpMul: mul, gojq.OpUpdateMul: mul,
	gojq.OpDiv: div, gojq.OpUpdateDiv: div,
	gojq.OpMod: mod, gojq.OpUpdateMod: mod,
	gojq.OpUpdateAlt: func(_ *run, a, b value.Value) (value.Value, error) {
		if truth(a) {
			return a, nil
		}
		return b, nil
	},
	gojq.OpEq: order(func(n int) bool { return n == 0 }),
	gojq.OpNe: order(func(n int) bool { return n != 0 }),
	gojq.OpLt: order(func(n int) bool { return n < 0 }),
	gojq.OpLe: order(func(n int) bool { return n <= 0 }),
	gojq.OpGt: order(func(n int) bool { return n > 0 }),
	gojq.OpGe: order(func(n int) bool { return n >= 0 }),
}

// order is a comparison. Not-a-number is below every number, itself included.
func order(holds func(int) bool) operator {
	return func(r *run, a, b value.Value) (value.Value, error) {
		n, err := r.compare(a, b)
		return value.Bool(holds(n)), err
	}
}

// calculate applies an operation to two numbers.
func (r *run) calculate(what string, do func(a, b value.Value) (value.Value, error), a, b value.Value) (value.Value, error) {
	v, err := r.m.Calculate(what, do, a, b)
	if failed, ok := err.(*meter.Fault); ok && failed.Class != meter.ClassLimit { //nolint:errorlint // never wrapped
		return value.Null, fail("%s", failed.Msg)
	}
	if err == nil && v.Kind() == value.KindBigInt {
		err = r.m.Allocate(v.BigInt().BitLen() / 8)
	}
	return whole(v), err
}

func add(r *run, a, b value.Value) (value.Value, error) {
	switch {
	case a.IsNull():
		return b, nil
	case b.IsNull():
		return a, nil
	case a.IsNumber() && b.IsNumber():
		return r.calculate("addition", value.Add, a, b)
	case a.Kind() == value.KindString && b.Kind() == value.KindString:
		if err := r.m.ChargeOutput(len(a.Str()) + len(b.Str())); err != nil {
			return value.Null, err
		}
		return value.String(a.Str() + b.Str()), nil
	case a.Kind() == value.KindList && b.Kind() == value.KindList:
		if err := r.list(a.List().Len() + b.List().Len()); err != nil {
			return value.Null, err
		}
		return a.List().Plus(b), nil
	case a.Kind() == value.KindMap && b.Kind() == value.KindMap:
		return r.m.MergeMap(a.Map(), b.Map())
	default:
		return value.Null, mismatch(a, b, "added")
	}
}

func sub(r *run, a, b value.Value) (value.Value, error) {
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
		return value.Null, mismatch(a, b, "subtracted")
	}
}

func mul(r *run, a, b value.Value) (value.Value, error) {
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
		return value.Null, mismatch(a, b, "multiplied")
	}
}

// repeat returns a text some times: the fraction of a number counts only below 1, where the text stays as it is.
func (r *run) repeat(text, times value.Value) (value.Value, error) {
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
	if err := r.m.ChargeOutput(count * max(1, len(text.Str()))); err != nil {
		return value.Null, err
	}
	return value.String(strings.Repeat(text.Str(), count)), nil
}

func (r *run) mergeDeep(a, b value.Value) (value.Value, error) {
	if err := r.object(a.Map().Len() + b.Map().Len()); err != nil {
		return value.Null, err
	}
	out := copyMap(a.Map(), b.Map().Len())
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

func div(r *run, a, b value.Value) (value.Value, error) {
	switch {
	case a.IsNumber() && b.IsNumber():
		return r.quotient(a, b)
	case a.Kind() == value.KindString && b.Kind() == value.KindString:
		return r.split(a.Str(), b.Str())
	default:
		return value.Null, mismatch(a, b, "divided")
	}
}

// quotient divides integers exactly where that gives an integer.
func (r *run) quotient(a, b value.Value) (value.Value, error) {
	x, _ := a.AsFloat()
	y, _ := b.AsFloat()
	if y == 0 {
		return value.Null, mismatch(a, b, "divided because the divisor is zero")
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
	return whole(value.Float(x / y)), nil
}

// mod divides whole numbers: without their fractions, not-a-number as 0, and what is beyond 64 bits as the last one
// there is.
func mod(r *run, a, b value.Value) (value.Value, error) {
	if !a.IsNumber() || !b.IsNumber() {
		return value.Null, mismatch(a, b, "divided (remainder)")
	}
	x, y := integer(a), integer(b)
	if f, _ := b.AsFloat(); math.IsNaN(f) {
		return x, nil
	}
	if value.Equal(y, value.Int(0)) {
		return value.Null, mismatch(a, b, "divided (remainder) because the divisor is zero")
	}
	return r.calculate("modulus", value.Rem, x, y)
}

// integer returns a number without its fraction, as Java makes a long of a double.
func integer(v value.Value) value.Value {
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
func (r *run) walk(values ...value.Value) error {
	for _, v := range values {
		if err := r.m.Walk(v); err != nil {
			return err
		}
	}
	return nil
}

// compare orders any two values: null, false, true, numbers, strings, arrays, objects.
func (r *run) compare(a, b value.Value) (int, error) {
	if rank(a) == rank(b) {
		if err := r.walk(a, b); err != nil {
			return 0, err
		}
	}
	return compare(a, b), nil
}

func rank(v value.Value) int {
	switch typeName(v) {
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

func compare(a, b value.Value) int {
	if x, y := rank(a), rank(b); x != y {
		return x - y
	}
	switch typeName(a) {
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
		return slices.CompareFunc(a.List().Slice(), b.List().Slice(), compare)
	case "object":
		x, y := sortedKeys(a.Map()), sortedKeys(b.Map())
		if n := slices.CompareFunc(x, y, value.CompareUTF16); n != 0 {
			return n
		}
		for _, key := range x {
			left, _ := a.Map().Get(key)
			right, _ := b.Map().Get(key)
			if n := compare(left, right); n != 0 {
				return n
			}
		}
	}
	return 0
}

func sortedKeys(m *value.Map) []string {
	return slices.SortedFunc(slices.Values(m.Keys()), value.CompareUTF16)
}

// order returns the indexes of values in the order of the values; those that are equal stay in theirs.
func (r *run) order(by []value.Value) ([]int, error) {
	size := 0
	for _, key := range by {
		if err := r.walk(key); err != nil {
			return nil, err
		}
		size += weight(key)
	}
	if err := r.m.Charge(size * bits.Len(uint(len(by)))); err != nil {
		return nil, err
	}
	if err := r.list(len(by)); err != nil {
		return nil, err
	}
	order := make([]int, len(by))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return compare(by[i], by[j]) })
	return order, nil
}

// weight is about how many steps comparing a value takes.
func weight(v value.Value) int {
	switch v.Kind() {
	case value.KindString:
		return 1 + len(v.Str())/meter.TextPerStep
	case value.KindList:
		n := 1
		for _, item := range v.List().Slice() {
			n += weight(item)
		}
		return n
	case value.KindMap:
		n := 1
		for i := range v.Map().Len() {
			n += 4 + weight(v.Map().At(i))
		}
		return n
	default:
		return 1
	}
}
