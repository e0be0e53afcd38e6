package e2e

import (
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// onceFlow returns a flow that starts once for each delivery of GitHub, and logs it. Lines are further properties of its trigger.
func onceFlow(id, lines string) string {
	return fmt.Sprintf(`id: %s
namespace: company.team
tasks:
  - {id: log, type: io.kestra.plugin.core.log.Log, message: "%s started {{ trigger.headers['X-GitHub-Delivery'][0] }}"}
outputs:
  - {id: n, type: STRING, value: "{{ trigger.parameters.n[0] }}"}
triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: key
    deduplicate: {key: "{{ trigger.headers['X-GitHub-Delivery'][0] }}", window: P3D}
%s`, id, id, indent([]string{lines}))
}

// TestDeliveriesThatComeAgain delivers the same many times at once, and again after the server has ended and another one has its store: each
// time the answer is the same, and one execution is started.
func TestDeliveriesThatComeAgain(t *testing.T) {
	t.Parallel()
	config := harness.Config{
		Global: "\tkestra {\n\t\tstore sqlite " + filepath.Join(t.TempDir(), "kestra.db") + "\n\t}",
		Sites:  site,
		Files: map[string]string{
			"flows/at-once.yml": onceFlow("at-once", "wait: false\n"),
			"flows/waits.yml":   onceFlow("waits", waitsForOutputs+"responseCode: 201\n"),
		},
	}
	type answer struct {
		Status                  int
		Type, Execution, Cached string
		Body                    string
	}
	deliver := func(s *harness.Server, flow, id, n string) (a answer, replayed bool) {
		got := s.Fetch(t, "POST", webhook(flow, "key")+"?n="+n, `{"n":1}`, "Content-Type", "application/json", "X-GitHub-Delivery", id)
		h := got.Header
		return answer{got.Status, h.Get("Content-Type"), h.Get("X-Kestra-Execution-Id"), h.Get("Cache-Control"), got.Body}, h.Get("Idempotent-Replayed") == "true"
	}
	started := func(s *harness.Server, flow string) int {
		return len(logLines(t, s.Output(), func(l logLine) bool { return l.Msg == flow+" started 1" }))
	}
	s := harness.Start(t, config)
	first := map[string]answer{}
	for flow, status := range map[string]int{"at-once": http.StatusOK, "waits": http.StatusCreated} {
		const callers = 16
		var answers [callers]answer
		var replayed [callers]bool
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() { answers[i], replayed[i] = deliver(s, flow, "1", fmt.Sprint(i)) })
		}
		wg.Wait()
		first[flow] = answers[0]
		news := 0
		for i, a := range answers {
			if !replayed[i] {
				news++
			}
			if diff := cmp.Diff(first[flow], a); diff != "" {
				t.Errorf("%s, two answers (-one +other):\n%s", flow, diff)
			}
		}
		if news != 1 || first[flow].Status != status || first[flow].Execution == "" {
			t.Errorf("%s: %d are answered as new, with %+v", flow, news, first[flow])
		}
		if a, replayed := deliver(s, flow, "2", "x"); replayed || a.Execution == first[flow].Execution {
			t.Errorf("%s: another delivery is answered with %+v", flow, a)
		}
		harness.Eventually(t, time.Minute, flow+" has started", func() bool { return started(s, flow) == 1 })
	}
	if _, err := s.Stop(10 * time.Second); err != nil {
		t.Fatal(err)
	}
	s = harness.Start(t, config)
	for flow, want := range first {
		a, replayed := deliver(s, flow, "1", "later")
		if diff := cmp.Diff(want, a); diff != "" || !replayed {
			t.Errorf("%s, after a restart, replayed %v (-want +got):\n%s", flow, replayed, diff)
		}
		if n := started(s, flow); n != 0 {
			t.Errorf("%s: %d are started after the restart", flow, n)
		}
	}
}
