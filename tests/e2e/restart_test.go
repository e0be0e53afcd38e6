package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// restartFlows call a server for what they do: each of their tasks, and each batch of the second one, has a path of its own there.
const restartFlows = `
	kestra {
		store sqlite {$DIR}/kestra.db
		flow <<FLOW
			id: steps
			namespace: company.team
			tasks:
			  - {id: first, type: io.kestra.plugin.core.http.Request, uri: "$WORLD/first", method: POST}
			  - {id: flaky, type: io.kestra.plugin.core.http.Request, uri: "$WORLD/flaky", method: POST}
			  - {id: slow, type: io.kestra.plugin.core.http.Request, uri: "$WORLD/slow", method: POST}
			  - {id: last, type: io.kestra.plugin.core.http.Request, uri: "$WORLD/last", method: POST}
			triggers:
			  - {id: webhook, type: io.kestra.plugin.core.trigger.Webhook, key: canary4wjtkzwVGBM9yKnjm3yv8r}
			FLOW
		flow <<FLOW
			id: item
			namespace: company.team
			inputs:
			  - {id: n, type: STRING}
			tasks:
			  - {id: before, type: io.kestra.plugin.core.http.Request, uri: "$WORLD/before{{ inputs.n }}", method: POST}
			  - {id: item, type: io.kestra.plugin.core.http.Request, uri: "$WORLD/item{{ inputs.n }}", method: POST}
			FLOW
		flow <<FLOW
			id: batches
			namespace: company.team
			tasks:
			  - {id: file, type: io.kestra.plugin.core.storage.Write, content: "a\nb\nc\nd"}
			  - id: each
			    type: io.kestra.plugin.core.flow.ForEachItem
			    items: "{{ outputs.file.uri }}"
			    namespace: company.team
			    flowId: item
			    inputs:
			      n: "{{ taskrun.iteration }}"
			triggers:
			  - {id: webhook, type: io.kestra.plugin.core.trigger.Webhook, key: canary4wjtkzwVGBM9yKnjm3yv8r}
			FLOW
	}`

// world counts the calls of flows. The first ones of some paths fail, and those of others wait until it is opened.
type world struct {
	mu    sync.Mutex
	calls map[string]int
	open  chan struct{}
}

func (w *world) ServeHTTP(answer http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.calls[r.URL.Path]++
	n := w.calls[r.URL.Path]
	w.mu.Unlock()
	switch r.URL.Path {
	case "/flaky", "/item1", "/item3":
		if n == 1 {
			http.Error(answer, "not yet", http.StatusTeapot)
			return
		}
		fallthrough
	case "/slow":
		if r.URL.Path != "/flaky" {
			select {
			case <-w.open:
			case <-r.Context().Done():
			}
		}
	default:
	}
}

// count returns how often paths were called.
func (w *world) count(paths ...string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, path := range paths {
		n += w.calls[path]
	}
	return n
}

// TestRestartIsKept restarts executions, kills the server while they are under way again, and starts it once more: they go on, and no task
// runs again that had ended.
func TestRestartIsKept(t *testing.T) {
	t.Parallel()
	w := &world{calls: map[string]int{}, open: make(chan struct{})}
	outside := httptest.NewServer(w)
	t.Cleanup(outside.Close)
	config := harness.Config{Global: strings.ReplaceAll(restartFlows, "$WORLD", outside.URL), Sites: apiSite}
	s := harness.Start(t, config)
	alice := []string{"Authorization", "Basic YWxpY2U6d29uZGVybGFuZA=="}
	state := func(s *harness.Server, id string) string {
		var shown struct{ State struct{ Current string } }
		a := s.Fetch(t, "GET", "/api/v1/main/executions/"+id, "", alice...)
		if err := json.Unmarshal([]byte(a.Body), &shown); err != nil {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		return shown.State.Current
	}
	ids := map[string]string{}
	for _, flow := range []string{"steps", "batches"} {
		var started struct{ ID string }
		a := s.Fetch(t, "POST", "/api/v1/executions/webhook/company.team/"+flow+"/canary4wjtkzwVGBM9yKnjm3yv8r", "{}")
		if err := json.Unmarshal([]byte(a.Body), &started); err != nil {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		ids[flow] = started.ID
		harness.Eventually(t, 30*time.Second, flow+" has failed", func() bool { return state(s, started.ID) == "FAILED" })
		if a := s.Fetch(t, "POST", "/api/v1/main/executions/"+started.ID+"/restart", "", alice...); a.Status != 200 {
			t.Fatalf("%s does not go on: %d %s", flow, a.Status, a.Body)
		}
	}
	harness.Eventually(t, 30*time.Second, "both are under way again", func() bool { return w.count("/slow") == 1 && w.count("/item1", "/item3") == 4 })
	s.Kill()
	again, err := harness.StartIn(t, s.Dir, config)
	if err != nil {
		t.Fatal(err)
	}
	harness.Eventually(t, 30*time.Second, "what was cut is done again", func() bool { return w.count("/slow") == 2 && w.count("/item1", "/item3") == 6 })
	close(w.open)
	for flow, id := range ids {
		harness.Eventually(t, 30*time.Second, flow+" has ended", func() bool { return state(again, id) == "SUCCESS" })
	}
	want := map[string]int{
		"/first": 1, "/flaky": 2, "/slow": 2, "/last": 1,
		"/before0": 1, "/before1": 1, "/before2": 1, "/before3": 1, "/item0": 1, "/item1": 3, "/item2": 1, "/item3": 3,
	}
	if diff := cmp.Diff(want, w.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}
