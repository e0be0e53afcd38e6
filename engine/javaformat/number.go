package javaformat

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// NumberFormats compiles patterns of Java's DecimalFormat, as in #,##0.00, and keeps what it compiled. It is safe for
// concurrent use.
type NumberFormats struct{ patterns meter.Cache[*numberPattern] }

// Check says what is wrong with a pattern.
func (f *NumberFormats) Check(pattern string) error {
	_, err := f.pattern(nil, pattern)
	return err
}

// Format returns a number as text by a pattern, within the budget.
func (f *NumberFormats) Format(m *meter.Meter, pattern string, v value.Value) (string, error) {
	p, err := f.pattern(m, pattern)
	if err != nil {
		return "", err
	}
	if err := m.Charge(numberCost); err != nil {
		return "", err
	}
	text := p.format(v)
	return text, m.ChargeOutput(len(text))
}

// pattern returns the compiled form of a pattern; m is nil while a template is compiled.
func (f *NumberFormats) pattern(m *meter.Meter, pattern string) (*numberPattern, error) {
	return f.patterns.GetOr(m, pattern, compileNumberPattern)
}

// numberCost is what writing a number costs, in steps, beside its text.
const numberCost = 10

// decimalDigits are the digits of a number that is not negative: 0.d1d2d3… × 10^point, without zeros at either end; no
// digits are zero.
type decimalDigits struct {
	text  string
	point int
}

// digitsOf drops the zeros at both ends.
func digitsOf(text string, point int) decimalDigits {
	trimmed := strings.TrimLeft(text, "0")
	point -= len(text) - len(trimmed)
	trimmed = strings.TrimRight(trimmed, "0")
	if trimmed == "" {
		point = 0
	}
	return decimalDigits{trimmed, point}
}

// round keeps at most n digits, those of exact halves so that the last one is even.
func (d decimalDigits) round(n int) decimalDigits {
	if n >= len(d.text) {
		return d
	}
	if n < 0 {
		return decimalDigits{}
	}
	rest := d.text[n:]
	up := rest[0] > '5' || rest[0] == '5' && (len(rest) > 1 || n > 0 && (d.text[n-1]-'0')%2 == 1)
	if !up {
		return digitsOf(d.text[:n], d.point)
	}
	digits := []byte("0" + d.text[:n])
	for i := n; ; i-- {
		if digits[i]++; digits[i] <= '9' {
			break
		}
		digits[i] = '0'
	}
	return digitsOf(string(digits), d.point+1)
}

// exactDigits returns the digits and the sign of an integer or a decimal times a power of ten.
func exactDigits(unscaled *big.Int, scale int) (d decimalDigits, negative bool) {
	text := new(big.Int).Abs(unscaled).String()
	return digitsOf(text, len(text)-scale), unscaled.Sign() < 0
}

// floatDigits returns the digits of a double, rounded at the place that most gives (a number of digits, or of digits behind
// the point). Java rounds the double itself, not the digits that print it: 1.005 has less than a half.
func floatDigits(f float64, most int, significant bool) decimalDigits {
	shortest := strconv.FormatFloat(math.Abs(f), 'e', -1, 64)
	d := scientificDigits(shortest)
	n := most
	if !significant {
		n = d.point + most
	}
	if n >= len(d.text) {
		return d
	}
	if significant {
		return scientificDigits(strconv.FormatFloat(math.Abs(f), 'e', max(n-1, 0), 64))
	}
	text := strconv.FormatFloat(math.Abs(f), 'f', most, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	return digitsOf(whole+fraction, len(whole))
}

// scientificDigits reads d.ddde±x.
func scientificDigits(text string) decimalDigits {
	mantissa, exponent, _ := strings.Cut(text, "e")
	x, err := strconv.Atoi(exponent)
	if err != nil {
		panic("pebble: a number has no exponent: " + text)
	}
	return digitsOf(strings.Replace(mantissa, ".", "", 1), x+1)
}

// format returns a number as text.
func (p *numberPattern) format(v value.Value) string {
	most, significant := p.maxFraction, false
	if p.exponent > 0 {
		most, significant = p.maxInteger+p.maxFraction, true
	}
	var d decimalDigits
	var negative bool
	switch v.Kind() {
	case value.KindFloat:
		f := v.Float()
		if math.IsNaN(f) {
			return "NaN"
		}
		f *= float64(p.multiplier)
		negative = math.Signbit(f)
		if math.IsInf(f, 0) {
			return p.affixes(negative, "∞")
		}
		d = floatDigits(f, most, significant)
	default:
		unscaled, scale := v.BigInt(), 0
		if u, s, ok := v.Decimal(); ok {
			unscaled, scale = u, s
		}
		if p.multiplier != 1 {
			unscaled = new(big.Int).Mul(unscaled, big.NewInt(int64(p.multiplier)))
		}
		d, negative = exactDigits(unscaled, scale)
		n := most
		if !significant {
			n = d.point + most
		}
		d = d.round(n)
	}
	if p.exponent > 0 {
		return p.affixes(negative, p.scientific(d))
	}
	return p.affixes(negative, p.plain(d))
}

func (p *numberPattern) affixes(negative bool, digits string) string {
	if negative {
		return p.negativePrefix + digits + p.negativeSuffix
	}
	return p.prefix + digits + p.suffix
}

// plain writes digits without an exponent.
func (p *numberPattern) plain(d decimalDigits) string {
	var b strings.Builder
	at := func(place int) byte { // the digit at a place: 0 is that of the ones, -1 that of the tenths
		if i := d.point - 1 - place; i >= 0 && i < len(d.text) {
			return d.text[i]
		}
		return '0'
	}
	whole := max(p.minInteger, d.point)
	fraction := min(max(p.minFraction, len(d.text)-d.point), p.maxFraction)
	if len(d.text) == 0 {
		fraction = p.minFraction
	}
	if whole == 0 && fraction == 0 {
		whole = 1
	}
	for place := whole - 1; place >= 0; place-- {
		b.WriteByte(at(place))
		if p.grouping > 0 && place > 0 && place%p.grouping == 0 {
			b.WriteByte(',')
		}
	}
	if fraction > 0 || p.showPoint {
		b.WriteByte('.')
	}
	for place := -1; place >= -fraction; place-- {
		b.WriteByte(at(place))
	}
	return b.String()
}

// scientific writes digits with an exponent. With more # and 0 than 0 before the point the exponent is a multiple of their
// number.
func (p *numberPattern) scientific(d decimalDigits) string {
	exponent, least := d.point, p.minInteger
	if repeat := p.maxInteger; repeat > 1 && repeat > p.minInteger {
		if exponent >= 1 {
			exponent = (exponent - 1) / repeat * repeat
		} else {
			exponent = (exponent - repeat) / repeat * repeat
		}
		least = 1
	} else {
		exponent -= least
	}
	whole := d.point - exponent
	if d.text == "" {
		whole = least
	}
	total := max(p.minInteger+p.minFraction, whole, len(d.text))
	var b strings.Builder
	for i := range total {
		if i == whole {
			b.WriteByte('.')
		}
		if i < len(d.text) {
			b.WriteByte(d.text[i])
		} else {
			b.WriteByte('0')
		}
	}
	if p.showPoint && total == whole {
		b.WriteByte('.')
	}
	if d.text == "" {
		exponent = 0
	}
	b.WriteByte('E')
	if exponent < 0 {
		b.WriteByte('-')
		exponent = -exponent
	}
	digits := strconv.Itoa(exponent)
	b.WriteString(strings.Repeat("0", max(0, p.exponent-len(digits))) + digits)
	return b.String()
}
