package pebble

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestWriteIon(t *testing.T) {
	st := New(Options{}).acquire(nil, &Context{})
	number := func(text string) value.Value {
		d, err := value.ParseDecimal(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		v    value.Value
		want string
	}{
		{value.Null, "null"},
		{value.Bool(true), "true"},
		{value.Int(-5), "-5"},
		{value.Float(1), "1e0"},
		{value.Float(-1.5), "-1.5e0"},
		{value.Float(1e21), "1.0e21"},
		{value.Float(0), "0e0"},
		{number("1.10"), "1.10"},
		{number("12"), "12."},
		{value.String("a\"b\\c\n\t\x01é🚀"), `"a\"b\\c\n\t\x01é🚀"`},
		{value.MapOf("a", value.Int(1), "k-d", value.Int(2), "1a", value.Int(3), "null", value.Int(4), "", value.Int(5), "it's", value.Int(6), "$1", value.Int(7), "$a_1", value.Int(8)), `{a:1,'k-d':2,'1a':3,'null':4,'':5,'it\'s':6,'$1':7,$a_1:8}`},
		{value.ListOf(value.ListOf(), value.MapOf()), "[[],{}]"},
		{value.FromMap(nil), "{}"},
	} {
		got, err := st.appendIon(nil, c.v)
		if err != nil || string(got) != c.want {
			t.Errorf("got %s, %v; want %s", got, err, c.want)
		}
	}
}

func TestReadIon(t *testing.T) {
	e := New(Options{})
	tmpl, err := e.Compile("{{ fromIon(v, all) | toJson }}")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"{a:1, \"b\": [1.5e0, 1.50, 'sym', plain, true, null, null.int,], 'c d':\"x\"}": `[{"a":1,"b":[1.5,1.50,"sym","plain",true,null,null],"c d":"x"}]`,
		"1 // one\n /* two */ 2 {}\n": "[1,2,{}]", "": "[]", " // nothing": "[]",
		"[0x1F, 0b11, -0x10, 1_000, -5, 123456789012345678901, 1e3, 1E-2, 1d2, 1., -1.5, nan, +inf, -inf]": `[[31,3,-16,1000,-5,123456789012345678901,1000.0,0.01,100,1,-1.5,"NaN","Infinity","-Infinity"]]`,
		`"a\"\\\n\x41\u00e9\U0001f680\0\
b"`: "[\"a\\\"\\\\\\nAé🚀\\u0000b\"]",
		"'''a''' '''b\nc'''":                        `["ab\nc"]`,
		"2024-02-29T13:14:15.123Z 2024-02-29 2024T": `["2024-02-29T13:14:15.123Z","2024-02-29","2024T"]`,
		"1[2] 3/**/4//":                             "[1,[2],3,4]",
		"012":                                       "!", "-00": "!", "29/02/2024": "!",
		"{a:1,a:2}": `[{"a":2}]`,
		"{a:1":      "!", "[1": "!", "{a 1}": "!", "{:1}": "!", "[1 2]": "!", "\"a": "!", "\"a\nb\"": "!", "a::1": "!", "'a'::1": "!", "{{aGk=}}": "!", "(a b)": "!", "/* a": "!", "0x": "!", "1e": "!", "-": "!", "+1": "!", "1.2.3": "!", `"\q"`: "!", `"\x4"`: "!", `"\U00110000"`: "!", "]": "!", "null.": "!", "{a:}": "!", "{,}": "!",
	} {
		got, err := tmpl.Render(&Context{Vars: value.MapOf("v", value.String(text), "all", value.Bool(true)).Map()})
		if err != nil {
			if want != "!" {
				t.Errorf("%q: %v", text, err)
			}
		} else if got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
	c := &Context{}
	for text, want := range map[string]string{
		"{{ fromIon('1 ]') }}": "1", "{{ fromIon('') is null }}": "true", "{{ fromIon(null) is null }}": "true", "{{ fromIon(1) }}": "!evaluation",
		"{{ fromIon('" + strings.Repeat("[", 100_000) + "') }}":  "!limit",
		"{{ fromIon('" + strings.Repeat("[1", 100_000) + "') }}": "!evaluation",
	} {
		if got := outcome(e, c, text); got != want {
			t.Errorf("%.60s: got %.60q, want %q", text, got, want)
		}
	}
}

// TestIonIsRead sees that fromIon gives back what toIon was given.
func TestIonIsRead(t *testing.T) {
	st := New(Options{}).acquire(nil, &Context{})
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		st.Reset(&st.engine.budget, nil)
		v := randomValue(r, 4)
		text, err := st.appendIon(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		back, err := st.parseIon(string(text), true)
		if err != nil || len(back) != 1 || value.JSON(back[0]) != value.JSON(v) {
			t.Fatalf("%s becomes %s and is read as %v, %v", value.JSON(v), text, back, err)
		}
	}
}

// FuzzIon reads texts and what toIon writes of them again: nothing panics or takes long, and the values stay.
func FuzzIon(f *testing.F) {
	for _, text := range []string{"{a:1, 'b c': [\"x\", 1.5e0, 2.50]}", "'''a''' '''b'''", "2024-02-29T", "null.string", "0x1F // c", `"\u00e9\n"`, "a::b", "{{}}", "/**/1"} {
		f.Add(text)
	}
	e := New(Options{Limits: Limits{Steps: 50_000, OutputBytes: 1 << 20}})
	f.Fuzz(func(t *testing.T, text string) {
		st := e.acquire(nil, &Context{})
		defer e.release(st)
		begin := time.Now()
		rows, err := st.parseIon(text, true)
		if took := time.Since(begin); took > 2*time.Second {
			t.Fatalf("%q: took %s", text, took)
		}
		if err != nil {
			return
		}
		out, err := st.appendIon(nil, value.ListOf(rows...))
		if err != nil {
			return
		}
		back, err := st.parseIon(string(out), true)
		if err != nil && !hasLimit(publish(err, "")) || err == nil && value.JSON(back[0]) != value.JSON(value.ListOf(rows...)) {
			t.Fatalf("%q becomes %s and is read as %v, %v", text, out, back, err)
		}
	})
}
