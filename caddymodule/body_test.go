package caddymodule

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

func TestReadBody(t *testing.T) {
	const limit = 100
	text := strings.Repeat("0123456789", limit/10)
	broken := errors.New("connection reset")
	for _, tc := range []struct {
		name     string
		body     io.Reader
		declared int64
		want     string
		status   int // of the error; 0: none, 400: any that is no BodyError
		message  string
	}{
		{"empty", strings.NewReader(""), 0, "", 0, ""},
		{"declared", strings.NewReader("abc"), 3, "abc", 0, ""},
		{"chunked", strings.NewReader("abc"), -1, "abc", 0, ""},
		{"byte by byte", iotest.OneByteReader(strings.NewReader(text)), limit, text, 0, ""},
		{"at the limit", strings.NewReader(text), limit, text, 0, ""},
		{"at the limit, chunked", strings.NewReader(text), -1, text, 0, ""},
		{"declared too large", iotest.ErrReader(errors.New("must not be read")), limit + 1, "", 413, "request body is larger than 100 bytes"},
		{"too large, chunked", strings.NewReader(text + "x"), -1, "", 413, "request body is larger than 100 bytes"},
		{"cut off", io.MultiReader(strings.NewReader("ab"), iotest.ErrReader(io.ErrUnexpectedEOF)), 3, "", 400, "unexpected EOF"},
		{"broken", iotest.ErrReader(broken), -1, "", 400, "connection reset"},
		{"outer limit", iotest.ErrReader(caddyhttp.Error(413, &http.MaxBytesError{Limit: 10})), -1, "", 413, "request body is larger than 10 bytes"},
		{"outer handler", iotest.ErrReader(caddyhttp.Error(422, broken)), -1, "", 422, "request body was refused"},
		{"outer handler without status", iotest.ErrReader(caddyhttp.HandlerError{Err: broken}), -1, "", 400, "connection reset"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := readBody(newArrivals(), &arrival{timeout: defaultBodyTimeout}, io.NopCloser(tc.body), tc.declared, limit, new(ledger))
			if string(got) != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			status, message := 0, ""
			if err != nil {
				status, message = 400, err.Error()
			}
			if bodyError, ok := errors.AsType[*webhook.BodyError](err); ok {
				status, message = bodyError.Status, bodyError.Message
			}
			if status != tc.status || !strings.Contains(message, tc.message) {
				t.Errorf("got %d %q, want %d %q", status, message, tc.status, tc.message)
			}
		})
	}
}

// ledger is an account of memory.
type ledger struct{ taken, most, limit int64 }

var errNoMemory = errors.New("no memory")

func (l *ledger) Take(bytes int64) error {
	if l.limit > 0 && l.taken+bytes > l.limit {
		return errNoMemory
	}
	l.taken += bytes
	l.most = max(l.most, l.taken)
	return nil
}

func (l *ledger) Give(bytes int64) { l.taken -= bytes }

// TestReadBodyMemory checks that what is declared and not sent costs nothing, and that memory is asked for as a body
// arrives.
func TestReadBodyMemory(t *testing.T) {
	read := func(body io.Reader, declared int64, l *ledger) ([]byte, error) {
		return readBody(newArrivals(), &arrival{timeout: defaultBodyTimeout}, io.NopCloser(body), declared, 10<<20, l)
	}
	var l ledger
	if got, err := read(strings.NewReader("abc"), 10<<20, &l); err != nil || cap(got) > 8<<10 || l.most > 8<<10 {
		t.Errorf("room for %d bytes, %d taken (%v)", cap(got), l.most, err)
	}
	l = ledger{limit: 50 << 10}
	arrived := 0
	body := iotest.OneByteReader(strings.NewReader(strings.Repeat("x", 100<<10)))
	counted := readerFunc(func(p []byte) (int, error) {
		n, err := body.Read(p)
		arrived += n
		return n, err
	})
	if got, err := read(counted, -1, &l); !errors.Is(err, errNoMemory) || got != nil || arrived > 50<<10 || l.taken != 0 {
		t.Errorf("of a body without memory %d bytes were read, %d are taken (%v)", arrived, l.taken, err)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func BenchmarkReadBody(b *testing.B) {
	watch := newArrivals()
	for _, size := range []int{200, 20 << 10, 2 << 20} {
		text := bytes.Repeat([]byte("x"), size)
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := readBody(watch, &arrival{timeout: defaultBodyTimeout}, io.NopCloser(bytes.NewReader(text)), int64(size), 10<<20, new(ledger)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
