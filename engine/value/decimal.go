package value

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unsafe"
)

// MaxDecimalDigits bounds the digits of a decimal on each side of its point, so that its plain text stays short.
const MaxDecimalDigits = 10_000

// ErrNumberSize is the error of a number that would have more digits than this package makes: more than
// [MaxDecimalDigits] on a side of the point of a decimal, or more than [MaxIntegerBits] in an integer.
var ErrNumberSize = errors.New("number has too many digits")

// decimal is unscaled × 10^-scale, as Java's BigDecimal; the scale counts the digits after the point and is kept: 1.10
// has scale 2.
type decimal struct {
	unscaled *big.Int
	scale    int
}

// Decimal returns unscaled × 10^-scale as a Value and takes ownership of unscaled. The only error is [ErrNumberSize].
func Decimal(unscaled *big.Int, scale int) (Value, error) {
	d := &decimal{unscaled, scale}
	if scale > MaxDecimalDigits || scale < -MaxDecimalDigits || d.precision()-scale > MaxDecimalDigits {
		return Null, ErrNumberSize
	}
	return Value{kind: KindDecimal, ptr: unsafe.Pointer(d)}, nil
}

// ParseDecimal returns the decimal that s writes, as Java's new BigDecimal(s) reads it: a sign, digits with or without a
// point, an exponent; no blanks.
func ParseDecimal(s string) (Value, error) {
	invalid := fmt.Errorf("decimal number is invalid: %.40q", s)
	mantissa, exponent := s, 0
	if e := strings.IndexAny(s, "eE"); e >= 0 {
		n, err := strconv.Atoi(s[e+1:])
		if errors.Is(err, strconv.ErrRange) {
			return Null, ErrNumberSize
		}
		if err != nil {
			return Null, invalid
		}
		mantissa, exponent = s[:e], n
	}
	if len(mantissa) > 2*MaxDecimalDigits {
		return Null, ErrNumberSize
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	if strings.Trim(strings.TrimLeft(digits, "+-"), "0123456789") != "" || strings.ContainsAny(fraction, "+-") {
		return Null, invalid
	}
	unscaled, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return Null, invalid
	}
	if exponent > 2*MaxDecimalDigits || exponent < -2*MaxDecimalDigits {
		return Null, ErrNumberSize
	}
	return Decimal(unscaled, len(fraction)-exponent)
}

// Decimal returns the unscaled value and the scale of a decimal, and whether v is one. The caller must not change the
// integer.
func (v Value) Decimal() (unscaled *big.Int, scale int, ok bool) {
	if v.kind != KindDecimal {
		return nil, 0, false
	}
	d := v.decimal()
	return d.unscaled, d.scale, true
}

func (v Value) decimal() *decimal { return (*decimal)(v.ptr) }

// precision returns the number of digits of the unscaled value, 1 for 0.
func (d *decimal) precision() int {
	if d.unscaled.Sign() == 0 {
		return 1
	}
	// The estimate from the bits is right or one too low.
	n := int(float64(d.unscaled.BitLen()-1)*math.Log10(2)) + 1
	if d.unscaled.CmpAbs(pow10(n)) >= 0 {
		n++
	}
	return n
}

func (d *decimal) float() float64 {
	f, _ := strconv.ParseFloat(string(fmt.Appendf(nil, "%de%d", d.unscaled, -d.scale)), 64)
	return f
}

// append appends the plain text: never an exponent, the scale kept.
func (d *decimal) append(dst []byte) []byte {
	if d.unscaled.Sign() < 0 {
		dst = append(dst, '-')
	}
	digits := new(big.Int).Abs(d.unscaled).Append(nil, 10)
	if d.scale <= 0 {
		dst = append(dst, digits...)
		if d.unscaled.Sign() == 0 {
			return dst
		}
		for range -d.scale {
			dst = append(dst, '0')
		}
		return dst
	}
	if point := len(digits) - d.scale; point > 0 {
		dst = append(dst, digits[:point]...)
		dst = append(dst, '.')
		return append(dst, digits[point:]...)
	}
	dst = append(dst, "0."...)
	for range d.scale - len(digits) {
		dst = append(dst, '0')
	}
	return append(dst, digits...)
}

// cmp compares by value: 1.0 equals 1.00.
func (d *decimal) cmp(e *decimal) int {
	a, b, _ := align(d, e)
	return a.Cmp(b)
}

// align returns the unscaled values of two decimals at their greater scale, and that scale.
func align(d, e *decimal) (a, b *big.Int, scale int) {
	scale = max(d.scale, e.scale)
	return d.at(scale), e.at(scale), scale
}

// at returns the unscaled value of d at a scale that is not below its own; the result is not to be changed.
func (d *decimal) at(scale int) *big.Int {
	if scale == d.scale {
		return d.unscaled
	}
	return new(big.Int).Mul(d.unscaled, pow10(scale-d.scale))
}

func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// exactDecimal returns a number that is no double as a decimal without loss.
func exactDecimal(v Value) *decimal {
	if v.kind == KindDecimal {
		return v.decimal()
	}
	return &decimal{unscaled: v.BigInt()}
}
