package webhook

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReadAll(t *testing.T) {
	const kib = 1 << 10
	broken := errors.New("broken")
	tests := []struct {
		name            string
		reader          io.Reader
		expected, limit int64
		memory          int64 // 0: as much as it likes
		length          int   // of the text; -1 for an error
		most            int64 // bytes that may be taken at once
		err             error
	}{
		{"nothing", strings.NewReader(""), 0, 10, 0, 0, 4 * kib, nil},
		{"a little", strings.NewReader("hello"), 5, 10 * kib, 0, 5, 4 * kib, nil},
		{"what is expected, in one piece at the end", iotest.HalfReader(strings.NewReader(strings.Repeat("x", 100*kib))), 100 * kib, 1 << 20, 0, 100 * kib, 170 * kib, nil},
		{"more than is expected", strings.NewReader(strings.Repeat("x", 100*kib)), 10 * kib, 1 << 20, 0, 100 * kib, 300 * kib, nil},
		{"of unknown length", strings.NewReader(strings.Repeat("x", 100*kib)), -1, 1 << 20, 0, 100 * kib, 200 * kib, nil},
		{"much expected, little there", strings.NewReader("x"), 1 << 30, 1 << 31, 0, 1, 4 * kib, nil},
		{"as long as the limit", strings.NewReader(strings.Repeat("x", 100)), -1, 100, 0, 100, 4 * kib, nil},
		{"longer than the limit", strings.NewReader(strings.Repeat("x", 101)), -1, 100, 0, -1, 4 * kib, TooLarge(100)},
		{"endless", neverEnding('x'), -1, 1 << 20, 0, -1, 3 << 20, TooLarge(1 << 20)},
		{"no memory", neverEnding('x'), -1, 1 << 20, 100 * kib, -1, 100 * kib, errLedger},
		{"a reader that fails", iotest.ErrReader(broken), -1, 100, 0, -1, 4 * kib, broken},
		{"byte by byte", iotest.OneByteReader(strings.NewReader("hello")), 5, 100, 0, 5, 4 * kib, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := ledger{limit: test.memory}
			text, err := ReadAll(test.reader, test.expected, test.limit, &l)
			if l.most > test.most {
				t.Errorf("%d bytes were taken at once, more than %d", l.most, test.most)
			}
			if test.length < 0 {
				if tooLarge := new(BodyError); !errors.Is(err, test.err) && !(errors.As(err, &tooLarge) && errors.As(test.err, &tooLarge)) {
					t.Errorf("error %v, want %v", err, test.err)
				}
				if l.taken != 0 {
					t.Errorf("%d bytes are left", l.taken)
				}
				return
			}
			if err != nil || len(text) != test.length || len(bytes.Trim(text, "xhelo")) > 0 {
				t.Errorf("read %d bytes, %v", len(text), err)
			}
			if l.taken != int64(cap(text)) {
				t.Errorf("%d bytes are taken for a text of %d", l.taken, cap(text))
			}
		})
	}
}

// neverEnding is a reader of one byte without end.
type neverEnding byte

func (b neverEnding) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b)
	}
	return len(p), nil
}

// TestBodiesTakeMemory checks that a decoded body takes as much memory as its text, and never more than the account allows.
func TestBodiesTakeMemory(t *testing.T) {
	bomb := compress(t, "gzip", strings.Repeat("x", 1<<20))
	latin := strings.Repeat("\xe9", 10_000)
	broken := strings.Repeat("\xff", 10_000)
	tests := []struct {
		name, body, coding, contentType string
		limit                           int64 // of memory
		refused                         bool
		length                          int
	}{
		{"packed, with room", bomb, "gzip", "", 8 << 20, false, 1 << 20},
		{"packed, without", bomb, "gzip", "", 500 << 10, true, 0},
		{"another charset", latin, "", "text/plain; charset=iso-8859-1", 1 << 20, false, 20_000},
		{"another charset, without room", latin, "", "text/plain; charset=iso-8859-1", 20_000, true, 0},
		{"no UTF-8", broken, "", "", 1 << 20, false, 30_000},
		{"no UTF-8, without room", broken, "", "", 20_000, true, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := post(test.body)
			r.Header.Set("Content-Encoding", test.coding)
			r.Header.Set("Content-Type", test.contentType)
			r.ReadBody = func(limit int64, account Account) ([]byte, error) {
				return ReadAll(strings.NewReader(test.body), int64(len(test.body)), limit, account)
			}
			l := ledger{limit: test.limit}
			d, err := Receive(r, 10<<20, &l)
			if errors.Is(err, errLedger) != test.refused || err != nil && !test.refused {
				t.Fatalf("error %v", err)
			}
			if err != nil {
				return
			}
			if n := len(d.RawBody()); n != test.length || l.taken < int64(n) || l.taken > 3*int64(n)+4096 {
				t.Errorf("%d bytes are taken for a text of %d", l.taken, n)
			}
		})
	}
}
