package value

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// MaxIntegerBits bounds the integers that arithmetic makes, so that repeated squaring ends.
const MaxIntegerBits = 1 << 16

// ErrDivisionByZero is the error of an integer or a decimal that is divided by zero; doubles give Infinity or NaN.
var ErrDivisionByZero = errors.New("division by zero")

// OperationError says which operation of the arithmetic failed, in Kestra's words, and why. Err is
// [ErrDivisionByZero], [ErrNumberSize], or names the operand that is no number.
type OperationError struct {
	Operation string // addition, subtraction, multiplication, division, modulus
	Err       error
}

func (e *OperationError) Error() string {
	return "could not perform " + e.Operation + ": " + e.Err.Error()
}

// Unwrap returns the reason.
func (e *OperationError) Unwrap() error { return e.Err }

// operation is one row of the arithmetic: how it works on each kind that both operands are promoted to.
type operation struct {
	name     string
	integers func(x, y *big.Int) (*big.Int, error)
	doubles  func(x, y float64) float64
	decimals func(x, y *decimal) (*decimal, error)
}

var (
	addition       = &operation{"addition", addIntegers, func(x, y float64) float64 { return x + y }, addDecimals}
	subtraction    = &operation{"subtraction", subIntegers, func(x, y float64) float64 { return x - y }, subDecimals}
	multiplication = &operation{"multiplication", mulIntegers, func(x, y float64) float64 { return x * y }, mulDecimals}
	division       = &operation{"division", quoIntegers, func(x, y float64) float64 { return x / y }, quoDecimals}
	modulus        = &operation{"modulus", remIntegers, math.Mod, remDecimals}
)

// Add returns a + b, of numbers of any kind, as Sub, Mul, Div and Rem take them. Any decimal makes both sides decimals,
// else any double makes both doubles, else the result is an exact integer, where Kestra's wraps around at 64 bits. Errors
// are of type [*OperationError].
func Add(a, b Value) (Value, error) {
	switch {
	case a.kind == KindInt && b.kind == KindInt:
		x, y := int64(a.num), int64(b.num)
		if sum := x + y; (sum > x) == (y > 0) {
			return Int(sum), nil
		}
	case a.kind == KindFloat && b.kind == KindFloat:
		return Float(a.Float() + b.Float()), nil
	}
	return addition.apply(a, b)
}

// Sub returns a - b.
func Sub(a, b Value) (Value, error) {
	switch {
	case a.kind == KindInt && b.kind == KindInt:
		x, y := int64(a.num), int64(b.num)
		if diff := x - y; (diff < x) == (y > 0) {
			return Int(diff), nil
		}
	case a.kind == KindFloat && b.kind == KindFloat:
		return Float(a.Float() - b.Float()), nil
	}
	return subtraction.apply(a, b)
}

// Mul returns a × b; a decimal result is rounded to 34 digits.
func Mul(a, b Value) (Value, error) {
	switch {
	case a.kind == KindInt && b.kind == KindInt:
		x, y := int64(a.num), int64(b.num)
		if high, low := bits.Mul64(magnitude(x), magnitude(y)); high == 0 && low <= math.MaxInt64 {
			return Int(x * y), nil
		}
	case a.kind == KindFloat && b.kind == KindFloat:
		return Float(a.Float() * b.Float()), nil
	}
	return multiplication.apply(a, b)
}

// Div returns a / b: of integers the quotient without its fraction, of decimals rounded to 34 digits.
func Div(a, b Value) (Value, error) {
	switch {
	case a.kind == KindInt && b.kind == KindInt:
		x, y := int64(a.num), int64(b.num)
		if y != 0 && !(x == math.MinInt64 && y == -1) {
			return Int(x / y), nil
		}
	case a.kind == KindFloat && b.kind == KindFloat:
		return Float(a.Float() / b.Float()), nil
	}
	return division.apply(a, b)
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// Rem returns the remainder of a / b, which has the sign of a.
func Rem(a, b Value) (Value, error) {
	if a.kind == KindInt && b.kind == KindInt {
		if y := int64(b.num); y != 0 && y != -1 {
			return Int(int64(a.num) % y), nil
		}
	}
	return modulus.apply(a, b)
}

// Neg returns v × -1, as Pebble's unary minus does.
func Neg(v Value) (Value, error) {
	switch {
	case v.kind == KindInt && int64(v.num) != math.MinInt64:
		return Int(-int64(v.num)), nil
	case v.kind == KindFloat:
		return Float(-v.Float()), nil
	}
	return Mul(v, Int(-1))
}

func (op *operation) apply(a, b Value) (Value, error) {
	v, err := op.promoted(a, b)
	if err != nil {
		return Null, &OperationError{op.name, err}
	}
	return v, nil
}

func (op *operation) promoted(a, b Value) (Value, error) {
	for _, operand := range []Value{a, b} {
		if !operand.IsNumber() {
			return Null, fmt.Errorf("%v is not a number", operand.kind)
		}
	}
	switch {
	case a.kind == KindDecimal || b.kind == KindDecimal:
		x, err := operand(a)
		if err != nil {
			return Null, err
		}
		y, err := operand(b)
		if err != nil {
			return Null, err
		}
		d, err := op.decimals(x, y)
		if err != nil {
			return Null, err
		}
		return Decimal(d.unscaled, d.scale)
	case a.kind == KindFloat || b.kind == KindFloat:
		x, _ := a.AsFloat()
		y, _ := b.AsFloat()
		return Float(op.doubles(x, y)), nil
	default:
		n, err := op.integers(a.BigInt(), b.BigInt())
		if err != nil {
			return Null, err
		}
		if n.BitLen() > MaxIntegerBits {
			return Null, ErrNumberSize
		}
		return BigInt(n), nil
	}
}

func addIntegers(x, y *big.Int) (*big.Int, error) { return new(big.Int).Add(x, y), nil }

func subIntegers(x, y *big.Int) (*big.Int, error) { return new(big.Int).Sub(x, y), nil }

func mulIntegers(x, y *big.Int) (*big.Int, error) {
	if x.BitLen()+y.BitLen() > MaxIntegerBits+1 {
		return nil, ErrNumberSize
	}
	return new(big.Int).Mul(x, y), nil
}

func quoIntegers(x, y *big.Int) (*big.Int, error) {
	if y.Sign() == 0 {
		return nil, ErrDivisionByZero
	}
	return new(big.Int).Quo(x, y), nil
}

func remIntegers(x, y *big.Int) (*big.Int, error) {
	if y.Sign() == 0 {
		return nil, ErrDivisionByZero
	}
	return new(big.Int).Rem(x, y), nil
}

// Number returns v as a number, as the arithmetic of Pebble 4.1.2 and later takes it: a number as it is, a string if
// [ParseNumber] reads it, nothing else.
func Number(v Value) (Value, bool) {
	switch {
	case v.IsNumber():
		return v, true
	case v.kind == KindString:
		return ParseNumber(v.Str())
	default:
		return Null, false
	}
}

// ParseNumber returns the number that s writes: an integer of any size up to [MaxNumberDigits] digits, or, with a point
// or an exponent, a double. A sign may lead; blanks, other bases and words such as Infinity are no numbers.
func ParseNumber(s string) (Value, bool) {
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 || len(digits) == 0 || len(digits) > MaxNumberDigits+2 {
		return Null, false
	}
	integer := true
	for i := range len(digits) {
		switch c := digits[i]; {
		case c >= '0' && c <= '9':
		case c == '.' || c|0x20 == 'e' || c == '+' || c == '-':
			integer = false
		default:
			return Null, false
		}
	}
	if integer {
		n, ok := new(big.Int).SetString(s, 10)
		return BigInt(n), ok
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return Null, false
	}
	return Float(f), true
}
