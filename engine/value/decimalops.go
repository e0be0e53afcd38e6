package value

import (
	"errors"
	"math"
	"math/big"
)

// decimalDigits is the precision of products and quotients, that of Java's MathContext.DECIMAL128, which rounds half to
// even.
const decimalDigits = 34

// operand returns a number as a decimal operand. Kestra takes every operand through a double, which gives 1.10 the scale
// of 1.1 and an integer the scale of 1.0; so does this, unless digits would be lost.
func operand(v Value) (*decimal, error) {
	f, _ := v.AsFloat()
	if v.kind == KindFloat && (math.IsInf(f, 0) || math.IsNaN(f)) {
		return nil, errors.New("double is not finite")
	}
	if math.IsInf(f, 0) { // an integer or decimal beyond the doubles
		return exactDecimal(v), nil
	}
	text, err := ParseDecimal(string(AppendFloat(nil, f)))
	if err != nil {
		return nil, err
	}
	if d := text.decimal(); v.kind == KindFloat || d.cmp(exactDecimal(v)) == 0 {
		return d, nil
	}
	return exactDecimal(v), nil
}

func addDecimals(x, y *decimal) (*decimal, error) {
	a, b, scale := align(x, y)
	return &decimal{new(big.Int).Add(a, b), scale}, nil
}

func subDecimals(x, y *decimal) (*decimal, error) {
	a, b, scale := align(x, y)
	return &decimal{new(big.Int).Sub(a, b), scale}, nil
}

func mulDecimals(x, y *decimal) (*decimal, error) {
	d := &decimal{new(big.Int).Mul(x.unscaled, y.unscaled), x.scale + y.scale}
	d.round()
	return d, nil
}

// quoDecimals gives an exact quotient the scale nearest to the difference of the scales, and any other 34 digits.
func quoDecimals(x, y *decimal) (*decimal, error) {
	if y.unscaled.Sign() == 0 {
		return nil, ErrDivisionByZero
	}
	preferred := x.scale - y.scale
	if x.unscaled.Sign() == 0 {
		return &decimal{new(big.Int), preferred}, nil
	}
	// With more shift the quotient has more digits; a few more than needed decide the rounding.
	shift := max(decimalDigits+2+y.precision()-x.precision(), 0)
	q, r := new(big.Int).QuoRem(new(big.Int).Mul(x.unscaled, pow10(shift)), y.unscaled, new(big.Int))
	d := &decimal{q, preferred + shift}
	if r.Sign() != 0 {
		// One more digit stands for the rest, so that what looks like half is more than half.
		d.unscaled.Mul(d.unscaled, big.NewInt(10))
		d.unscaled.Add(d.unscaled, big.NewInt(int64(x.unscaled.Sign()*y.unscaled.Sign())))
		d.scale++
		d.round()
		return d, nil
	}
	d.round()
	d.strip(preferred)
	return d, nil
}

// remDecimals has the scale that Java gives x - q × y for the whole quotient q.
func remDecimals(x, y *decimal) (*decimal, error) {
	if y.unscaled.Sign() == 0 {
		return nil, ErrDivisionByZero
	}
	a, b, scale := align(x, y)
	q, r := new(big.Int).QuoRem(a, b, new(big.Int))
	quotient := &decimal{unscaled: q}
	if preferred := x.scale - y.scale; q.Sign() == 0 {
		quotient.scale = preferred
	} else {
		quotient.strip(preferred)
		quotient.scale = max(quotient.scale, preferred)
	}
	rest := &decimal{r, scale}
	rest.strip(max(x.scale, quotient.scale+y.scale))
	return rest, nil
}

// round cuts d to 34 digits, half to even.
func (d *decimal) round() {
	drop := d.precision() - decimalDigits
	if drop <= 0 {
		return
	}
	unit := pow10(drop)
	q, r := new(big.Int).QuoRem(d.unscaled, unit, new(big.Int))
	half := r.Lsh(r, 1).CmpAbs(unit)
	if half > 0 || half == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(int64(d.unscaled.Sign())))
	}
	d.unscaled = q
	d.scale -= drop
	d.round() // a carry may have made one digit more
}

// strip removes zeros at the end while the scale is above the given one.
func (d *decimal) strip(scale int) {
	if d.unscaled.Sign() == 0 {
		d.scale = min(d.scale, scale)
		return
	}
	ten, r := big.NewInt(10), new(big.Int)
	for d.scale > scale {
		q, _ := new(big.Int).QuoRem(d.unscaled, ten, r)
		if r.Sign() != 0 {
			return
		}
		d.unscaled = q
		d.scale--
	}
}
