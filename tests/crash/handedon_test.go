package crash

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

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

// faults are what a Kestra behind does while it is not well, by the first word of the body; those that are true have taken the request,
// and their answer is lost.
var faults = map[string]bool{"hang": false, "nothing": false, "500": false, "503": false, "429": false, "midway": true, "slow": true}

// fail does what a fault is.
func fail(w http.ResponseWriter, r *http.Request, fault string) {
	switch fault {
	case "hang":
		<-r.Context().Done()
	case "nothing":
		panic(http.ErrAbortHandler)
	case "429":
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
	case "midway", "slow":
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"id":`)
		_ = http.NewResponseController(w).Flush()
		if fault == "slow" {
			<-r.Context().Done()
		}
		panic(http.ErrAbortHandler)
	default:
		status, _ := strconv.Atoi(fault)
		w.WriteHeader(status)
	}
}

// TestHandedOn kills a server while a Kestra behind it does to its requests whatever can go wrong: some are on their way, some wait to be
// sent again, and of some the answer is lost. Each that was answered with 200 arrives with the bytes that were sent, and once for each
// answer that was lost and once more.
func TestHandedOn(t *testing.T) {
	var mu sync.Mutex
	down := true
	bodies := map[string][]string{} // that came, by the id of the delivery
	taken, lost := map[string]int{}, map[string]int{}
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fault, _, _ := strings.Cut(string(body), " ")
		id := r.Header.Get("X-Kestra-Delivery-Id")
		mu.Lock()
		fails := down
		bodies[id] = append(bodies[id], string(body))
		if !fails || faults[fault] {
			taken[id]++
		}
		if fails && faults[fault] {
			lost[id]++
		}
		mu.Unlock()
		if r.URL.Path != target {
			t.Errorf("one came to %s", r.URL.Path)
		}
		if fails {
			fail(w, r, fault)
		}
	}))
	behind.Config.ErrorLog = zap.NewStdLog(zap.NewNop())
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
	for fault := range faults {
		for i := range 2 {
			body := fmt.Sprintf("%s %d \x00\xff", fault, i)
			got := s.Fetch(t, "POST", target, body)
			if got.Status != 200 {
				t.Fatalf("%d %s", got.Status, got.Body)
			}
			sent[got.Header.Get("X-Kestra-Execution-Id")] = body
		}
	}
	harness.Eventually(t, time.Minute, "each was tried", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(bodies) == len(sent)
	})
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
		for id := range sent {
			if taken[id] == lost[id] {
				return false
			}
		}
		return true
	})
	if _, err := s.Stop(20 * time.Second); err != nil {
		t.Error(err)
	}
	for id, body := range sent {
		if taken[id]-lost[id] != 1 || slices.ContainsFunc(bodies[id], func(came string) bool { return came != body }) {
			t.Errorf("%q arrived, sent was %q; it was taken %d times, and the answer lost %d times", bodies[id], body, taken[id], lost[id])
		}
	}
	if len(bodies) != len(sent) {
		t.Errorf("%d deliveries arrived, %d were sent", len(bodies), len(sent))
	}
	if strings.Contains(output+s.Output(), key) {
		t.Error("the server has said the key")
	}
}
