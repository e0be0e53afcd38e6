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

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
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
	case "br":
		w = brotli.NewWriter(&b)
	case "zstd":
		w, _ = zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
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
		{"brotli", "br", "\x0b\x02\x80hello\x03", "hello", 0},
		{"zstd", "zstd", compress(t, "zstd", "hello"), "hello", 0},
		{"zstd in capitals", "ZStd", compress(t, "zstd", "hello"), "hello", 0},
		{"two frames of zstd", "zstd", compress(t, "zstd", "he") + compress(t, "zstd", "llo"), "hello", 0},
		{"zstd behind what is to be skipped", "zstd", "\x50\x2a\x4d\x18\x03\x00\x00\x00xyz" + compress(t, "zstd", "hello"), "hello", 0},
		{"zstd with nothing but what is to be skipped", "zstd", "\x50\x2a\x4d\x18\x03\x00\x00\x00xyz", "", 0},
		{"compress", "compress", "hello", "", 415},
		{"x-deflate", "x-deflate", compress(t, "zlib", "hello"), "", 415},
		{"what is no coding", "utf-8", "hello", "", 415},
		{"parameter", "gzip;q=1", gzipped, "", 415},
		{"star", "*", "hello", "", 415},
		{"twice the same", "gzip, gzip", compress(t, "gzip", gzipped), `{"a":1}`, 0},
		{"three, the last one outside", "zstd, gzip, br", compress(t, "br", compress(t, "gzip", compress(t, "zstd", "hello"))), "hello", 0},
		{"three in another order", "br, gzip, zstd", compress(t, "br", compress(t, "gzip", compress(t, "zstd", "hello"))), "", 400},
		{"three beside identity", "br, identity, gzip,, br", compress(t, "br", compress(t, "gzip", compress(t, "br", "hello"))), "hello", 0},
		{"four", "gzip, gzip, gzip, gzip", gzipped, "", 415},
		{"one that is known, one that is not", "gzip, compress", gzipped, "", 415},
		{"one that is known, around one that is not", "compress, gzip", gzipped, "", 415},
		{"no gzip at all", "gzip", "hello", "", 400},
		{"gzip cut", "gzip", gzipped[:len(gzipped)-5], "", 400},
		{"gzip with a wrong sum", "gzip", gzipped[:len(gzipped)-8] + "xxxxxxxx", "", 400},
		{"gzip with something behind", "gzip", gzipped + "x", "", 400},
		{"gzip inside that is cut", "gzip, br", compress(t, "br", gzipped[:len(gzipped)-5]), "", 400},
		{"no brotli at all", "br", "\x11hello", "", 400},
		{"brotli cut", "br", "\x0b\x02\x80hel", "", 400},
		{"brotli with something behind", "br", "\x0b\x02\x80hello\x03x", "", 400},
		{"no zstd at all", "zstd", "hello", "", 400},
		{"zstd cut", "zstd", compress(t, "zstd", "hello")[:12], "", 400},
		{"zstd with something behind", "zstd", compress(t, "zstd", "hello") + "hello", "", 400},
		{"zstd with a dictionary that nobody has", "zstd", "\x28\xb5\x2f\xfd\x21\x07\x01\x09\x00\x00x", "", 400},
		{"zstd with a window above 8 MiB", "zstd", "\x28\xb5\x2f\xfd\x00\x69\x29\x00\x00hello", "", 413},
		{"zstd with a text above 8 MiB in one piece", "zstd", "\x28\xb5\x2f\xfd\xa0\x01\x00\x80\x00\x29\x00\x00hello", "", 413},
		{"zstd with a window that grows above that of the account", "zstd", compress(t, "zstd", "hello") + "\x28\xb5\x2f\xfd\x00\x59\x29\x00\x00hello", "", 400},
		{"no deflate at all", "deflate", "\xff\xff\xff", "", 400},
		{"exactly the limit", "gzip", compress(t, "gzip", zeros(limit)), zeros(limit), 0},
		{"one byte above the limit", "gzip", compress(t, "gzip", zeros(limit+1)), "", 413},
		{"a bomb of gzip", "gzip", compress(t, "gzip", zeros(600_000)), "", 413},
		{"a bomb of deflate", "deflate", compress(t, "flate", zeros(600_000)), "", 413},
		{"a bomb of brotli", "br", compress(t, "br", zeros(600_000)), "", 413},
		{"a bomb of zstd", "zstd", compress(t, "zstd", zeros(600_000)), "", 413},
		{"a bomb inside", "gzip, gzip", compress(t, "gzip", compress(t, "gzip", zeros(600_000))), "", 413},
		{"a bomb in the middle, with nothing inside", "gzip, gzip", compress(t, "gzip", strings.Repeat(compress(t, "gzip", ""), 1000)), "", 413},
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
	for _, coding := range []string{"gzip", "zlib", "br", "zstd"} {
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
	}{{[]string{"identity", "gzip"}, 0}, {[]string{"gzip", "compress"}, 415}, {[]string{"", "compress"}, 415}} {
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
	const want = "the content codings of the request body must be gzip, deflate, br or zstd, and no more than three"
	if _, err := Receive(r, 1000, new(ledger)); err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
}

// TestDecodersTakeMemory checks that the account has the memory of a decoder, with its window, before that works, and gets it back.
func TestDecodersTakeMemory(t *testing.T) {
	const text = "hello"
	for _, test := range []struct {
		name, coding, body string
		least              int64
	}{
		{"gzip", "gzip", compress(t, "gzip", text), 48 << 10},
		{"deflate", "deflate", compress(t, "zlib", text), 48 << 10},
		{"brotli with a window of 64 KiB", "br", "\x06", 4<<20 + 64<<10},
		{"brotli with a window of 4 MiB", "br", "\x0b\x02\x80hello\x03", 4<<20 + 4<<20},
		{"brotli with a window of 16 MiB", "br", "\x0f\x02\x80hello\x03", 4<<20 + 16<<20},
		{"brotli with a window of 1 KiB", "br", "\x21\x00\x80", 4<<20 + 1<<10},
		{"brotli with a window of 128 KiB", "br", "\x01\x00\x80", 4<<20 + 128<<10},
		{"zstd", "zstd", "\x28\xb5\x2f\xfd\x00\x48\x29\x00\x00hello", 2 << 20},
		{"zstd with a window of 8 MiB", "zstd", "\x28\xb5\x2f\xfd\x00\x68\x29\x00\x00hello", 9 << 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			receive := func(l *ledger) error {
				r := post(test.body)
				r.Header.Set("Content-Encoding", test.coding)
				r.ReadBody = func(_ int64, account Account) ([]byte, error) {
					return []byte(test.body)[:len(test.body):len(test.body)], account.Take(int64(len(test.body)))
				}
				_, err := Receive(r, 1000, l)
				return err
			}
			var l ledger
			_ = receive(&l) // some have a window and are otherwise broken
			if l.most < test.least || l.most > 2*test.least {
				t.Errorf("%d bytes were taken, want %d or a little more", l.most, test.least)
			}
			if l.taken > 64<<10 {
				t.Errorf("%d bytes are still taken", l.taken)
			}
			l = ledger{limit: test.least}
			if err := receive(&l); !errors.Is(err, errLedger) {
				t.Errorf("with %d bytes: %v", test.least, err)
			}
		})
	}
}

// FuzzCodings checks that no body in codings is larger than its limit afterwards, that nothing panics, and that the account has what
// is kept, and no more.
func FuzzCodings(f *testing.F) {
	for _, text := range []string{"", "hello", strings.Repeat("0", 3000)} {
		for coding, header := range map[string]string{"gzip": "gzip", "zlib": "deflate", "flate": "deflate", "br": "br", "zstd": "zstd"} {
			f.Add(header, []byte(compress(f, coding, text)))
			f.Add("gzip, "+header, []byte(compress(f, coding, compress(f, "gzip", text))))
		}
	}
	f.Add("zstd", []byte("\x50\x2a\x4d\x18\x03\x00\x00\x00xyz"))
	f.Fuzz(func(t *testing.T, codings string, raw []byte) {
		const limit = 2000
		var l ledger
		out, err := decompress(map[string][]string{"Content-Encoding": {codings}}, raw, limit, &l)
		if refused := new(BodyError); err != nil && !errors.As(err, &refused) {
			t.Fatalf("error %v has no status", err)
		}
		if err == nil && len(raw) > 0 && len(out) > max(limit, len(raw)) {
			t.Errorf("%d bytes", len(out))
		}
		if err == nil && len(out) > 0 && &out[0] != &raw[0] && l.taken != int64(cap(out)-cap(raw)) {
			t.Errorf("%d bytes are taken for %d in place of %d", l.taken, cap(out), cap(raw))
		}
	})
}
