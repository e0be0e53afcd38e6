package tasktest

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// Hook is a server on loopback that notes what it is sent, and answers with what Answer says.
type Hook struct {
	URL    string
	Answer func(w http.ResponseWriter, r *http.Request, body string) // nil: 200

	mu       sync.Mutex
	received []string // method, path and body, and the headers that were asked for
}

// NewHook starts a server that ends with the test. It notes the named headers.
func NewHook(t testing.TB, headers ...string) *Hook {
	t.Helper()
	h := &Hook{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		parts := append(make([]string, 0, 3+len(headers)), r.Method, r.URL.RequestURI())
		for _, name := range headers {
			parts = append(parts, name+"="+strings.Join(r.Header.Values(name), ","))
		}
		parts = append(parts, string(raw))
		h.mu.Lock()
		h.received = append(h.received, strings.TrimSpace(strings.Join(parts, " ")))
		h.mu.Unlock()
		if h.Answer != nil {
			h.Answer(w, r, string(raw))
		}
	}))
	t.Cleanup(s.Close)
	h.URL = s.URL
	return h
}

// Received returns what has come since it was last asked for.
func (h *Hook) Received() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := h.received
	h.received = nil
	return all
}

// Executions know three: failed, succeeded and running. They began two seconds before [Now]; the first two took 1.5 s.
type Executions struct{ task.Executions }

// About implements [task.Executions].
func (Executions) About(_ context.Context, id string) (task.About, error) {
	a := task.About{Flow: task.FlowName{Namespace: Origin.Namespace, ID: "orders"}, Start: Now.Add(-2 * time.Second), End: Now.Add(-500 * time.Millisecond)}
	switch id {
	case "failed":
		a.Status, a.Failed, a.Last = flow.Failed, true, "pay"
	case "succeeded":
		a.Status, a.Last = flow.Success, "ship"
	default:
		a.Status, a.End = flow.Running, time.Time{}
	}
	return a, nil
}
