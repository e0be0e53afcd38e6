package crash

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// history is more than 64 MiB where changes land: that is what the store's log may take.
var history = flag.Int("history", 16, "`MiB` that the executions of TestLargeHistory hold, 72 at most")

// TestLargeHistory kills a server whose executions hold much: all of them go on, and what they hold is there.
func TestLargeHistory(t *testing.T) {
	const times = 8
	length := *history << 20 / times
	config := killConfig("http://127.0.0.1:1", filepath.Join(t.TempDir(), "kestra.db"))
	config.Files["flows/large.yml"] = `id: large
namespace: company.team
tasks:
  - {id: pause, type: io.kestra.plugin.core.flow.Pause}
  - {id: length, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.body.text | length }}"}
triggers:
  - {id: webhook, type: io.kestra.plugin.core.trigger.Webhook, key: ` + killKey + `}
`
	dir := t.TempDir()
	s, err := harness.StartIn(t, dir, config)
	if err != nil {
		t.Fatal(err)
	}
	body := `{"text":"` + strings.Repeat("x", length) + `"}`
	var ids []string
	for range times {
		a := s.Fetch(t, "POST", "/api/v1/executions/webhook/company.team/large/"+killKey, body)
		if a.Status != 200 {
			t.Fatalf("%d %.200s", a.Status, a.Body)
		}
		ids = append(ids, a.Header.Get("X-Kestra-Execution-Id"))
	}
	harness.Eventually(t, time.Minute, "all are paused", func() bool { return len(listed(t, s, "state=PAUSED")) == times })
	s.Kill()
	if s, err = harness.StartIn(t, dir, config); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if a := harness.Fetch(t, adminClient, "POST", fmt.Sprintf("http://127.0.0.1:%d/kestra/executions/%s/resume", s.AdminPort, id), "{}"); a.Status != 200 {
			t.Fatalf("resume: %d %s", a.Status, a.Body)
		}
	}
	harness.Eventually(t, time.Minute, "all have ended", func() bool { return len(listed(t, s, "unfinished=true")) == 0 })
	for _, id := range ids {
		x := shown(t, s, id)
		last := x.TaskRunList[len(x.TaskRunList)-1]
		if got, want := fmt.Sprint(last.Outputs["value"]), fmt.Sprint(length); x.State.Current != "SUCCESS" || got != want {
			t.Errorf("execution %s is %s, and has read %s characters, want %s", id, x.State.Current, got, want)
		}
	}
}
