package value

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseDecimal(t *testing.T) {
	for in, want := range map[string]string{
		"1.10": "1.10", "12.50": "12.50", "5": "5", "-0.5": "-0.5", "+.5": "0.5", "1.": "1", "0.00": "0.00", "1e3": "1000",
		"1.5E-3": "0.0015", "12E+1": "120", "-0.001": "-0.001", "0e5": "0",
	} {
		v, err := ParseDecimal(in)
		if err != nil {
			t.Errorf("ParseDecimal(%q): %v", in, err)
			continue
		}
		if got := Text(v); got != want {
			t.Errorf("ParseDecimal(%q) = %s, want %s", in, got, want)
		}
	}
	for _, in := range []string{"", ".", "-", "1.2.3", "a", "1a", "1e", "1e1.5", " 1", "1 ", "+-1", "1.-1", "1_0", "0x1", "NaN"} {
		if v, err := ParseDecimal(in); err == nil {
			t.Errorf("ParseDecimal(%q) = %v, want an error", in, v)
		}
	}
}

func TestDecimalSize(t *testing.T) {
	for _, in := range []string{"1e10001", "1e-10001", "1e999999999999999999999", "0e100000000", strings.Repeat("9", 10001), "0." + strings.Repeat("1", 10001)} {
		if _, err := ParseDecimal(in); !errors.Is(err, ErrNumberSize) {
			t.Errorf("ParseDecimal(%.20q) error = %v, want ErrNumberSize", in, err)
		}
	}
	for _, in := range []string{"1e9999", "1e-10000", strings.Repeat("9", 10000)} {
		if _, err := ParseDecimal(in); err != nil {
			t.Errorf("ParseDecimal(%.20q) error = %v", in, err)
		}
	}
}

func TestDecimalAccessor(t *testing.T) {
	unscaled, scale, ok := mustDecimal(t, "-1.10").Decimal()
	if !ok || unscaled.Int64() != -110 || scale != 2 {
		t.Errorf("Decimal() = %v, %d, %v", unscaled, scale, ok)
	}
	if _, _, ok := Float(1).Decimal(); ok {
		t.Error("a double is a decimal")
	}
}

func TestDecimalPrecision(t *testing.T) {
	for n := range 120 {
		for _, tt := range []struct {
			n    *big.Int
			want int
		}{{pow10(n), n + 1}, {new(big.Int).Sub(pow10(n), big.NewInt(1)), max(n, 1)}} {
			if got := (&decimal{unscaled: tt.n}).precision(); got != tt.want {
				t.Errorf("precision of %v = %d, want %d", tt.n, got, tt.want)
			}
		}
	}
}

// TestDecimalQuotient checks that a quotient of decimals lies within half a unit of its last digit.
func TestDecimalQuotient(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		operand := func(unscaled *rapid.Generator[int64], name string) *decimal {
			return &decimal{big.NewInt(unscaled.Draw(t, name)), rapid.IntRange(-40, 40).Draw(t, name+" scale")}
		}
		x := operand(rapid.Int64(), "x")
		y := operand(rapid.Int64().Filter(func(n int64) bool { return n != 0 }), "y")
		q, err := quoDecimals(x, y)
		if err != nil {
			t.Fatal(err)
		}
		if q.precision() > decimalDigits {
			t.Fatalf("quotient has %d digits", q.precision())
		}
		off := new(big.Rat).Sub(new(big.Rat).Quo(rat(x), rat(y)), rat(q))
		half := new(big.Rat).Quo(rat(&decimal{big.NewInt(1), q.scale}), big.NewRat(2, 1))
		if off.Abs(off).Cmp(half) > 0 {
			t.Fatalf("quotient %s is off by %s", q.append(nil), off.FloatString(60))
		}
	})
}

func rat(d *decimal) *big.Rat {
	if d.scale >= 0 {
		return new(big.Rat).SetFrac(d.unscaled, pow10(d.scale))
	}
	return new(big.Rat).SetInt(new(big.Int).Mul(d.unscaled, pow10(-d.scale)))
}
