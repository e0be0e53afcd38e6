package flowtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
)

// wire is what requests of flows take: stubs answer them. It is an [http.RoundTripper].
type wire struct {
	clock *clock

	mu    sync.Mutex
	stubs []*stubbed
	asked []*asked
}

// stubbed is a stub and how often it has answered.
type stubbed struct {
	*stub
	url   *regexp.Regexp
	count int
}

// asked is a request that a flow has sent.
type asked struct {
	method, url string
	header      http.Header
	body        []byte
	known       bool // a stub answers it
}

func newWire(stubs []*stub, c *clock) *wire {
	w := &wire{clock: c}
	for _, s := range stubs {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(s.url), `\*`, `.*`)
		if !strings.Contains(s.url, "?") {
			pattern += `(\?.*)?`
		}
		w.stubs = append(w.stubs, &stubbed{stub: s, url: regexp.MustCompile(`^(?s:` + pattern + `)$`)})
	}
	return w
}

// RoundTrip implements [http.RoundTripper].
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	a := &asked{method: r.Method, url: r.URL.String(), header: r.Header.Clone()}
	if r.Body != nil {
		defer r.Body.Close()
		var err error
		if a.body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	s := w.answers(a)
	if s == nil {
		return nil, &unknownError{a.method + " " + a.url}
	}
	if s.delay > 0 {
		if err := w.clock.sleep(r.Context(), s.delay); err != nil {
			return nil, err
		}
	}
	if s.fails != "" {
		return nil, errors.New(s.fails)
	}
	header := s.header.Clone()
	return &http.Response{
		StatusCode: s.status, Status: fmt.Sprintf("%d %s", s.status, http.StatusText(s.status)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(bytes.NewReader([]byte(s.body))), ContentLength: int64(len(s.body)), Request: r,
	}, nil
}

// unknownError is of a request that no stub answers.
type unknownError struct{ request string }

// Error implements the interface error.
func (e *unknownError) Error() string {
	return "no stub in `http` of the case answers " + e.request
}

// answers writes a request down, and returns the first stub that answers it; nil: none does.
func (w *wire) answers(a *asked) *stub {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, a)
	for _, s := range w.stubs {
		if (s.method == "" || strings.EqualFold(s.method, a.method)) && (s.times == 0 || s.count < s.times) && s.url.MatchString(a.url) {
			s.count++
			a.known = true
			return s.stub
		}
	}
	return nil
}

// take returns the requests that were sent since the last call.
func (w *wire) take() []*asked {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.asked
	w.asked = nil
	return all
}
