package value

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"
	"time"
)

func mustDecimal(t *testing.T, s string) Value {
	t.Helper()
	v, err := ParseDecimal(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestPrint has texts as Kestra 1.3.25 prints them, except that maps keep the order of the document and null members are kept.
func TestPrint(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	big30, _ := new(big.Int).SetString("123456789012345678901234567890", 10)
	at := time.Date(2024, 2, 29, 12, 14, 15, 123456789, paris)
	decimal := mustDecimal(t, "1.10")
	nested := MapOf("b", ListOf(Int(1), String("a"), Null), "a", Null)
	lazy := NewMap(1)
	lazy.SetLazy("x", func() Value { return String("y") })
	tests := []struct {
		name             string
		v                Value
		text, java, json string
	}{
		{"null", Null, "", "null", "null"},
		{"boolean", Bool(true), "true", "true", "true"},
		{"false", Bool(false), "false", "false", "false"},
		{"integer", Int(-3), "-3", "-3", "-3"},
		{"big integer", BigInt(big30), "123456789012345678901234567890", "123456789012345678901234567890", "123456789012345678901234567890"},
		{"double", Float(1), "1.0", "1.0", "1.0"},
		{"not a number", Float(math.NaN()), "NaN", "NaN", `"NaN"`},
		{"infinity", Float(math.Inf(-1)), "-Infinity", "-Infinity", `"-Infinity"`},
		{"decimal keeps its scale", decimal, "1.10", "1.10", "1.10"},
		{"string", String(`a"b`), `a"b`, `a"b`, `"a\"b"`},
		{"empty string", String(""), "", "", `""`},
		{"list", ListOf(Int(1), String("a"), Null), `[1,"a",null]`, "[1, a, null]", `[1,"a",null]`},
		{"map", nested, `{"b":[1,"a",null],"a":null}`, "{b=[1, a, null], a=null}", `{"b":[1,"a",null],"a":null}`},
		{"empty list and map", ListOf(ListOf(), MapOf()), "[[],{}]", "[[], {}]", "[[],{}]"},
		{"list of doubles", ListOf(Float(1e21), decimal), "[1.0E21,1.10]", "[1.0E21, 1.10]", "[1.0E21,1.10]"},
		{"lazy member", FromMap(lazy), `{"x":"y"}`, "{x=y}", `{"x":"y"}`},
		{"zoned time", Time(at), "2024-02-29T12:14:15.123456789+01:00[Europe/Paris]", "2024-02-29T12:14:15.123456789+01:00[Europe/Paris]", `"2024-02-29T11:14:15.123456789Z"`},
		{"instant", Time(time.Date(2024, 2, 29, 13, 14, 15, 1e8, time.UTC)), "2024-02-29T13:14:15.100Z", "2024-02-29T13:14:15.100Z", `"2024-02-29T13:14:15.1Z"`},
		{"instant at a full minute", Time(time.Date(2024, 2, 29, 13, 14, 0, 0, time.UTC)), "2024-02-29T13:14:00Z", "2024-02-29T13:14:00Z", `"2024-02-29T13:14:00Z"`},
		{"offset time at a full minute", Time(time.Date(2024, 2, 29, 13, 14, 0, 0, time.FixedZone("", 5400))), "2024-02-29T13:14+01:30", "2024-02-29T13:14+01:30", `"2024-02-29T11:44:00Z"`},
		{"offset with seconds", Time(time.Date(1900, 1, 1, 0, 0, 1, 1000, time.FixedZone("", 75))), "1900-01-01T00:00:01.000001+00:01:15", "1900-01-01T00:00:01.000001+00:01:15", `"1899-12-31T23:58:46.000001Z"`},
		{"opaque", Opaque(struct{}{}), "opaque", "opaque", `"opaque"`},
		{"opaque with a text", Opaque(time.Second), "1s", "1s", `"1s"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Text(tt.v); got != tt.text {
				t.Errorf("Text = %s, want %s", got, tt.text)
			}
			if got := JavaText(tt.v); got != tt.java {
				t.Errorf("JavaText = %s, want %s", got, tt.java)
			}
			if got := JSON(tt.v); got != tt.json {
				t.Errorf("JSON = %s, want %s", got, tt.json)
			}
			if got := tt.v.String(); got != tt.json {
				t.Errorf("String = %s, want %s", got, tt.json)
			}
			if !json.Valid([]byte(JSON(tt.v))) {
				t.Errorf("JSON = %s is no JSON", JSON(tt.v))
			}
		})
	}
}

func TestAppendQuoted(t *testing.T) {
	for s, want := range map[string]string{
		"":                     `""`,
		"\"\\/<>&":             `"\"\\/<>&"`,
		"\b\f\n\r\t":           `"\b\f\n\r\t"`,
		"\x00\x1f\x7f":         "\"\\u0000\\u001F\x7f\"",
		"HÉLLO ß ключ 🚀\u2028": "\"HÉLLO ß ключ 🚀\u2028\"",
		"a\xffb\xe2\x82":       "\"a\ufffdb\ufffd\ufffd\"",
		"\ufffd":               "\"\ufffd\"",
	} {
		if got := string(AppendQuoted(nil, s)); got != want {
			t.Errorf("AppendQuoted(%q) = %s, want %s", s, got, want)
		}
	}
}

// TestAppendFloat has texts as Java 19 and later write them.
func TestAppendFloat(t *testing.T) {
	for _, tt := range []struct {
		f    float64
		want string
	}{
		{0, "0.0"},
		{math.Copysign(0, -1), "-0.0"},
		{1, "1.0"},
		{-1.5, "-1.5"},
		{100, "100.0"},
		{0.001, "0.001"},
		{0.00099, "9.9E-4"},
		{0.0001, "1.0E-4"},
		{1e-5, "1.0E-5"},
		{-1e-5, "-1.0E-5"},
		{9999999, "9999999.0"},
		{9999999.999999998, "9999999.999999998"},
		{1e7, "1.0E7"},
		{-1e7, "-1.0E7"},
		{12345678.9, "1.23456789E7"},
		{1234567890, "1.23456789E9"},
		{1e21, "1.0E21"},
		{1e100, "1.0E100"},
		{2e23, "2.0E23"},
		{9007199254740992, "9.007199254740992E15"},
		{1.2345678901234568e29, "1.2345678901234568E29"},
		{8.1000000729e-30, "8.1000000729E-30"},
		{0.30000000000000004, "0.30000000000000004"},
		{math.MaxFloat64, "1.7976931348623157E308"},
		{math.SmallestNonzeroFloat64, "4.9E-324"},
		{-math.SmallestNonzeroFloat64, "-4.9E-324"},
		{2 * math.SmallestNonzeroFloat64, "9.9E-324"},
		{math.NaN(), "NaN"},
		{math.Inf(1), "Infinity"},
		{math.Inf(-1), "-Infinity"},
	} {
		if got := string(AppendFloat(nil, tt.f)); got != tt.want {
			t.Errorf("AppendFloat(%g) = %s, want %s", tt.f, got, tt.want)
		}
	}
}
