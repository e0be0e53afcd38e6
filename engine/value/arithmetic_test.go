package value

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var operators = map[string]func(a, b Value) (Value, error){"+": Add, "-": Sub, "*": Mul, "/": Div, "%": Rem}

// number reads an operand of a table: with a d at its end a decimal, else as JSON does.
func number(t testing.TB, s string) Value {
	t.Helper()
	if n := len(s) - 1; s[n] == 'd' {
		v, err := ParseDecimal(s[:n])
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	return decode(t, s)
}

func TestArithmetic(t *testing.T) {
	tests := []struct{ a, op, b, want string }{
		// From Kestra 1.3.25.
		{"1", "+", "1", "2"},
		{"1", "+", "-3", "-2"},
		{"1", "+", "1.5", "2.5"},
		{"1", "+", "1.0", "2.0"},
		{"1.5", "+", "1.0", "2.5"},
		{"1.10", "+", "1", "2.1"},
		{"1.1", "+", "2.2", "3.3000000000000003"},
		{"1.5", "+", "123456789012345678901234567890", "1.2345678901234568E29"},
		{"1", "-", "-3", "4"},
		{"1", "-", "1.0", "0.0"},
		{"1", "-", "1.5", "-0.5"},
		{"-3", "*", "0", "0"},
		{"0", "*", "1.0", "0.0"},
		{"100", "*", "1.1", "110.00000000000001"},
		{"0.1", "*", "3", "0.30000000000000004"},
		{"123456789.0", "*", "10", "1.23456789E9"},
		{"123456789", "*", "987654321", "121932631112635269"},
		{"7", "/", "2", "3"},
		{"-7", "/", "2", "-3"},
		{"1", "/", "3.0", "0.3333333333333333"},
		{"1.0", "/", "1.5", "0.6666666666666666"},
		{"1.0", "/", "0", "Infinity"},
		{"1.5", "/", "123456789012345678901234567890", "1.2150000109350002E-29"},
		{"1", "/", "123456789012345678901234567890", "0"},
		{"7", "%", "3", "1"},
		{"-7", "%", "3", "-1"},
		{"7.5", "%", "2", "1.5"},
		{"-3", "%", "1.5", "-0.0"},
		{"1.0", "%", "0", "NaN"},
		{"1.5", "%", "123456789012345678901234567890", "1.5"},
		{"1.5", "+", "1.10d", "2.6"},
		{"1.10d", "+", "0", "1.1"},
		{"1.10d", "-", "1.10d", "0.0"},
		{"1", "-", "1.10d", "-0.1"},
		{"-3", "-", "1.10d", "-4.1"},
		{"-3", "*", "1.10d", "-3.30"},
		{"1.10d", "*", "0", "0.00"},
		{"1.10d", "*", "1", "1.10"},
		{"123456789012345680000000000000.0", "*", "1.10d", "135802467913580248000000000000"},
		{"1", "/", "1.10d", "0.9090909090909090909090909090909091"},
		{"1.5", "/", "1.10d", "1.363636363636363636363636363636364"},
		{"0", "/", "1.10d", "0"},
		{"1.10d", "/", "1.5", "0.7333333333333333333333333333333333"},
		{"1.10d", "/", "3", "0.3666666666666666666666666666666667"},
		{"1.10d", "/", "1.0", "1.1"},
		{"123456789012345680000000000000.0", "/", "1.10d", "112233444556677890909090909090.9091"},
		{"1.10d", "/", "123456789012345680000000000000.0", "0.000000000000000000000000000008910000080190000650430005212350042"},
		{"-3", "%", "1.10d", "-0.8"},
		{"1", "%", "1.10d", "1.0"},
		{"1.10d", "%", "1", "0.1"},
		{"1.10d", "%", "-3", "1.1"},
		{"123456789012345680000000000000.0", "%", "1.10d", "1"},
		// Kestra wraps around at 64 bits, and takes decimals through doubles even where that loses digits.
		{"9223372036854775807", "+", "1", "9223372036854775808"},
		{"-9223372036854775808", "-", "1", "-9223372036854775809"},
		{"9223372036854775807", "*", "2", "18446744073709551614"},
		{"-9223372036854775808", "*", "-1", "9223372036854775808"},
		{"-9223372036854775808", "*", "1", "-9223372036854775808"},
		{"-9223372036854775808", "/", "-1", "9223372036854775808"},
		{"-9223372036854775808", "%", "-1", "0"},
		{"123456789012345678901234567890", "-", "123456789012345678901234567889", "1"},
		{"123456789012345678901234567890", "/", "10", "12345678901234567890123456789"},
		{"123456789012345678901234567890", "%", "-3", "0"},
		{"123456789012345678901234567891", "+", "0.5d", "123456789012345678901234567891.5"},
		{"0.12345678901234567890d", "+", "0", "0.12345678901234567890"},
		// Half to even at 34 digits.
		{"1000000000000000000000000000000000.5d", "*", "1", "1000000000000000000000000000000000"},
		{"1000000000000000000000000000000001.5d", "*", "1", "1000000000000000000000000000000002"},
		{"9999999999999999999999999999999999.5d", "*", "1", "10000000000000000000000000000000000"},
		{"-1000000000000000000000000000000000.51d", "*", "1", "-1000000000000000000000000000000001"},
		{"2d", "/", "3", "0.6666666666666666666666666666666667"},
		{"-2d", "/", "3", "-0.6666666666666666666666666666666667"},
	}
	for _, tt := range tests {
		t.Run(tt.a+tt.op+tt.b, func(t *testing.T) {
			got, err := operators[tt.op](number(t, tt.a), number(t, tt.b))
			if err != nil {
				t.Fatal(err)
			}
			if Text(got) != tt.want {
				t.Errorf("%s %s %s = %s, want %s", tt.a, tt.op, tt.b, Text(got), tt.want)
			}
		})
	}
}

func TestArithmeticErrors(t *testing.T) {
	huge := BigInt(new(big.Int).Lsh(big.NewInt(1), MaxIntegerBits-1))
	wide, err := Decimal(big.NewInt(1), MaxDecimalDigits)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		op   string
		a, b Value
		want string
		is   error
	}{
		{"division by zero", "/", Int(1), Int(0), "could not perform division: division by zero", ErrDivisionByZero},
		{"modulus by zero", "%", Int(1), Int(0), "could not perform modulus: division by zero", ErrDivisionByZero},
		{"big division by zero", "/", huge, Int(0), "could not perform division: division by zero", ErrDivisionByZero},
		{"decimal division by zero", "/", mustDecimal(t, "1"), Int(0), "could not perform division: division by zero", ErrDivisionByZero},
		{"decimal modulus by zero", "%", mustDecimal(t, "1"), Float(0), "could not perform modulus: division by zero", ErrDivisionByZero},
		{"text", "*", Int(1), String("2"), "could not perform multiplication: string is not a number", nil},
		{"null", "+", Null, Int(1), "could not perform addition: null is not a number", nil},
		{"list", "-", Int(1), ListOf(), "could not perform subtraction: list is not a number", nil},
		{"boolean", "%", Bool(true), Float(1), "could not perform modulus: boolean is not a number", nil},
		{"decimal and not-a-number", "+", mustDecimal(t, "1"), Float(math.NaN()), "could not perform addition: double is not finite", nil},
		{"integer too large", "*", huge, huge, "could not perform multiplication: number has too many digits", ErrNumberSize},
		{"sum too large", "+", huge, huge, "could not perform addition: number has too many digits", ErrNumberSize},
		{"decimal too fine", "*", wide, wide, "could not perform multiplication: number has too many digits", ErrNumberSize},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := operators[tt.op](tt.a, tt.b)
			var got *OperationError
			if !errors.As(err, &got) || err.Error() != tt.want {
				t.Fatalf("error = %v, want the *OperationError %s", err, tt.want)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("error %v is not %v", err, tt.is)
			}
		})
	}
}

func TestNeg(t *testing.T) {
	for in, want := range map[string]string{
		"5": "-5", "0": "0", "-9223372036854775808": "9223372036854775808", "1.5": "-1.5", "0.0": "-0.0", "1.25d": "-1.250",
		"123456789012345678901234567890": "-123456789012345678901234567890",
	} {
		got, err := Neg(number(t, in))
		if err != nil || Text(got) != want {
			t.Errorf("Neg(%s) = %v, %v, want %s", in, got, err, want)
		}
	}
	if _, err := Neg(String("5")); err == nil {
		t.Error("Neg of a string does not fail")
	}
}

func TestIntegersMatchBig(t *testing.T) {
	reference := map[string]func(z, x, y *big.Int) *big.Int{"+": (*big.Int).Add, "-": (*big.Int).Sub, "*": (*big.Int).Mul, "/": (*big.Int).Quo, "%": (*big.Int).Rem}
	near := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-3, 3), rapid.Int64Range(math.MaxInt64-3, math.MaxInt64), rapid.Int64Range(math.MinInt64, math.MinInt64+3))
	rapid.Check(t, func(t *rapid.T) {
		x, y := near.Draw(t, "x"), near.Draw(t, "y")
		for op, f := range operators {
			if y == 0 && (op == "/" || op == "%") {
				continue
			}
			got, err := f(Int(x), Int(y))
			if err != nil {
				t.Fatal(err)
			}
			want := BigInt(reference[op](new(big.Int), big.NewInt(x), big.NewInt(y)))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%d %s %d (-want +got):\n%s", x, op, y, diff)
			}
		}
	})
}

func TestArithmeticDoesNotAllocate(t *testing.T) {
	for op, f := range operators {
		if op == "%" {
			continue
		}
		for _, pair := range [][2]Value{{Int(1 << 40), Int(-3)}, {Float(1.5), Float(2)}} {
			if n := testing.AllocsPerRun(100, func() { f(pair[0], pair[1]) }); n != 0 {
				t.Errorf("%v %s %v allocates %v times", pair[0], op, pair[1], n)
			}
		}
	}
}

func TestNumber(t *testing.T) {
	tests := []struct {
		in   Value
		want Value
		ok   bool
	}{
		{Int(1), Int(1), true},
		{String("2"), Int(2), true},
		{String("-5"), Int(-5), true},
		{String("+5"), Int(5), true},
		{String("007"), Int(7), true},
		{String("2.5"), Float(2.5), true},
		{String("1e3"), Float(1000), true},
		{String("1e400"), Float(math.Inf(1)), true},
		{String("12345678901234567890"), number(t, "12345678901234567890"), true},
		{String(""), Null, false},
		{String("-"), Null, false},
		{String("--5"), Null, false},
		{String(" 2 "), Null, false},
		{String("1-2"), Null, false},
		{String("0x1F"), Null, false},
		{String("1_000"), Null, false},
		{String("Infinity"), Null, false},
		{String("a"), Null, false},
		{Bool(true), Null, false},
		{Null, Null, false},
		{ListOf(), Null, false},
	}
	for _, tt := range tests {
		got, ok := Number(tt.in)
		if ok != tt.ok || !got.Equal(tt.want) {
			t.Errorf("Number(%v) = %v, %v, want %v, %v", tt.in, got, ok, tt.want, tt.ok)
		}
	}
}
