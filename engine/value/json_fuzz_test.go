package value

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestValueIsThreeWords(t *testing.T) {
	if got, want := unsafe.Sizeof(Value{}), 3*unsafe.Sizeof(uintptr(0)); got != want {
		t.Errorf("a Value has %d bytes, want %d", got, want)
	}
}

// FuzzDecodeJSON compares the decoder with encoding/json, the scan with the decoder, and printed values with what was read.
func FuzzDecodeJSON(f *testing.F) {
	for _, seed := range []string{
		`null`, ` {"a":[1,-2.5e3,"x\u00e9\ud83d\ude00\ud800"],"b":{},"a":null} `, `[1e400,123456789012345678901234567890,-0,0.0]`,
		"\"\xff\xe2\x82\"", `{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"a":10}`, `[[[`, `01`, `"\x"`, "[1,\n\t 2 ]x",
		`"12345678\"1234567\\"`, `{"":{"":[]}}`, "\"\x7f\"", `1E-400`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		v, err := DecodeJSON(data)
		kind, scanErr := ScanJSON(data)
		if !bytes.Equal(before, data) {
			t.Fatal("the text was changed")
		}
		if diff := cmp.Diff(err, scanErr); diff != "" {
			t.Fatalf("ScanJSON fails otherwise than DecodeJSON:\n%s", diff)
		}
		if valid := json.Valid(data); err == nil && !valid {
			t.Fatalf("accepts what is no JSON: %q", data)
		} else if valid && err != nil && !beyondLimits(err) {
			t.Fatalf("refuses JSON: %v", err)
		}
		var syntax *SyntaxError
		if err != nil {
			if !errors.As(err, &syntax) || syntax.Offset > len(data) || syntax.Line < 1 || syntax.Column < 1 {
				t.Fatalf("error has no place: %#v", err)
			}
			return
		}
		if want := scannedKind(v, string(data)); kind != want {
			t.Fatalf("ScanJSON = %v, want %v", kind, want)
		}
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber()
		var reference any
		if err := decoder.Decode(&reference); err != nil {
			t.Fatalf("encoding/json: %v", err)
		}
		checkSame(t, reference, v)
		printed := AppendJSON(nil, v)
		again, err := DecodeJSON(printed)
		if err != nil {
			t.Fatalf("own text is no JSON: %v: %q", err, printed)
		}
		if diff := cmp.Diff(v, again); diff != "" {
			t.Fatalf("%q does not come back (-want +got):\n%s", printed, diff)
		}
	})
}

func beyondLimits(err error) bool {
	return strings.Contains(err.Error(), "more than ")
}

// checkSame compares a value with what encoding/json made of the same text.
func checkSame(t *testing.T, want any, got Value) {
	t.Helper()
	switch want := want.(type) {
	case nil:
		if !got.IsNull() {
			t.Fatalf("got %v, want null", got)
		}
	case bool:
		if got.Kind() != KindBool || got.Bool() != want {
			t.Fatalf("got %v, want %v", got, want)
		}
	case string:
		if got.Kind() != KindString || got.Str() != want {
			t.Fatalf("got %v, want %q", got, want)
		}
	case json.Number:
		checkNumber(t, string(want), got)
	case []any:
		if got.Kind() != KindList || got.List().Len() != len(want) {
			t.Fatalf("got %v, want a list of %d", got, len(want))
		}
		for i := range want {
			checkSame(t, want[i], got.List().At(i))
		}
	case map[string]any:
		if got.Kind() != KindMap || got.Map().Len() != len(want) {
			t.Fatalf("got %v, want a map of %d", got, len(want))
		}
		for key, member := range got.Map().All() {
			reference, ok := want[key]
			if !ok {
				t.Fatalf("key %q is not in the text", key)
			}
			checkSame(t, reference, member)
		}
	}
}

func checkNumber(t *testing.T, literal string, got Value) {
	t.Helper()
	if n, ok := new(big.Int).SetString(literal, 10); ok {
		if got.BigInt() == nil || got.BigInt().Cmp(n) != 0 {
			t.Fatalf("got %v, want %s", got, literal)
		}
		return
	}
	f, err := strconv.ParseFloat(literal, 64)
	switch {
	case err != nil && got.Kind() == KindString && got.Str() == literal:
	case err == nil && got.Kind() == KindFloat && got.Float() == f:
	default:
		t.Fatalf("got %v, want %s", got, literal)
	}
}

// values makes values of every kind that JSON has.
func values(depth int) *rapid.Generator[Value] {
	scalars := []*rapid.Generator[Value]{
		rapid.Just(Null),
		rapid.Map(rapid.Bool(), Bool),
		rapid.Map(rapid.Int64(), Int),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 8, 40), func(b []byte) Value { return BigInt(new(big.Int).SetBytes(b)) }),
		rapid.Map(rapid.Float64().Filter(func(f float64) bool { return f-f == 0 }), Float),
		rapid.Map(rapid.String(), String),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	inner := values(depth - 1)
	list := rapid.Map(rapid.SliceOfN(inner, 0, 12), func(items []Value) Value { return ListOf(items...) })
	mapping := rapid.Custom(func(t *rapid.T) Value {
		m := NewMap(0)
		for range rapid.IntRange(0, 24).Draw(t, "members") {
			m.Set(rapid.String().Draw(t, "key"), inner.Draw(t, "member"))
		}
		return FromMap(m)
	})
	return rapid.OneOf(append(scalars, list, mapping)...)
}

func TestJSONRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := values(3).Draw(t, "value")
		text := AppendJSON(nil, v)
		got, err := DecodeJSON(text)
		if err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if diff := cmp.Diff(v, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		if !Equal(v, got) {
			t.Fatalf("%s comes back and is not ==", text)
		}
		if kind, err := ScanJSON(text); err != nil || kind != scannedKind(got, string(text)) {
			t.Fatalf("ScanJSON(%s) = %v, %v", text, kind, err)
		}
		var indented bytes.Buffer
		if err := json.Indent(&indented, text, "\t", "   "); err != nil {
			t.Fatal(err)
		}
		if got, err = DecodeJSON(indented.Bytes()); err != nil || !got.Equal(v) {
			t.Fatalf("indented: %v, %v", got, err)
		}
	})
}
