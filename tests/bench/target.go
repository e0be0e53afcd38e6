package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// target is one case: a request to one server.
type target struct {
	name string
	request
	address string // of the server
	admin   string // URL of the server's admin endpoint
}

// newTarget returns a case on a server.
func newTarget(name string, s *harness.Server, q request) *target {
	return &target{
		name: name, request: q,
		address: fmt.Sprintf("127.0.0.1:%d", s.HTTPPort),
		admin:   fmt.Sprintf("http://127.0.0.1:%d", s.AdminPort),
	}
}

// probe asks once, and returns the length of the answer's body.
func (t *target) probe(ctx context.Context) (int, error) {
	c, err := dial(ctx, t.address)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", t.name, err)
	}
	defer c.conn.Close()
	if err := c.conn.SetDeadline(time.Now().Add(answerLimit)); err != nil {
		return 0, fmt.Errorf("%s: %w", t.name, err)
	}
	if err := c.do(&t.request); err != nil {
		return 0, fmt.Errorf("%s: %w", t.name, err)
	}
	return len(c.body), nil
}

// cpu returns the processor time that the server's process has used.
func (t *target) cpu(ctx context.Context) (time.Duration, error) {
	seconds, err := figure(ctx, t.admin+"/metrics", "process_cpu_seconds_total ")
	return time.Duration(seconds * float64(time.Second)), err
}

// heap returns the bytes in use after a garbage collection.
func (t *target) heap(ctx context.Context) (float64, error) {
	return figure(ctx, t.admin+"/debug/pprof/heap?gc=1&debug=1", "# HeapAlloc = ")
}

// once keeps no connections: they would outlive the server.
var once = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: answerLimit}

// figure returns the number on the line that begins with prefix, of a text that the admin endpoint gives.
func figure(ctx context.Context, url, prefix string) (float64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, err
	}
	response, err := once.Do(r)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", url, err)
	}
	for line := range strings.Lines(string(text)) {
		if number, ok := strings.CutPrefix(line, prefix); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
			if err != nil {
				return 0, fmt.Errorf("%s: %w", url, err)
			}
			return n, nil
		}
	}
	return 0, fmt.Errorf("%s: answered %s without %q", url, response.Status, prefix)
}
