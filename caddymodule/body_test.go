package caddymodule

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
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
			got, err := readBody(t.Context(), nil, io.NopCloser(tc.body), tc.declared, limit)
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

// TestReadBodyMemory sees to it that what is declared and not sent costs nothing.
func TestReadBodyMemory(t *testing.T) {
	got, err := readBody(t.Context(), nil, io.NopCloser(strings.NewReader("abc")), 10<<20, 10<<20)
	if err != nil || cap(got) > 2*firstRead {
		t.Errorf("room for %d bytes (%v)", cap(got), err)
	}
}

// TestGrowingBody checks that memory is asked for by and by, and that the reading ends when there is none.
func TestGrowingBody(t *testing.T) {
	var asked []int64
	full := errors.New("full")
	body := &growingBody{ReadCloser: io.NopCloser(iotest.OneByteReader(strings.NewReader(strings.Repeat("x", 100)))), held: 10, hold: func(n int64) error {
		asked = append(asked, n)
		if n > 50 {
			return full
		}
		return nil
	}}
	got, err := readBody(t.Context(), nil, body, -1, 1000)
	if !errors.Is(err, full) || got != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if want := []int64{22, 46, 94}; !slices.Equal(asked, want) {
		t.Errorf("asked for %d, want %d", asked, want)
	}
}

// TestHold checks that the body of a request asks for memory if its length is not declared.
func TestHold(t *testing.T) {
	full := errors.New("full")
	for declared, want := range map[int64]error{-1: full, 100 << 10: nil} {
		r := httptest.NewRequest(http.MethodPost, webhookPath("f"), strings.NewReader(strings.Repeat("x", 100<<10)))
		r.ContentLength = declared
		h := &Handler{exit: t.Context()}
		request := h.newRequest(httptest.NewRecorder(), r, r.URL.EscapedPath(), &bodyCounter{ReadCloser: r.Body})
		request.Hold = func(int64) error { return full }
		if _, err := request.ReadBody(1 << 20); !errors.Is(err, want) {
			t.Errorf("length %d: %v, want %v", declared, err, want)
		}
	}
}

func BenchmarkReadBody(b *testing.B) {
	for _, size := range []int{200, 20 << 10, 2 << 20} {
		text := bytes.Repeat([]byte("x"), size)
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := readBody(b.Context(), nil, io.NopCloser(bytes.NewReader(text)), int64(size), 10<<20); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
