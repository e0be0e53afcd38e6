package value

import (
	"bytes"
	"math"
	"math/big"
	"strconv"
)

// AsFloat returns the numeric value of a number of any kind as a double, rounded to the nearest one, and whether v is a
// number.
func (v Value) AsFloat() (float64, bool) {
	switch v.kind {
	case KindInt:
		return float64(int64(v.num)), true
	case KindFloat:
		return math.Float64frombits(v.num), true
	case KindBigInt:
		f, _ := (*big.Int)(v.ptr).Float64()
		return f, true
	case KindDecimal:
		return v.decimal().float(), true
	default:
		return 0, false
	}
}

// AppendFloat appends the text of f as Java's Double.toString writes it: the shortest digits
// that give f back, always with a fraction, plain from 1e-3 up to below 1e7, else like 1.0E21 or 1.0E-5; NaN, Infinity.
func AppendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	if abs := math.Abs(f); abs == 0 || abs >= 1e-3 && abs < 1e7 {
		start := len(dst)
		dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
		if bytes.IndexByte(dst[start:], '.') >= 0 {
			return dst
		}
		return append(dst, ".0"...)
	}
	var buf [32]byte
	digits := strconv.AppendFloat(buf[:0], f, 'e', -1, 64) // d.ddde±NN
	e := bytes.IndexByte(digits, 'e')
	if e <= len("-d") {
		// Java writes at least two digits, the two nearest to f: 4.9E-324, where 5E-324 would give f back as well.
		if two := strconv.AppendFloat(nil, f, 'e', 1, 64); givesBack(two, f) {
			digits, e = two, bytes.IndexByte(two, 'e')
		}
	}
	dst = append(dst, digits[:e]...)
	if e <= len("-d") {
		dst = append(dst, ".0"...)
	}
	dst = append(dst, 'E')
	sign, exponent := digits[e+1], digits[e+2:]
	if sign == '-' {
		dst = append(dst, '-')
	}
	return append(dst, bytes.TrimLeft(exponent, "0")...)
}

func givesBack(digits []byte, f float64) bool {
	back, err := strconv.ParseFloat(string(digits), 64)
	return err == nil && back == f
}

// appendNumber appends the text of a number of any kind, which is the same in every form of text.
func appendNumber(dst []byte, v Value) []byte {
	switch v.kind {
	case KindInt:
		return strconv.AppendInt(dst, int64(v.num), 10)
	case KindBigInt:
		return (*big.Int)(v.ptr).Append(dst, 10)
	case KindFloat:
		return AppendFloat(dst, math.Float64frombits(v.num))
	default:
		return v.decimal().append(dst)
	}
}
