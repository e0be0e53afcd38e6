package javaformat

import (
	"math"
	"math/big"
	"strconv"
	"unicode/utf16"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// formatHash is the conversion h: Java's hash code of a value in hexadecimal digits.
func formatHash(m *meter.Meter, spec *formatSpec, v value.Value) (string, error) {
	if err := m.Walk(v); err != nil {
		return "", err
	}
	if err := m.Charge(m.WalkedText() / meter.TextPerCount); err != nil {
		return "", err
	}
	h, ok := javaHash(v)
	if !ok {
		return "", meter.RuntimeError("format %%%s does not fit %s", spec.text, v.Kind())
	}
	return strconv.FormatUint(uint64(uint32(h)), 16), nil
}

// javaHash returns Java's hash code of a value. Dates have none here.
func javaHash(v value.Value) (h int32, ok bool) {
	switch v.Kind() {
	case value.KindNull:
		return 0, true
	case value.KindBool:
		if v.Bool() {
			return 1231, true
		}
		return 1237, true
	case value.KindInt:
		if n := v.Int(); n != int64(int32(n)) {
			return foldHash(uint64(n)), true
		}
		return int32(v.Int()), true
	case value.KindFloat:
		return foldHash(math.Float64bits(v.Float())), true
	case value.KindBigInt:
		return bigHash(v.BigInt()), true
	case value.KindDecimal:
		unscaled, scale, _ := v.Decimal()
		if !unscaled.IsInt64() {
			return 31*bigHash(unscaled) + int32(scale), true
		}
		n := new(big.Int).Abs(unscaled).Uint64()
		h = int32(n>>32)*31 + int32(n)
		if unscaled.Sign() < 0 {
			h = -h
		}
		return 31*h + int32(scale), true
	case value.KindString:
		return HashText(v.Str()), true
	case value.KindList:
		h = 1
		for _, item := range v.List().All() {
			one, ok := javaHash(item)
			if !ok {
				return 0, false
			}
			h = 31*h + one
		}
		return h, true
	case value.KindMap:
		for key, member := range v.Map().All() {
			one, ok := javaHash(member)
			if !ok {
				return 0, false
			}
			h += HashText(key) ^ one
		}
		return h, true
	default:
		return 0, false
	}
}

func foldHash(n uint64) int32 { return int32(n ^ n>>32) }

// bigHash is that of Java's BigInteger, over its digits of 32 bits.
func bigHash(n *big.Int) int32 {
	var h int32
	magnitude := n.Bytes()
	for len(magnitude)%4 != 0 {
		magnitude = append([]byte{0}, magnitude...)
	}
	for i := 0; i < len(magnitude); i += 4 {
		digit := uint32(magnitude[i])<<24 | uint32(magnitude[i+1])<<16 | uint32(magnitude[i+2])<<8 | uint32(magnitude[i+3])
		h = 31*h + int32(digit)
	}
	return h * int32(n.Sign())
}

// HashText is the hash code of Java's String, over its units of 16 bits.
func HashText(text string) int32 {
	var h int32
	for _, r := range text {
		if r > 0xffff {
			var low rune
			r, low = utf16.EncodeRune(r)
			h = 31*h + r
			r = low
		}
		h = 31*h + r
	}
	return h
}
