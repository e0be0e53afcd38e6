package engine

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// TestHandedOnHangs has a Kestra behind that takes requests and never answers, and many requests of several flows for it. They take a few
// workers of their own, and what waits beside those is parked: other flows go on, and neither goroutines nor memory grow with the requests.
func TestHandedOnHangs(t *testing.T) {
	const flows, each, workers = 4, 250, 4
	hangs := make(chan struct{}, flows*each)
	b := newBehind(t, func(_ http.ResponseWriter, r *arrived) {
		hangs <- struct{}{}
		<-r.Context().Done()
	})
	b.options.Pause = time.Hour // so that who is to come later does not within this test
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "well") }))
	defer other.Close()
	texts := []string{taskFlow("here", "- {id: ask, type: io.kestra.plugin.core.http.Request, uri: "+other.URL+"}", "wait: true")}
	for i := range flows {
		texts = append(texts, handedOnFlow(fmt.Sprint("f", i), ""))
	}
	lines, logged := observer.New(zapcore.InfoLevel)
	e, site := handOnIn(t, openInMemory(t), Options{Upstream: &b.options, Workers: workers, Logger: zap.New(lines)}, SiteOptions{}, texts...)
	before := runtime.NumGoroutine()
	for range each {
		for i := range flows {
			if got := sendRequest(site, handedOnRequest(fmt.Sprint("f", i), `{"n": 1}`)); got.Status != 200 {
				t.Fatalf("%d %s", got.Status, got.Body)
			}
		}
	}
	const own = workers / 2
	for range own {
		<-hangs
	}
	usage := e.Usage()
	for usage.Running+usage.Waiting+usage.Parked != flows*each || usage.Pending > 0 {
		runtime.Gosched()
		usage = e.Usage()
	}
	if usage.Running != own || usage.Waiting > own*10 || len(hangs) > 0 {
		t.Errorf("%d of %d requests are on their way, %d wait for that, %d more have arrived", usage.Running, flows*each, usage.Waiting, len(hangs))
	}
	if more := runtime.NumGoroutine() - before; more > 100 {
		t.Errorf("%d goroutines more than before", more)
	}
	for range 3 {
		if got := send(site, "here", "{}"); got.Status != 200 || decodeAnswer(t, got).State.Current != "SUCCESS" {
			t.Errorf("another flow: %d %s", got.Status, got.Body)
		}
	}
	if logged.FilterMessageSnippet("many requests wait for the Kestra behind; this one is sent at ").Len() != usage.Parked {
		t.Errorf("%d lines tell of %d that wait", logged.Len(), usage.Parked)
	}
}

// TestHandedOnCrowd has more requests than may wait in memory for a Kestra behind that is down, and then is not: each is taken, once.
func TestHandedOnCrowd(t *testing.T) {
	const count = 200
	var mu sync.Mutex
	down, taken := true, map[string][]string{}
	b := newBehind(t, func(w http.ResponseWriter, r *arrived) {
		mu.Lock()
		defer mu.Unlock()
		if down {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		id := r.Header.Get("X-Kestra-Delivery-Id")
		taken[id] = append(taken[id], r.body)
	})
	e, site := handOnIn(t, openInMemory(t), Options{Upstream: &b.options, Workers: 4}, SiteOptions{}, handedOnFlow("f", ""), handedOnFlow("g", ""))
	want := map[string][]string{}
	for i := range count {
		body := fmt.Sprint("body ", i)
		got := sendRequest(site, handedOnRequest([]string{"f", "g"}[i%2], body))
		if got.Status != 200 {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		want[got.ExecutionID] = []string{body}
	}
	mu.Lock()
	down = false
	mu.Unlock()
	for id, body := range want {
		if s := waitFor(t, e, id); s.Status() != execution.Success {
			t.Errorf("%s ended %s", body, s.Status())
		}
	}
	if diff := cmp.Diff(want, taken); diff != "" {
		t.Errorf("what was sent, and what was taken (-want +got):\n%s", diff)
	}
}

// openInMemory opens an engine with a store in memory and a folder for files.
func openInMemory(t *testing.T) *Engine {
	t.Helper()
	e, err := Open(t.Context(), StoreOptions{Kind: StoreMemory, Files: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, e) })
	return e
}
