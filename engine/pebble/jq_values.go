package pebble

import (
	"math"
	"math/bits"
	"slices"
	"strings"

	"github.com/itchyny/gojq"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The values of jq: their types, order and arithmetic. Results that are whole are integers, as jackson-jq has them, but
// those of the mathematical functions, which are doubles.

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

// jqWhole returns a double without a fraction as an integer.
func jqWhole(v value.Value) value.Value {
	if v.Kind() == value.KindFloat {
		if f, _ := v.AsFloat(); f == math.Trunc(f) && math.Abs(f) < 1<<53 {
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
	v, err := r.st.calculate(what, do, a, b)
	if failed, ok := err.(*fault); ok && failed.class != ClassLimit { //nolint:errorlint // never wrapped
		return value.Null, jqFail(failed.msg)
	}
	return jqWhole(v), err
}

func jqMismatch(a, b value.Value, what string) error {
	return jqFail(jqType(a) + " and " + jqType(b) + " cannot be " + what)
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
		if err := r.st.produce(len(a.Str()) + len(b.Str())); err != nil {
			return value.Null, err
		}
		return value.String(a.Str() + b.Str()), nil
	case a.Kind() == value.KindList && b.Kind() == value.KindList:
		if err := r.copied(a.List().Len() + b.List().Len()); err != nil {
			return value.Null, err
		}
		return a.List().Plus(b), nil
	case a.Kind() == value.KindMap && b.Kind() == value.KindMap:
		return r.st.mergeMap(a.Map(), b.Map())
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
		return a.List().Minus(b), nil
	default:
		return value.Null, jqMismatch(a, b, "subtracted")
	}
}

func jqMul(r *jqRun, a, b value.Value) (value.Value, error) {
	if a.IsNumber() && b.Kind() == value.KindString {
		a, b = b, a
	}
	switch {
	case a.IsNumber() && b.IsNumber():
		return r.calculate("multiplication", value.Mul, a, b)
	case a.Kind() == value.KindString && b.IsNumber():
		n, _ := b.AsFloat()
		if !(n > 0) { // not a number is not either
			return value.Null, nil
		}
		count := int(min(math.Ceil(n), 1<<31))
		if err := r.st.produce(count * max(1, len(a.Str()))); err != nil {
			return value.Null, err
		}
		return value.String(strings.Repeat(a.Str(), count)), nil
	case a.Kind() == value.KindMap && b.Kind() == value.KindMap:
		if err := r.walk(a, b); err != nil {
			return value.Null, err
		}
		return jqMergeDeep(a, b), nil
	default:
		return value.Null, jqMismatch(a, b, "multiplied")
	}
}

func jqMergeDeep(a, b value.Value) value.Value {
	out := jqCopy(a.Map())
	for key, member := range b.Map().All() {
		if old, ok := out.Get(key); ok && old.Kind() == value.KindMap && member.Kind() == value.KindMap {
			member = jqMergeDeep(old, member)
		}
		out.Set(key, member)
	}
	return value.FromMap(out)
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
		return value.Null, jqFail("number cannot be divided by zero")
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

func jqMod(r *jqRun, a, b value.Value) (value.Value, error) {
	if !a.IsNumber() || !b.IsNumber() {
		return value.Null, jqMismatch(a, b, "divided")
	}
	x, ok := jqInteger(a)
	y, ok2 := jqInteger(b)
	if !ok || !ok2 {
		return value.Null, jqFail("number has no whole part")
	}
	if value.Equal(y, value.Int(0)) {
		return value.Null, jqFail("number cannot be divided by zero")
	}
	return r.calculate("modulus", value.Rem, x, y)
}

// jqInteger returns a number without its fraction.
func jqInteger(v value.Value) (value.Value, bool) {
	if v.Kind() == value.KindInt || v.Kind() == value.KindBigInt {
		return v, true
	}
	n, ok := whole(v)
	return value.Int(n), ok
}

// walk charges for looking at every part of some values.
func (r *jqRun) walk(values ...value.Value) error {
	for _, v := range values {
		if err := r.st.walk(v); err != nil {
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
		return strings.Compare(value.JavaText(a), value.JavaText(b))
	case "array":
		return slices.CompareFunc(a.List().Slice(), b.List().Slice(), jqCompare)
	case "object":
		x, y := slices.Sorted(slices.Values(a.Map().Keys())), slices.Sorted(slices.Values(b.Map().Keys()))
		if n := slices.Compare(x, y); n != 0 {
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

// sort sorts values by what they are compared by.
func (r *jqRun) sort(items []value.Value, by func(value.Value) value.Value) error {
	for _, item := range items {
		if err := r.walk(by(item)); err != nil {
			return err
		}
	}
	size := 0
	for _, item := range items {
		size += jqWeight(by(item))
	}
	if err := r.st.charge(size * bits.Len(uint(len(items)))); err != nil {
		return err
	}
	slices.SortStableFunc(items, func(a, b value.Value) int { return jqCompare(by(a), by(b)) })
	return nil
}

// jqWeight is about how many steps comparing a value takes.
func jqWeight(v value.Value) int {
	switch v.Kind() {
	case value.KindString:
		return 1 + len(v.Str())/textPerStep
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

// jqPlain returns v as jq writes it: doubles without a fraction are written without one.
func jqPlain(v value.Value) value.Value {
	switch v.Kind() {
	case value.KindFloat:
		return jqWhole(v)
	case value.KindList:
		out := make([]value.Value, v.List().Len())
		for i, item := range v.List().All() {
			out[i] = jqPlain(item)
		}
		return value.ListOf(out...)
	case value.KindMap:
		out := value.NewMap(v.Map().Len())
		for key, member := range v.Map().All() {
			out.Set(key, jqPlain(member))
		}
		return value.FromMap(out)
	default:
		return v
	}
}

// json returns the JSON text of v.
func (r *jqRun) json(v value.Value) (string, error) {
	if err := r.walk(v); err != nil {
		return "", err
	}
	return r.st.json(jqPlain(v))
}

// text returns a string as it is and anything else as JSON.
func (r *jqRun) text(v value.Value) (string, error) {
	switch {
	case v.Kind() == value.KindString:
		return v.Str(), nil
	case jqType(v) == "string":
		return r.st.javaText(v)
	default:
		return r.json(v)
	}
}
