package harness

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Answer is what a server answered.
type Answer struct {
	Status int
	Proto  string // as in HTTP/2.0
	Header http.Header
	Body   string
}

const fetchLimit = 60 * time.Second

var plain = &http.Client{
	Timeout:       fetchLimit,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// URL returns the URL of an escaped path on the server, by HTTP.
func (s *Server) URL(path string) string {
	return fmt.Sprintf("http://127.0.0.1:%d%s", s.HTTPPort, path)
}

// Fetch sends a request by HTTP and returns the answer; redirections are answers. Headers are names and values in turn.
func (s *Server) Fetch(tb testing.TB, method, path, body string, headers ...string) Answer {
	tb.Helper()
	return Fetch(tb, plain, method, s.URL(path), body, headers...)
}

// Fetch sends a request with a client of the caller's.
func Fetch(tb testing.TB, client *http.Client, method, url, body string, headers ...string) Answer {
	tb.Helper()
	a, err := fetch(client, method, url, body, headers)
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

func fetch(client *http.Client, method, url, body string, headers []string) (Answer, error) {
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r, err := http.NewRequest(method, url, reader)
	if err != nil {
		return Answer{}, err
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if strings.EqualFold(headers[i], "Host") {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Add(headers[i], headers[i+1])
	}
	response, err := client.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return Answer{}, fmt.Errorf("%s %s: body: %w", method, url, err)
	}
	return Answer{Status: response.StatusCode, Proto: response.Proto, Header: response.Header, Body: string(text)}, nil
}

// Eventually waits until holds does, and fails the test when it does not within limit.
func Eventually(tb testing.TB, limit time.Duration, what string, holds func() bool) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			tb.Fatalf("not after %s: %s", limit, what)
		case <-tick.C:
		}
	}
}
