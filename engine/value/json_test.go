package value

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDecodeJSON(t *testing.T) {
	big30, _ := new(big.Int).SetString("123456789012345678901234567890", 10)
	thousand, _ := new(big.Int).SetString(strings.Repeat("9", MaxNumberDigits), 10)
	tests := []struct {
		name, text string
		want       Value
	}{
		{"null", `null`, Null},
		{"booleans", `[true,false]`, ListOf(Bool(true), Bool(false))},
		{"white space around", " \t\r\n1 \n", Int(1)},
		{"integers", `[0,-1,9007199254740993]`, ListOf(Int(0), Int(-1), Int(9007199254740993))},
		{"the ends of 64 bits", `[9223372036854775807,-9223372036854775808]`, ListOf(Int(1<<63-1), Int(-1<<63))},
		{"integers beyond 64 bits", `123456789012345678901234567890`, BigInt(big30)},
		{"the longest integer", strings.Repeat("9", MaxNumberDigits), BigInt(thousand)},
		{"minus zero is an integer", `-0`, Int(0)},
		{"exponents are doubles", `[1e3,1.10,1e-400]`, ListOf(Float(1000), Float(1.1), Float(0))},
		{"beyond the doubles", `[1e400,-1E400]`, ListOf(String("1e400"), String("-1E400"))},
		{"empty containers", `[[],{},""]`, ListOf(ListOf(), MapOf(), String(""))},
		{"keys keep their order", `{"z":1,"a":2,"m":3}`, MapOf("z", Int(1), "a", Int(2), "m", Int(3))},
		{"null members stay", `{"a":null}`, MapOf("a", Null)},
		{"last value at the first place", `{"a":1,"b":2,"a":3}`, MapOf("a", Int(3), "b", Int(2))},
		{
			"last value at the first place, large", `{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"a":9}`,
			MapOf("a", Int(9), "b", Int(2), "c", Int(3), "d", Int(4), "e", Int(5), "f", Int(6), "g", Int(7), "h", Int(8)),
		},
		{"escapes", `"\"\\\/\b\f\n\r\t\u00e9"`, String("\"\\/\b\f\n\r\té")},
		{"surrogate pair", `"\ud83d\ude00"`, String("😀")},
		{"lone surrogates", `"\ud800x\udc00\ud800\u0041"`, String("\ufffdx\ufffd\ufffdA")},
		{"invalid UTF-8", "\"a\xff\xe2\x82b\"", String("a\ufffd\ufffd\ufffdb")},
		{"escaped keys", `{"\u0061":1}`, MapOf("a", Int(1))},
		{
			"strings of every length up to a word and more", `["","1","12","1234567","12345678","123456789","12345678\n"]`,
			Strings([]string{"", "1", "12", "1234567", "12345678", "123456789", "12345678\n"}),
		},
		{"indentation", "{\n            \"a\" : [\n\t1 ,\r\n 2 ]\n}", MapOf("a", ListOf(Int(1), Int(2)))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := DecodeJSON([]byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("DecodeJSON(%.80q) (-want +got):\n%s", tt.text, diff)
			}
			kind, err := ScanJSON([]byte(tt.text))
			if err != nil {
				t.Fatalf("ScanJSON: %v", err)
			}
			if want := scannedKind(got, tt.text); kind != want {
				t.Errorf("ScanJSON = %v, want %v", kind, want)
			}
		})
	}
}

// scannedKind is the kind that ScanJSON promises for a text that decodes to v.
func scannedKind(v Value, text string) Kind {
	switch {
	case v.Kind() == KindBigInt:
		return KindInt
	case v.Kind() == KindString && !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), `"`):
		return KindFloat
	default:
		return v.Kind()
	}
}

func TestDecodeJSONRefuses(t *testing.T) {
	deep := strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1)
	tests := []struct {
		name, text string
		want       SyntaxError
	}{
		{"nothing", ``, SyntaxError{0, 1, 1, "text ends where a value is due"}},
		{"blank", " \n ", SyntaxError{3, 2, 2, "text ends where a value is due"}},
		{"a second value", `1 2`, SyntaxError{2, 1, 3, "unexpected '2' where the end of the text is due"}},
		{"leading zero", `01`, SyntaxError{1, 1, 2, "unexpected '1' where the end of the text is due"}},
		{"plus", `+1`, SyntaxError{0, 1, 1, "unexpected '+' where a value is due"}},
		{"only minus", `-`, SyntaxError{1, 1, 2, "text ends where a digit is due"}},
		{"no fraction", `1.`, SyntaxError{2, 1, 3, "text ends where a digit is due"}},
		{"no whole part", `.5`, SyntaxError{0, 1, 1, "unexpected '.' where a value is due"}},
		{"no exponent", `1e+`, SyntaxError{3, 1, 4, "text ends where a digit is due"}},
		{"half a word", `[nul]`, SyntaxError{4, 1, 5, "unexpected ']' where null is due"}},
		{"trailing comma in a list", `[1,]`, SyntaxError{3, 1, 4, "unexpected ']' where a value is due"}},
		{"trailing comma in a map", `{"a":1,}`, SyntaxError{7, 1, 8, "unexpected '}' where a key is due"}},
		{"key without quotes", `{a:1}`, SyntaxError{1, 1, 2, "unexpected 'a' where a key is due"}},
		{"no colon", `{"a" 1}`, SyntaxError{5, 1, 6, "unexpected '1' where a colon is due"}},
		{"wrong bracket", `[1}`, SyntaxError{2, 1, 3, "unexpected '}' where a comma or ] is due"}},
		{"wrong brace", `{"a":1]`, SyntaxError{6, 1, 7, "unexpected ']' where a comma or } is due"}},
		{"open list", `[[1]`, SyntaxError{4, 1, 5, "text ends where a comma or ] is due"}},
		{"open string", `"abcdefghijk`, SyntaxError{12, 1, 13, "text ends inside a string"}},
		{"open escape", `"\`, SyntaxError{2, 1, 3, "text ends inside a string"}},
		{"unknown escape", `"\x"`, SyntaxError{2, 1, 3, "unexpected 'x' where an escape character is due"}},
		{"short unicode escape", `"\u12"`, SyntaxError{5, 1, 6, "unexpected '\"' where a hexadecimal digit is due"}},
		{"line break in a string", "\"é\nx\"", SyntaxError{3, 1, 3, "control character '\\n' inside a string"}},
		{"byte order mark", "\ufeff1", SyntaxError{0, 1, 1, `unexpected '\ufeff' where a value is due`}},
		{"form feed is no white space", "\f1", SyntaxError{0, 1, 1, `unexpected '\f' where a value is due`}},
		{"columns count characters", "\n\"éé\" x", SyntaxError{8, 2, 6, "unexpected 'x' where the end of the text is due"}},
		{"too deep", deep, SyntaxError{1000, 1, 1001, "more than 1000 lists and maps inside each other"}},
		{"too many digits", "[-" + strings.Repeat("9", 999) + ".12]", SyntaxError{1, 1, 2, "number has more than 1000 digits"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := DecodeJSON([]byte(tt.text))
			var got *SyntaxError
			if !errors.As(err, &got) {
				t.Fatalf("DecodeJSON(%.80q) error = %v, want a *SyntaxError", tt.text, err)
			}
			if diff := cmp.Diff(tt.want, *got); diff != "" {
				t.Errorf("DecodeJSON(%.80q) error (-want +got):\n%s", tt.text, diff)
			}
			_, scanErr := ScanJSON([]byte(tt.text))
			if diff := cmp.Diff(err, scanErr); diff != "" {
				t.Errorf("ScanJSON fails otherwise than DecodeJSON:\n%s", diff)
			}
		})
	}
}

func TestDecodeJSONLimitsInclusive(t *testing.T) {
	for name, text := range map[string]string{
		"depth":  strings.Repeat(`{"a":[`, MaxDepth/2) + strings.Repeat("]}", MaxDepth/2),
		"digits": "-" + strings.Repeat("9", MaxNumberDigits-3) + ".1e+12",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := DecodeJSON([]byte(text)); err != nil {
				t.Error(err)
			}
			if _, err := ScanJSON([]byte(text)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestScanJSONDoesNotAllocate(t *testing.T) {
	data := []byte(`{"a":[1,2.5,{"b":"\u00e9"}],"c":null}`)
	if n := testing.AllocsPerRun(100, func() { ScanJSON(data) }); n != 0 {
		t.Errorf("ScanJSON allocates %v times", n)
	}
	if !json.Valid(data) {
		t.Fatal("the text of this test is no JSON")
	}
}

func TestSyntaxErrorText(t *testing.T) {
	_, err := DecodeJSON([]byte("{\n  \"a\": tru }"))
	const want = `JSON is invalid at line 2, column 11: unexpected ' ' where true is due`
	if err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
}

// TestDecodeJSONPrefix checks that text after a value is ignored, unless it makes the end of the value doubtful.
func TestDecodeJSONPrefix(t *testing.T) {
	for text, want := range map[string]string{"[1] x": "[1]", " {}{}": "{}", "1 2": "1", `"a"b`: `"a"`, "null,": "null", "true-x": "true", "12\n,": "12"} {
		if got, err := DecodeJSONPrefix(text); err != nil || JSON(got) != want {
			t.Errorf("%s: got %s, %v", text, JSON(got), err)
		}
	}
	for _, text := range []string{"", "x", "[1", "[1 x]", "{\"a\"}", "2024-02-29", "12:30", "01", "1a", "12,", "1.5,", "truex", "nullé", "false_", "1\u00a0"} {
		if got, err := DecodeJSONPrefix(text); err == nil {
			t.Errorf("%s: got %s", text, JSON(got))
		}
	}
}
