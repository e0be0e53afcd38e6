package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestWrongAnswersFail checks that a client refuses answers that are not as they must be.
func TestWrongAnswersFail(t *testing.T) {
	want := request{texts: [][]byte{post("a", "/", "{}")}, status: 200, prefix: "ab"}
	tests := []struct{ name, answer, err string }{
		{"right", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc", ""},
		{"another status", "HTTP/1.1 503 Busy\r\nContent-Length: 3\r\n\r\nabc", `answered 503 "abc"; want 200 "ab"`},
		{"another body", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nxbc", `answered 200 "xbc"; want 200 "ab"`},
		{"a shorter body", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", `answered 200 "a"; want 200 "ab"`},
		{"no body", "HTTP/1.1 204 No Content\r\n\r\n", `answered 204 ""; want 200 "ab"`},
		{"a body that breaks off", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", "unexpected EOF"},
		{"no length", "HTTP/1.1 200 OK\r\n\r\nabc", "answer: has no Content-Length"},
		{"a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc", `answer: has Content-Length "-1"`},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", `answer: has Transfer-Encoding "chunked"`},
		{"not HTTP", "SSH-2.0-OpenSSH_9.9 on some machine\r\n", `answer: begins with "SSH-2.0`},
		{"a status that is none", "HTTP/1.1 2xx OK\r\n\r\n", `answer: begins with "HTTP/1.1 2xx`},
		{"nothing", "", "answer: EOF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ours, theirs := net.Pipe()
			c := newClient(ours)
			defer ours.Close()
			go func() {
				defer theirs.Close()
				if _, err := http.ReadRequest(newClient(theirs).r); err == nil {
					theirs.Write([]byte(tt.answer))
				}
			}()
			switch err := c.do(&want); {
			case tt.err == "" && err != nil:
				t.Error(err)
			case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
				t.Errorf("got %v, want %s", err, tt.err)
			}
		})
	}
}

// fake is a server that counts requests, and answers each with the status for its number.
func fake(t *testing.T, status func(n int64) int) (*target, *atomic.Int64) {
	var asked atomic.Int64
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Type") != "application/json" || r.ContentLength != 2 {
			http.Error(w, "not what post sends", http.StatusTeapot)
			return
		}
		w.WriteHeader(status(asked.Add(1)))
	}))
	t.Cleanup(site.Close)
	admin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Each request costs a second.
		fmt.Fprintf(w, "# HELP process_cpu_seconds_total text\nprocess_cpu_seconds_total %d\n", asked.Load())
	}))
	t.Cleanup(admin.Close)
	return &target{
		name: "fake", address: site.Listener.Addr().String(), admin: admin.URL,
		request: request{texts: [][]byte{post("a", "/0", "{}"), post("a", "/1", "{}")}, status: 204},
	}, &asked
}

func TestDrive(t *testing.T) {
	target, asked := fake(t, func(int64) int { return 204 })
	s, err := drive(t.Context(), target, options{time: 20 * time.Millisecond, clients: 3})
	if err != nil {
		t.Fatal(err)
	}
	if asked.Load() < 6 {
		t.Errorf("%d requests: not one of each client, in warm-up and in the measured time", asked.Load())
	}
	if s.cpu != time.Second {
		t.Errorf("%s per request, want 1s", s.cpu)
	}
	if s.rate <= 0 || s.p50 <= 0 || s.p99 < s.p50 {
		t.Errorf("sample is %+v", s)
	}
}

func TestDriveFailsAtTheFirstWrongAnswer(t *testing.T) {
	target, _ := fake(t, func(n int64) int {
		if n == 5 {
			return 503
		}
		return 204
	})
	_, err := drive(t.Context(), target, options{time: time.Hour, clients: 3})
	if err == nil || !strings.HasPrefix(err.Error(), "fake: answered 503") {
		t.Errorf("got %v", err)
	}
}

func TestDriveEndsWhenToldTo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	target, _ := fake(t, func(n int64) int {
		if n == 10 {
			cancel()
		}
		return 204
	})
	if _, err := drive(ctx, target, options{time: time.Hour, clients: 3}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
