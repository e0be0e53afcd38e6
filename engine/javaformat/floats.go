package javaformat

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// formatFloat writes a double or a decimal for the conversions e, f, g and a.
func formatFloat(spec *formatSpec, v value.Value) (string, error) {
	hexadecimal := spec.letter == 'a' || spec.letter == 'A'
	if v.Kind() != value.KindFloat && (v.Kind() != value.KindDecimal || hexadecimal) {
		return "", meter.RuntimeError("format %%%s does not fit %s", spec.text, v.Kind())
	}
	f, _ := v.AsFloat()
	if v.Kind() == value.KindFloat && math.IsNaN(f) {
		return "NaN", nil
	}
	negative := math.Signbit(f)
	if v.Kind() == value.KindFloat && math.IsInf(f, 0) {
		unpadded := *spec
		unpadded.flags = strings.NewReplacer("0", "", ",", "").Replace(spec.flags)
		return signed(&unpadded, "Infinity", negative), nil
	}
	if hexadecimal {
		return hexFloat(spec, f), nil
	}
	exact, ok := new(big.Rat).SetString(value.JavaText(v)) // Java rounds the digits that it prints
	if !ok {
		return "", meter.RuntimeError("format %%%s does not fit %s", spec.text, v.Kind())
	}
	precision := spec.precision
	if precision < 0 {
		precision = 6
	}
	exact.Abs(exact)
	var text string
	switch spec.letter {
	case 'f':
		text = exact.FloatString(precision)
	case 'g', 'G':
		text = generalFloat(exact, max(precision, 1))
	default:
		text = scientific(exact, precision)
	}
	if spec.has("#") && precision == 0 { // always a point
		mantissa, exponent, found := strings.Cut(text, "e")
		if text = mantissa + "."; found {
			text += "e" + exponent
		}
	}
	return signed(spec, text, negative), nil
}

// generalFloat writes a number that is not negative with a precision of digits: without exponent from 0.0001 on, up to
// where its digits before the point would be more than those. Unlike in C, zeros at the end stay.
func generalFloat(n *big.Rat, precision int) string {
	text := scientific(n, precision-1)
	_, digits, _ := strings.Cut(text, "e")
	exponent, err := strconv.Atoi(digits)
	if err != nil {
		panic("pebble: a number has no exponent: " + text)
	}
	if exponent < -4 || exponent >= precision {
		return text
	}
	return n.FloatString(precision - 1 - exponent)
}

// hexFloat is Java's Double.toHexString, with a sign and a precision.
func hexFloat(spec *formatSpec, f float64) string {
	digits, exponent := hexDigits(math.Abs(f), max(spec.precision, 0), spec.precision >= 0)
	text := fmt.Sprintf("%sp%d", digits, exponent)
	unpadded := *spec
	unpadded.flags = strings.ReplaceAll(spec.flags, "0", "")
	if missing := spec.width - len(signed(&unpadded, "0x"+text, math.Signbit(f))); spec.has("0") && missing > 0 {
		text = strings.Repeat("0", missing) + text
	}
	return signed(&unpadded, "0x"+text, math.Signbit(f))
}

// hexDigits returns 1.8 and the exponent of 2; at least one digit stands behind the point, and as many as the precision if
// there is one.
func hexDigits(f float64, precision int, precise bool) (digits string, exponent int) {
	const fractionBits = 52
	precision = max(precision, 1)
	bits := math.Float64bits(f)
	fraction, exponent := bits&(1<<fractionBits-1), int(bits>>fractionBits)-1023
	first := uint64(1)
	switch {
	case f == 0:
		first, exponent = 0, 0
	case exponent == -1023 && precise && precision < 13: // with a precision there are no subnormal ones
		for exponent = -1022; fraction < 1<<fractionBits; exponent-- {
			fraction <<= 1
		}
		fraction &^= 1 << fractionBits
	case exponent == -1023:
		first, exponent = 0, -1022
	}
	if precise && precision < 13 && f != 0 {
		shift := fractionBits - 4*precision
		kept, half := first<<fractionBits|fraction, uint64(1)<<(shift-1)
		rest := kept & (1<<shift - 1)
		kept >>= shift
		if rest > half || rest == half && kept&1 == 1 {
			kept++
		}
		kept <<= shift
		if kept>>fractionBits > 1 {
			kept >>= 1
			exponent++
		}
		fraction = kept & (1<<fractionBits - 1)
	}
	text := strings.TrimRight(fmt.Sprintf("%013x", fraction), "0")
	least := 1
	if precise {
		least = precision
	}
	return fmt.Sprintf("%d.%s%s", first, text, strings.Repeat("0", max(0, least-len(text)))), exponent
}

// scientific writes a number that is not negative as d.ddde+dd, rounded half up.
func scientific(n *big.Rat, precision int) string {
	exponent := 0
	if n.Sign() != 0 { // from the lengths of both sides in bits, which is at most one too much or too little
		exponent = int(math.Floor(float64(n.Num().BitLen()-n.Denom().BitLen()) * math.Log10(2)))
	}
	one, ten := big.NewRat(1, 1), big.NewRat(10, 1)
	for {
		power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(exponent, -exponent))), nil)
		scaled := new(big.Rat).SetInt(power)
		if exponent >= 0 {
			scaled.Inv(scaled)
		}
		scaled.Mul(scaled, n)
		switch {
		case n.Sign() != 0 && scaled.Cmp(one) < 0:
			exponent--
			continue
		case scaled.Cmp(ten) >= 0:
			exponent++
			continue
		}
		text := scaled.FloatString(precision)
		if strings.HasPrefix(text, "10") { // it was rounded up
			exponent++
			text = one.FloatString(precision)
		}
		sign := "+"
		if exponent < 0 {
			sign = "-"
		}
		digits := strconv.Itoa(max(exponent, -exponent))
		return text + "e" + sign + strings.Repeat("0", max(0, 2-len(digits))) + digits
	}
}
