package jq

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// numberFunctions are the functions on numbers. Those of mathematics give doubles, also where they are whole; pow and
// atan2 do not.
func numberFunctions() map[string]valueFunc {
	out := map[string]valueFunc{
		"infinite/0":   func(*run, value.Value, []value.Value) (value.Value, error) { return value.Float(math.Inf(1)), nil },
		"nan/0":        func(*run, value.Value, []value.Value) (value.Value, error) { return value.Float(math.NaN()), nil },
		"isnan/0":      is(math.IsNaN),
		"isinfinite/0": is(func(f float64) bool { return math.IsInf(f, 0) }),
		"isfinite/0":   is(func(f float64) bool { return !math.IsInf(f, 0) }),
		"isnormal/0":   is(func(f float64) bool { return math.Abs(f) >= 0x1p-1022 && !math.IsInf(f, 0) }),
		"tonumber/0":   toNumber,
	}
	for name, f := range map[string]func(float64) float64{
		"acos": math.Acos, "asin": math.Asin, "atan": math.Atan, "cbrt": math.Cbrt, "ceil": math.Ceil, "cos": math.Cos, "cosh": math.Cosh,
		"exp": math.Exp, "exp2": math.Exp2, "expm1": math.Expm1, "floor": math.Floor, "log": math.Log, "log10": log10,
		"log1p": math.Log1p, "log2": func(x float64) float64 { return log10(x) / log10(2) }, "round": round, "sin": math.Sin,
		"sinh": math.Sinh, "sqrt": math.Sqrt, "tan": math.Tan, "tanh": math.Tanh, "exp10": func(x float64) float64 { return math.Pow(10, x) },
	} {
		out[name+"/0"] = func(r *run, v value.Value, _ []value.Value) (value.Value, error) {
			if err := needs("mathfunc", v, "NUMBER"); err != nil {
				return value.Null, err
			}
			if err := r.m.ChargeNumber(v); err != nil {
				return value.Null, err
			}
			x, _ := v.AsFloat()
			return value.Float(f(x)), nil
		}
	}
	return out
}

// binaryFunctions are the functions of two numbers, which are their arguments.
func binaryFunctions() map[string]operator {
	out := map[string]operator{}
	for name, f := range map[string]func(x, y float64) float64{"pow/2": math.Pow, "atan2/2": math.Atan2} {
		out[name] = func(r *run, a, b value.Value) (value.Value, error) {
			if err := needsArgument(name, "0th", a, "NUMBER"); err != nil {
				return value.Null, err
			}
			if err := needsArgument(name, "1st", b, "NUMBER"); err != nil {
				return value.Null, err
			}
			if err := r.m.ChargeNumbers(a, b); err != nil {
				return value.Null, err
			}
			x, _ := a.AsFloat()
			y, _ := b.AsFloat()
			return whole(value.Float(f(x, y))), nil
		}
	}
	return out
}

// is makes a test of a number, which no other value passes.
func is(test func(float64) bool) valueFunc {
	return func(_ *run, v value.Value, _ []value.Value) (value.Value, error) {
		f, ok := v.AsFloat()
		return value.Bool(ok && v.IsNumber() && test(f)), nil
	}
}

// round rounds half away from zero; like Java's long it ends at 63 bits, and not-a-number is 0.
func round(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return max(-1<<63, min(1<<63, math.Round(x)))
}

// log10 is the common logarithm as FreeBSD's library has it, from where Java's comes: [math.Log10] is not exact for powers
// of ten.
func log10(x float64) float64 {
	if !(x > 0) || math.IsInf(x, 1) {
		return math.Log(x)
	}
	const (
		perE  = 4.34294481903251816668e-01
		high2 = 3.01029995663611771306e-01
		low2  = 3.69423907715893078616e-13
	)
	fraction, exponent := math.Frexp(x)
	if exponent > 0 { // the significand is below 1 only where the exponent is negative
		fraction, exponent = 2*fraction, exponent-1
	}
	k := float64(exponent)
	return k*low2 + perE*math.Log(fraction) + k*high2
}

// toNumber reads a text as Java reads a double; a number that is written as an integer stays exact.
func toNumber(r *run, v value.Value, _ []value.Value) (value.Value, error) {
	switch {
	case v.IsNumber():
		return v, nil
	case v.Kind() != value.KindString:
		return value.Null, fail("%s cannot be parsed as a number", v)
	}
	if err := r.m.Charge(len(v.Str()) / meter.TextPerChange); err != nil {
		return value.Null, err
	}
	n, ok := javaDouble(v.Str())
	if !ok {
		return value.Null, fail("N/A") // what jackson-jq says
	}
	return whole(n), nil
}

// javaDouble is Java's Double.parseDouble.
func javaDouble(text string) (value.Value, bool) {
	text = strings.TrimFunc(text, func(c rune) bool { return c <= ' ' })
	if n, ok := value.ParseNumber(text); ok {
		return n, true
	}
	unsigned := strings.TrimPrefix(strings.TrimPrefix(text, "+"), "-")
	if unsigned == "NaN" || unsigned == "Infinity" {
		f, _ := strconv.ParseFloat(strings.Replace(text, unsigned, "Inf", 1), 64)
		return value.Float(f * map[string]float64{"NaN": math.NaN(), "Infinity": 1}[unsigned]), true
	}
	hexadecimal := len(unsigned) > 1 && unsigned[1]|0x20 == 'x'
	if c := len(text) - 1; c > 0 && strings.ContainsAny(text[c:], "dDfF") && (!hexadecimal || strings.ContainsAny(text, "pP")) {
		text = text[:c]
	}
	if unsigned == "" || strings.ContainsAny(text, "_") || strings.ContainsAny(unsigned[:1], "+-iInN") {
		return value.Null, false
	}
	f, err := strconv.ParseFloat(text, 64)
	return value.Float(f), err == nil || errors.Is(err, strconv.ErrRange)
}
