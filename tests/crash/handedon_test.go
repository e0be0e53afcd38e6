package crash

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// handedOn is a flow that only a Kestra behind the server can run.
const handedOn = `id: count
namespace: company.team
tasks:
  - id: fetch
    type: io.kestra.plugin.aws.s3.Download
triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: ` + key + `
`

// TestHandedOn kills a server while some requests are on their way to a Kestra behind it and others wait until it is there again. All
// that were answered with 200 arrive with the bytes that were sent.
func TestHandedOn(t *testing.T) {
	var mu sync.Mutex
	arrived, down := map[string]string{}, true
	coming := make(chan string, 100)
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		fails := down
		if !fails {
			arrived[r.Header.Get("X-Kestra-Delivery-Id")] += string(body)
		}
		mu.Unlock()
		coming <- r.URL.Path
		switch {
		case fails && strings.HasPrefix(string(body), "hang"):
			<-r.Context().Done()
		case fails:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(503)
		}
	}))
	defer behind.Close()
	dir := t.TempDir()
	config := harness.Config{
		Global: "kestra {\nupstream " + behind.URL + "\n}\n",
		Sites:  ":{$HTTP_PORT} {\n\tkestra_webhook flows\n}\n",
		Files:  map[string]string{"flows/count.yml": handedOn},
	}
	s, err := harness.StartIn(t, dir, config)
	if err != nil {
		t.Fatal(err)
	}
	sent := map[string]string{}
	for i := range 10 {
		body := fmt.Sprintf("%s %d \x00\xff", []string{"hang", "wait"}[i%2], i)
		got := s.Fetch(t, "POST", target, body)
		if got.Status != 200 {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		sent[got.Header.Get("X-Kestra-Execution-Id")] = body
	}
	for range sent { // each was tried once
		if path := <-coming; path != target {
			t.Errorf("one came to %s", path)
		}
	}
	s.Kill()
	output := s.Output()
	mu.Lock()
	down = false
	mu.Unlock()
	if s, err = harness.StartIn(t, dir, config); err != nil {
		t.Fatal(err)
	}
	harness.Eventually(t, time.Minute, "all have arrived", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(arrived) == len(sent)
	})
	if _, err := s.Stop(20 * time.Second); err != nil {
		t.Error(err)
	}
	for id, body := range sent {
		if arrived[id] != body {
			t.Errorf("%q arrived, sent was %q", arrived[id], body)
		}
	}
	if strings.Contains(output+s.Output(), key) {
		t.Error("the server has said the key")
	}
}
