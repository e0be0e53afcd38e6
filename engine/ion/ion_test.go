package ion

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

// ready returns a meter with some steps.
func ready() *meter.Meter {
	m := new(meter.Meter)
	m.Reset(&meter.Limits{Steps: 50_000, OutputBytes: 1 << 20, Memory: 1 << 26, RangeItems: 1_000_000}, nil)
	return m
}

func isLimit(err error) bool {
	f, ok := errors.AsType[*meter.Fault](err)
	return ok && f.Class == meter.ClassLimit
}

func TestWriteIon(t *testing.T) {
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
		got, err := Text(ready(), c.v)
		if err != nil || got != c.want {
			t.Errorf("got %s, %v; want %s", got, err, c.want)
		}
	}
}

func TestReadIon(t *testing.T) {
	for text, want := range map[string]string{
		"{a:1, \"b\": [1.5e0, 1.50, 'sym', plain, true, null, null.int,], 'c d':\"x\"}": `[{"a":1,"b":[1.5,1.50,"sym","plain",true,null,null],"c d":"x"}]`,
		"1 // one\n /* two */ 2 {}\n": "[1,2,{}]", "": "[]", " // nothing": "[]",
		"[0x1F, 0b11, -0x10, 1_000, -5, 123456789012345678901, 1e3, 1E-2, 1d2, 1., -1.5, nan, +inf, -inf]": `[[31,3,-16,1000,-5,123456789012345678901,1000.0,0.01,100,1,-1.5,"NaN","Infinity","-Infinity"]]`,
		`"a\"\\\n\x41\u00e9\U0001f680\0\
b"`: "[\"a\\\"\\\\\\nAé🚀\\u0000b\"]",
		"'''a''' '''b\nc'''":                                                   `["ab\nc"]`,
		"2024-02-29T13:14:15.123Z 2024-02-29 2024T":                            `["2024-02-29T13:14:15.123Z","2024-02-29","2024T"]`,
		`LocalDate::"2024-02-29" {a: 'OffsetTime' :: "10:00Z"} [Instant::sym]`: `["2024-02-29",{"a":"10:00Z"},["sym"]]`,
		`base64::"eA=="`:                                                       "!", `LocalDate::LocalDate::"x"`: "!", "LocalDate::1": "!", "LocalDate::": "!", `LocalDate: :"x"`: "!",
		"1[2] 3/**/4//": "[1,[2],3,4]",
		"012":           "!", "-00": "!", "29/02/2024": "!",
		"{a:1,a:2}": `[{"a":2}]`,
		"{a:1":      "!", "[1": "!", "{a 1}": "!", "{:1}": "!", "[1 2]": "!", "\"a": "!", "\"a\nb\"": "!", "a::1": "!", "'a'::1": "!", "{{aGk=}}": "!", "(a b)": "!", "/* a": "!", "0x": "!", "1e": "!", "-": "!", "+1": "!", "1.2.3": "!", `"\q"`: "!", `"\x4"`: "!", `"\U00110000"`: "!", "]": "!", "null.": "!", "{a:}": "!", "{,}": "!",
	} {
		rows, err := Read(ready(), text, true)
		if err != nil {
			if want != "!" {
				t.Errorf("%q: %v", text, err)
			}
		} else if got := value.JSON(value.ListOf(rows...)); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// TestMarked reads dates as more than text.
func TestMarked(t *testing.T) {
	rows, err := ReadMarked(ready(), `{a: 2024-02-29T13:14Z, b: LocalDate::"2024-02-29", c: a::'b c' :: "x", d: "y", e: z}`, true, func(annotations []string, text string) (value.Value, error) {
		return value.String(strings.Join(annotations, "+") + "/" + text), nil
	})
	want := `[{"a":"/2024-02-29T13:14Z","b":"LocalDate/2024-02-29","c":"a+b c/x","d":"y","e":"z"}]`
	if got := value.JSON(value.ListOf(rows...)); err != nil || got != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
	wrong := errors.New("wrong")
	if _, err := ReadMarked(ready(), "2024-02-29", true, func([]string, string) (value.Value, error) { return value.Null, wrong }); !errors.Is(err, wrong) {
		t.Error(err)
	}
}

// TestMarkedText writes dates as more than text.
func TestMarkedText(t *testing.T) {
	row := value.MapOf("a b", value.String("x"), "d", value.String("2024-02-29"), "n", value.Int(1), "l", value.ListOf(value.String("2024-02-29")))
	got, err := MarkedText(ready(), row.Map(), func(name, _ string) string { return map[string]string{"d": "LocalDate", "n": "Nope"}[name] })
	if want := `{'a b':"x",d:LocalDate::"2024-02-29",n:1,l:["2024-02-29"]}`; got != want || err != nil {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
	small := new(meter.Meter)
	small.Reset(&meter.Limits{Steps: 1000, OutputBytes: 20, Memory: 1 << 20}, nil)
	if _, err := MarkedText(small, row.Map(), func(string, string) string { return "" }); !isLimit(err) {
		t.Error(err)
	}
}

// TestIonIsRead checks that fromIon gives back what toIon was given.
func TestIonIsRead(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		v := anyValue(r, 4)
		text, err := Text(ready(), v)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Read(ready(), text, true)
		if err != nil || len(back) != 1 || value.JSON(back[0]) != value.JSON(v) {
			t.Fatalf("%s becomes %s and is read as %v, %v", value.JSON(v), text, back, err)
		}
	}
}

// anyValue returns a value of any kind that JSON has, at most depth deep.
func anyValue(r *rand.Rand, depth int) value.Value {
	texts := []string{"", " ", "world", "12", "a,b", "null", "é🚀", "it's", "$1", "dGVzdA==", "k-d"}
	n := 8
	if depth == 0 {
		n = 6
	}
	switch r.IntN(n) {
	case 0:
		return value.Null
	case 1:
		return value.Bool(r.IntN(2) == 0)
	case 2:
		return value.Int(r.Int64())
	case 3:
		return value.BigInt(new(big.Int).Lsh(big.NewInt(r.Int64()), uint(r.IntN(99))))
	case 4:
		return value.Float([]float64{0, 1, -1.5, 1e21, 1e-7}[r.IntN(5)])
	case 5:
		return value.String(texts[r.IntN(len(texts))])
	case 6:
		items := make([]value.Value, r.IntN(4))
		for i := range items {
			items[i] = anyValue(r, depth-1)
		}
		return value.ListOf(items...)
	default:
		m := value.NewMap(4)
		for range r.IntN(4) {
			m.Set(texts[r.IntN(len(texts))], anyValue(r, depth-1))
		}
		return value.FromMap(m)
	}
}

// FuzzIon reads texts and what toIon writes of them again: nothing panics or takes much memory, and the values stay.
func FuzzIon(f *testing.F) {
	for _, text := range []string{"{a:1, 'b c': [\"x\", 1.5e0, 2.50]}", "'''a''' '''b'''", "2024-02-29T", "null.string", "0x1F // c", `"\u00e9\n"`, "a::b", `LocalDate::"2024-02-29"`, "{{}}", "/**/1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var rows []value.Value
		var err error
		if allocated := valuetest.Allocated(func() { rows, err = Read(ready(), text, true) }); allocated > int64(8<<20+256*len(text)) {
			t.Fatalf("%q: allocated %d MiB", text, allocated>>20)
		}
		if err != nil {
			return
		}
		out, err := Text(ready(), value.ListOf(rows...))
		if err != nil {
			return
		}
		back, err := Read(ready(), out, true)
		if err != nil && !isLimit(err) || err == nil && value.JSON(back[0]) != value.JSON(value.ListOf(rows...)) {
			t.Fatalf("%q becomes %s and is read as %v, %v", text, out, back, err)
		}
	})
}
