package value

import (
	"math"
	"strings"
	"testing"
)

func TestSizeJSON(t *testing.T) {
	for _, text := range []string{
		`null`, `true`, `-12.5`, `123456789012345678901234567890`, `""`, `"a"`, `"\" \\ \b\f\n\r\t \u0001\u001f é 😀"`,
		`[]`, `[1]`, `[1,[2,3],{}]`, `{}`, `{"a":1}`, `{"a\n":"é","b":[null,false]}`,
	} {
		v, err := DecodeJSONText(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := SizeJSON(v), int64(len(JSON(v))); got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
	for _, s := range []string{"\xff", "a\xc3", strings.Repeat("\x01", 100)} {
		if got, want := SizeJSON(String(s)), int64(len(JSON(String(s)))); got != want {
			t.Errorf("%q: %d, want %d", s, got, want)
		}
	}
}

// TestSizeJSONAllocatesNothing is for the values that lists are mostly made of.
func TestSizeJSONAllocatesNothing(t *testing.T) {
	v := ListOf(Int(-1<<63), Int(0), Float(0.1), Float(math.Inf(-1)), Bool(true), Null, String("a\n"))
	if n := testing.AllocsPerRun(10, func() { SizeJSON(v) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if got, want := SizeJSON(v), int64(len(JSON(v))); got != want {
		t.Errorf("%d bytes, want %d", got, want)
	}
}
