package yaml

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// ready returns a meter with some steps.
func ready() *meter.Meter {
	m := new(meter.Meter)
	m.Reset(&meter.Limits{Steps: 100_000, OutputBytes: 1 << 20, Memory: 1 << 26}, nil)
	return m
}

func TestText(t *testing.T) {
	for json, want := range map[string]string{
		// Strings: plain where a reader takes them for strings, numbers always plain.
		`""`: "--- \"\"\n", `"true"`: "\"true\"\n", `"123"`: "123\n", `"1.5"`: "1.5\n", `"yes"`: "\"yes\"\n", `"null"`: "\"null\"\n", `"~x"`: "\"~x\"\n",
		`"a b"`: "a b\n", `"a: b"`: "\"a: b\"\n", `"a:b"`: "a:b\n", `"a:"`: "\"a:\"\n", `"a #b"`: "\"a #b\"\n", `"a#b"`: "a#b\n", `"a,b"`: "\"a,b\"\n", `"[a"`: "\"[a\"\n", `"- x"`: "'- x'\n", `"-x"`: "-x\n",
		`"? x"`: "'? x'\n", `"'x'"`: "'''x'''\n", `"it's"`: "it's\n", `"*a"`: "'*a'\n", `"@a"`: "'@a'\n", `"%a"`: "'%a'\n", `"---"`: "'---'\n", `" a"`: "' a'\n", `"a "`: "'a '\n",
		`"tab\there"`: "\"tab\\there\"\n", `"bell\u0007\u001b\u007f"`: "\"bell\\a\\e\\x7f\"\n", `"\u00e9🚀"`: "é🚀\n", `"q\"\\\t"`: "\"q\\\"\\\\\\t\"\n",
		// Lines.
		`"a\nb"`: "|-\n  a\n  b\n", `"a\nb\n"`: "|\n  a\n  b\n", `"a\n\n"`: "|+\n  a\n\n", `"\n"`: "|2+\n\n", `" a\nb"`: "|2-\n   a\n  b\n", `"a\n\n b"`: "|-\n  a\n\n   b\n", `"a \nb"`: "\"a \\nb\"\n", `"a\r\nb"`: "\"a\\r\\nb\"\n",
		// Structures.
		`[]`: "[]\n", `{}`: "{}\n", `[[], {}, ""]`: " - []\n - {}\n - \"\"\n", `{"a":[],"b":{},"c":"","d":null}`: "a: []\nb: {}\nc: \"\"\nd: null\n",
		`[1,[2,[3]]]`: " - 1\n -\n   - 2\n   -\n     - 3\n", `[{"a":1,"b":[2]},{"c":{"d":3}}]`: " -\n  a: 1\n  b:\n   - 2\n -\n  c:\n    d: 3\n",
		`{"a":{"b":[{"c":1}]}}`: "a:\n  b:\n   -\n    c: 1\n", `{"k":["x\ny"]}`: "k:\n - |-\n  x\n  y\n",
		`{"n":1,"yes":2,"1":3,"a b":4,"0x1":5,"":6,"a: b":7,"x\ny":8}`: "\"n\": 1\n\"yes\": 2\n\"1\": 3\na b: 4\n\"0x1\": 5\n\"\": 6\n'a: b': 7\n? \"x\\ny\"\n: 8\n",
		// Texts that a reader could take for another type.
		`{"zip":"01234"}`: "zip: '01234'\n", `{"123":"x"}`: "\"123\": x\n", `"0_1"`: "'0_1'\n", `"-01"`: "-01\n", `"0"`: "0\n", `"01a"`: "01a\n",
		`{"-x":1,"+":2,".5":3,"_1":4,"5x":5}`: "\"-x\": 1\n\"+\": 2\n\".5\": 3\n_1: 4\n\"5x\": 5\n",
		`1.0`:                                 "1.0\n", `1e21`: "1.0E21\n", `12345678901234567890`: "12345678901234567890\n", `false`: "false\n",
	} {
		v, err := value.DecodeJSONText(json)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Text(ready(), v)
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", json, got, err, want)
		}
	}
	long := strings.Repeat("k", 200)
	got, err := Text(ready(), value.MapOf("a", value.MapOf(long, value.Int(1))))
	if want := "a:\n  ? " + long + "\n  : 1\n"; err != nil || got != want {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestTextIsRead checks that another reader reads what Text writes, except strings that are numbers or dates.
func TestTextIsRead(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	alphabet := []rune("ab:#-?,[]{}&*!|>'\"%@`~ \n\t\\\u00e9\u0085\u00a0\u2028\ufeff\x01")
	for range 20_000 {
		text := make([]rune, 1+r.IntN(6))
		for i := range text {
			text[i] = alphabet[r.IntN(len(alphabet))]
		}
		v := value.MapOf("k"+string(text), value.ListOf(value.String(string(text)), value.String("a"+string(text)+"a")))
		out, err := Text(ready(), v)
		if err != nil {
			t.Fatal(err)
		}
		docs, err := Parse([]byte(out), 1, func(int) error { return nil })
		if err != nil {
			t.Fatalf("%q becomes %q: %v", string(text), out, err)
		}
		var c Converter
		if back, err := c.Value(docs[0]); err != nil || !value.Equal(back, v) {
			t.Errorf("%q becomes %q and is read as %s, %v", string(text), out, value.JSON(back), err)
		}
	}
}

// TestTextIsCharged checks that a limit ends the writing of a value that has one text many times.
func TestTextIsCharged(t *testing.T) {
	v := value.String("text")
	for range 60 {
		v = value.ListOf(v, v)
	}
	if _, err := Text(ready(), v); err == nil {
		t.Error("2^60 texts are written")
	}
}
