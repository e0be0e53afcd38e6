package webhook

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"strings"
	"testing"
)

func compress(t testing.TB, coding, text string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "zlib":
		w = zlib.NewWriter(&b)
	case "flate":
		w, _ = flate.NewWriter(&b, flate.DefaultCompression)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestBodyContentEncoding(t *testing.T) {
	const limit = 1000
	zeros := func(n int) string { return strings.Repeat("0", n) }
	gzipped := compress(t, "gzip", `{"a":1}`)
	tests := []struct {
		name, coding, body string
		want               string
		status             int // of the error; 0: none
	}{
		{"gzip", "gzip", gzipped, `{"a":1}`, 0},
		{"in capitals with blanks", " GZIP ", gzipped, `{"a":1}`, 0},
		{"x-gzip", "x-gzip", gzipped, `{"a":1}`, 0},
		{"two members of gzip", "gzip", compress(t, "gzip", `{"a":`) + compress(t, "gzip", `1}`), `{"a":1}`, 0},
		{"deflate as the standard has it", "deflate", compress(t, "zlib", "hello"), "hello", 0},
		{"deflate as many send it", "deflate", compress(t, "flate", "hello"), "hello", 0},
		{"identity", "identity", "hello", "hello", 0},
		{"identity in capitals", "Identity", "hello", "hello", 0},
		{"nothing", "", "hello", "hello", 0},
		{"empty members alone", " , ,", "hello", "hello", 0},
		{"empty members beside one", ", gzip ,", gzipped, `{"a":1}`, 0},
		{"identity beside one", "identity,\tgzip, IDENTITY", gzipped, `{"a":1}`, 0},
		{"brotli", "br", "\x0b\x02\x80hello\x03", "", 415},
		{"zstd", "zstd", "hello", "", 415},
		{"compress", "compress", "hello", "", 415},
		{"x-deflate", "x-deflate", compress(t, "zlib", "hello"), "", 415},
		{"what is no coding", "utf-8", "hello", "", 415},
		{"parameter", "gzip;q=1", gzipped, "", 415},
		{"star", "*", "hello", "", 415},
		{"twice the same", "gzip, gzip", compress(t, "gzip", gzipped), "", 415},
		{"two that are known", "deflate, gzip", gzipped, "", 415},
		{"one that is known, one that is not", "gzip, br", gzipped, "", 415},
		{"no gzip at all", "gzip", "hello", "", 400},
		{"gzip cut", "gzip", gzipped[:len(gzipped)-5], "", 400},
		{"gzip with a wrong sum", "gzip", gzipped[:len(gzipped)-8] + "xxxxxxxx", "", 400},
		{"gzip with something behind", "gzip", gzipped + "x", "", 400},
		{"no deflate at all", "deflate", "\xff\xff\xff", "", 400},
		{"exactly the limit", "gzip", compress(t, "gzip", zeros(limit)), zeros(limit), 0},
		{"one byte above the limit", "gzip", compress(t, "gzip", zeros(limit+1)), "", 413},
		{"a bomb of gzip", "gzip", compress(t, "gzip", zeros(600_000)), "", 413},
		{"a bomb of deflate", "deflate", compress(t, "flate", zeros(600_000)), "", 413},
		{"a bomb with a wrong sum", "gzip", compress(t, "gzip", zeros(500_000))[:400], "", 413},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := post(test.body)
			r.Header.Set("Content-Encoding", test.coding)
			d, err := Receive(r, limit, new(ledger))
			var refused *BodyError
			switch {
			case test.status == 0 && err != nil:
				t.Fatal(err)
			case test.status == 0:
				if got := d.RawBody(); got != test.want {
					t.Errorf("body is %q, want %q", got, test.want)
				}
			case !errors.As(err, &refused) || refused.Status != test.status:
				t.Errorf("error is %v, want status %d", err, test.status)
			}
		})
	}
}

func TestBodyThatDecompressesToNothingIsNone(t *testing.T) {
	for _, coding := range []string{"gzip", "zlib"} {
		r := post(compress(t, coding, ""))
		r.Header.Set("Content-Encoding", strings.Replace(coding, "zlib", "deflate", 1))
		d, err := Receive(r, 1000, new(ledger))
		if err != nil {
			t.Fatal(err)
		}
		if body, ok := d.Trigger().Get("body"); ok {
			t.Errorf("%s: body is %v", coding, body)
		}
	}
}

func TestBodyContentEncodingOfSeveralLines(t *testing.T) {
	for _, test := range []struct {
		lines  []string
		status int
	}{{[]string{"identity", "gzip"}, 0}, {[]string{"gzip", "br"}, 415}, {[]string{"", "br"}, 415}} {
		r := post(compress(t, "gzip", "hello"))
		r.Header["Content-Encoding"] = test.lines
		d, err := Receive(r, 1000, new(ledger))
		refused := new(BodyError)
		if errors.As(err, &refused); refused.Status != test.status || err == nil && d.RawBody() != "hello" {
			t.Errorf("%q: status %d, want %d", test.lines, refused.Status, test.status)
		}
	}
}

// TestUnknownContentEncodingIsNotRepeated: what a sender puts there may be anything, the key too, and errors are logged.
func TestUnknownContentEncodingIsNotRepeated(t *testing.T) {
	r := post("hello")
	r.Header.Set("Content-Encoding", "4wjtkzwVGBM9yKnjm3yv8r")
	const want = "the content coding of the request body must be gzip, deflate or none"
	if _, err := Receive(r, 1000, new(ledger)); err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
}
