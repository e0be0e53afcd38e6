package webhook

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestBodyIsJSONOrText(t *testing.T) {
	const absent = "" // how this table writes a missing body
	text := func(s string) string { return value.JSON(value.String(s)) }
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	tests := []struct{ name, body, want string }{
		{"nothing", "", absent},
		{"object", `{"a":1}`, `{"a":1}`},
		{"array", `[1,"x",null]`, `[1,"x",null]`},
		{"empty object", `{}`, `{}`},
		{"members keep their order", `{"z":1,"a":{"y":2,"b":3}}`, `{"z":1,"a":{"y":2,"b":3}}`},
		{"null members are kept", `{"a":null}`, `{"a":null}`},
		{"the last of equal keys at the first place", `{"a":1,"b":2,"a":3}`, `{"a":3,"b":2}`},
		{"white space around", " \r\n\t{\"a\":1} \n", `{"a":1}`},
		{"white space alone", " \n", text(" \n")},
		{"number", `42`, text(`42`)},
		{"string with its quotes", `"abc"`, text(`"abc"`)},
		{"true", `true`, text(`true`)},
		{"null", `null`, text(`null`)},
		{"text", `hello`, text(`hello`)},
		{"byte order mark", "\ufeff{\"a\":1}", `{"a":1}`},
		{"byte order mark before text", "\ufeffx\ufeff", text("x\ufeff")},
		{"byte order mark alone", "\ufeff", absent},
		{"two byte order marks", "\ufeff\ufeff{}", text("\ufeff{}")},
		{"UTF-16 by its mark", "\xfe\xff\x00{\x00\"\x00a\x00\"\x00:\x001\x00}", `{"a":1}`},
		{"UTF-16 by its other mark", "\xff\xfeh\x00\xe9\x00=\xd8\x80\xde", text("hé🚀")},
		{"text behind the value", `{"a":1} xyz`, text(`{"a":1} xyz`)},
		{"two values", `{"a":1}{"b":2}`, text(`{"a":1}{"b":2}`)},
		{"truncated", `{"a":`, text(`{"a":`)},
		{"single quotes", `{'a':1}`, text(`{'a':1}`)},
		{"trailing comma", `[1,]`, text(`[1,]`)},
		{"comment", `{"a":1/**/}`, text(`{"a":1/**/}`)},
		{"leading zero", `[01]`, text(`[01]`)},
		{"NaN", `[NaN]`, text(`[NaN]`)},
		{"raw control character", "[\"a\nb\"]", text("[\"a\nb\"]")},
		{"integer beyond 64 bits", `[123456789012345678901234567890]`, `[123456789012345678901234567890]`},
		{"1000 digits", "[" + strings.Repeat("7", 1000) + "]", "[" + strings.Repeat("7", 1000) + "]"},
		{"1001 digits", "[" + strings.Repeat("7", 1001) + "]", text("[" + strings.Repeat("7", 1001) + "]")},
		{"beyond double", `[1e400,-1E400]`, `["1e400","-1E400"]`},
		{"doubles", `[1.10,1e3,1e21,-0.0,1e-400]`, `[1.1,1000.0,1.0E21,-0.0,0.0]`},
		{"depth 1000", deep(1000), deep(1000)},
		{"depth 1001", deep(1001), text(deep(1001))},
		{"depth 100000", deep(100_000), text(deep(100_000))},
		{"open to depth 100000", strings.Repeat("[", 100_000), text(strings.Repeat("[", 100_000))},
		{"lone surrogate", `{"s":"\ud800"}`, `{"s":"�"}`},
		{"lone low surrogate in capitals", `{"s":"x\uDC00y"}`, `{"s":"x�y"}`},
		{"surrogate pair", `{"s":"\ud83d\ude80"}`, `{"s":"🚀"}`},
		{"escaped backslash before ud800", `{"s":"\\ud800"}`, `{"s":"\\ud800"}`},
		{"lone surrogate in a key", `{"\ud800":1}`, `{"�":1}`},
		{"lone surrogate in text", `"\ud800"`, text(`"\ud800"`)},
		{"invalid UTF-8 in JSON", "{\"s\":\"a\xffb\"}", `{"s":"a�b"}`},
		{"invalid UTF-8 in text", "a\xffb", text("a�b")},
		{"every invalid byte for itself", "\xff\xff", text("��")},
		{"cut character", "\xe2\x82x\xf0\x9f\x9a", text("�x�")},
		{"NUL", "a\x00b", text("a\x00b")},
		{"form", `a=1&b=2`, text(`a=1&b=2`)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d, err := Receive(post(test.body), 1<<20, new(ledger))
			if err != nil {
				t.Fatal(err)
			}
			body, ok := d.Trigger().Get("body")
			if ok != (test.want != absent) {
				t.Fatalf("there is a body: %v", ok)
			}
			if diff := cmp.Diff(test.want, value.JSON(body)); ok && diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBodyIsJSONForEveryContentType(t *testing.T) {
	for _, contentType := range []string{
		"", "application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
		"application/octet-stream", "image/png", "foo", "foo/", "*/*", ";", "application/json; charset",
	} {
		r := post(`{"a":1}`)
		r.Header.Set("Content-Type", contentType)
		d, err := Receive(r, 1<<20, new(ledger))
		if err != nil {
			t.Errorf("%q: %v", contentType, err)
			continue
		}
		if body, _ := d.Trigger().Get("body"); value.JSON(body) != `{"a":1}` {
			t.Errorf("%q: body is %v", contentType, body)
		}
	}
}

func TestBodyCharset(t *testing.T) {
	tests := []struct{ name, contentType, body, want string }{
		{"UTF-8 without a word", "text/plain", "é", "é"},
		{"UTF-8", "text/plain; charset=utf-8", "é", "é"},
		{"Latin-1", "text/plain; charset=ISO-8859-1", "caf\xe9", "café"},
		{"quoted", `text/plain; charset="iso-8859-1"`, "caf\xe9", "café"},
		{"small letters and capitals", "Text/Plain; Charset=Iso-8859-1", "caf\xe9", "café"},
		{"windows-1252", "text/plain; charset=windows-1252", "\x80", "€"},
		{"Shift JIS", "text/plain; charset=Shift_JIS", "\x82\xa0", "あ"},
		{"UTF-16 with a mark", "text/plain; charset=utf-16", "\xff\xfeh\x00i\x00", "hi"},
		{"UTF-16 without a mark", "text/plain; charset=utf-16", "\x00h\x00i", "hi"},
		{"UTF-16 of the other order", "text/plain; charset=utf-16le", "h\x00i\x00", "hi"},
		{"UTF-16 of the other order with a mark", "text/plain; charset=utf-16le", "\xff\xfeh\x00i\x00", "hi"},
		{"UTF-16 that no charset tells", "text/plain", "\xff\xfeh\x00i\x00", "hi"},
		{"UTF-32 with a mark", "text/plain; charset=UTF-32", "\xff\xfe\x00\x00h\x00\x00\x00", "h"},
		{"UTF-32 without a mark", "text/plain; charset=utf-32", "\x00\x00\x00h", "h"},
		{"UTF-32 of one order", "text/plain; charset=utf-32be", "\x00\x01\xf6\x80", "🚀"},
		{"UTF-32 of the other order", "text/plain; charset=utf-32le", "h\x00\x00\x00", "h"},
		{"UTF-32 that no charset tells", "text/plain", "\xff\xfe\x00\x00h\x00\x00\x00", "h"},
		{"UTF-32 of the other order that no charset tells", "text/plain", "\x00\x00\xfe\xff\x00\x00\x00h", "h"},
		{"UTF-8 with a mark", "text/plain; charset=utf-8", "\ufeffé", "é"},
		{"ASCII", "text/plain; charset=us-ascii", "a\xe9", "a�"},
		{"unknown is UTF-8", "text/plain; charset=bogus", "é", "é"},
		{"known by name alone is UTF-8", "text/plain; charset=utf-7", "é", "é"},
		{"empty is UTF-8", "text/plain; charset=", "é", "é"},
		{"given twice, the first counts", "text/plain; charset=iso-8859-1; charset=utf-8", "caf\xe9", "café"},
		{"blanks and a semicolon", "text/plain ; charset = iso-8859-1 ;", "caf\xe9", "café"},
		{"broken parameter behind it", "text/plain; charset=iso-8859-1; x", "caf\xe9", "café"},
		{"in the name of another parameter", "text/plain; xcharset=iso-8859-1", "é", "é"},
		{"invalid UTF-8 although it says so", "text/plain; charset=utf-8", "a\xffb", "a�b"},
	}
	for _, test := range tests {
		r := post(test.body)
		r.Header.Set("Content-Type", test.contentType)
		d, err := Receive(r, 1<<20, new(ledger))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := d.RawBody(); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestBodyCharsetOfJSON(t *testing.T) {
	r := post("{\x00\"\x00a\x00\"\x00:\x001\x00}\x00")
	r.Header.Set("Content-Type", "application/json; charset=utf-16le")
	d, err := Receive(r, 1<<20, new(ledger))
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := d.Trigger().Get("body"); value.JSON(body) != `{"a":1}` {
		t.Errorf("body is %v", body)
	}
}

func TestBodyIsInTheVariablesAsItWasSent(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"numbers keep their digits", ` {"a": 1.10, "b": 1E2, "c":1e400} `, `{"a": 1.10, "b": 1E2, "c":1e400}`},
		{"escapes stay", `["\u0041\/\ud83d\ude80"]`, `["A/🚀"]`}, // written anew because of its escaped surrogates
		{"escapes without surrogates stay", `["\u0041\/"]`, `["\u0041\/"]`},
		{"text is quoted", "a\"b\n", `"a\"b\n"`},
	}
	for _, test := range tests {
		d, err := Receive(post(test.body), 1<<20, new(ledger))
		if err != nil {
			t.Fatal(err)
		}
		var variables struct{ Body json.RawMessage }
		kept, err := d.Variables(nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(kept, &variables); err != nil {
			t.Fatalf("%s: %v in %s", test.name, err, kept)
		}
		if got := string(variables.Body); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// FuzzBody checks that the variables of any body are JSON with the same values that expressions see.
func FuzzBody(f *testing.F) {
	for _, seed := range []struct{ body, contentType, coding string }{
		{`{"a":[1,-2.5e3,null,"x\u00e9"],"a":1e400}`, "application/json", ""},
		{`{"s":"\ud800\uDC00\udc00"}`, "", ""},
		{"a=1&b=%zz+%C3%28&=&a", "application/x-www-form-urlencoded; charset=iso-8859-1", ""},
		{"\xff\xfe{\x00}\x00", "text/json; charset=utf-16", ""},
		{"[\"\xc3\x28\"] ", "text/plain; charset=us-ascii", "identity"},
		{compress(f, "gzip", `[true]`), "", "gzip"},
		{compress(f, "flate", `[true]`), "", "deflate"},
		{"\ufeff{}", ";", "br"},
		{compress(f, "gzip", "{}"), "", ", GZip, identity,"},
	} {
		f.Add([]byte(seed.body), seed.contentType, seed.coding)
	}
	f.Fuzz(func(t *testing.T, raw []byte, contentType, coding string) {
		const limit = 1 << 16
		r := post(string(raw))
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Content-Encoding", coding)
		d, err := Receive(r, limit, new(ledger))
		if err != nil {
			if refused := new(BodyError); !errors.As(err, &refused) || refused.Status != 400 && refused.Status != 413 && refused.Status != 415 {
				t.Fatalf("error without a status: %v", err)
			}
			return
		}
		variables, err := d.Variables(nil)
		if err != nil || !json.Valid(variables) {
			t.Fatalf("no JSON: %v: %s", err, variables)
		}
		again, err := value.DecodeJSON(variables)
		if err != nil {
			// The body may be as deep as values can be, and lies in the variables one deeper.
			if body, _ := d.Trigger().Get("body"); body.Kind() != value.KindMap && body.Kind() != value.KindList {
				t.Fatalf("%v in %s", err, variables)
			}
			return
		}
		if got, want := value.JSON(again), jsonOf(d.Trigger()); got != want {
			t.Fatalf("variables are\n%s, expressions see\n%s", got, want)
		}
	})
}

// post returns a POST request with this body.
func post(body string) *Request {
	return &Request{
		Method:        http.MethodPost,
		Header:        http.Header{},
		ContentLength: int64(len(body)),
		ReadBody:      func(int64, Account) ([]byte, error) { return []byte(body), nil },
	}
}
