package e2e

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// burstConditions are conditions that take much work on the event of the burst. All of them are met, except those whose name
// begins with "over": these exceed their budget, on every machine and under any load.
var burstConditions = map[string]string{
	"cel":        "{type: cel, expression: 'body.commits.exists(c, c.id == \"last\") && body.commits.all(c, c.message.contains(\"fix\"))'}",
	"regex":      `{type: io.kestra.plugin.core.condition.Expression, expression: "{{ (trigger.body.log | regexMatch('(fix|bug)-[0-9]+ last$')) }}"}`,
	"lookaround": `{type: io.kestra.plugin.core.condition.Expression, expression: "{{ (trigger.body.log | regexMatch('(?<=1) last$')) }}"}`,
	"jq":         `{type: io.kestra.plugin.core.condition.Expression, expression: "{{ (trigger.body | jq('[.commits[] | select(.id == \"last\")] | length') | first) == 1 }}"}`,
	"pebble":     `{type: io.kestra.plugin.core.condition.Expression, expression: "{% for c in trigger.body.commits %}{% if c.id == 'last' %}yes{% endif %}{% endfor %}"}`,
	"over_cel":   "{type: cel, expression: 'body.commits.all(a, body.commits.all(b, body.commits.all(c, c.id != \"none\")))'}",
	"over_jq":    `{type: io.kestra.plugin.core.condition.Expression, expression: "{{ (trigger.body | jq('[range(1e9)] | length') | first) > 0 }}"}`,
}

// burstEvent is an event of 197 KB.
func burstEvent() []byte {
	var b bytes.Buffer
	b.WriteString(`{"log":"` + strings.Repeat("fix-1 ", 5000) + `last","commits":[`)
	for i := range 1300 {
		fmt.Fprintf(&b, `{"id":"%d","message":"fix the %d. fault","author":{"name":"Alice","email":"alice@example.com"},"files":["a","b"]},`, i, i)
	}
	b.WriteString(`{"id":"last","message":"fix all"}]`)
	b.WriteString(strings.Repeat(" ", 197_000-b.Len()-1) + "}")
	return b.Bytes()
}

// TestBurst sends the same event many times at once, on one processor and on two, which something else keeps busy. Every
// request that is not refused with 503 gets the same answer.
func TestBurst(t *testing.T) {
	files := map[string]string{}
	for name, condition := range burstConditions {
		files["flows/"+name+".yml"] = "id: " + name + "\nnamespace: company.team\n" +
			"tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: hi}]\n" +
			"triggers:\n  - id: hook\n    type: io.kestra.plugin.core.trigger.Webhook\n    key: " + burstKey + "\n    conditions:\n      - " + condition + "\n"
	}
	event := burstEvent()
	for _, processors := range []int{1, 2} {
		t.Run(fmt.Sprint(processors, " processors"), func(t *testing.T) {
			s := harness.Start(t, harness.Config{
				Global: "\tkestra {\n\t\tflows flows\n\t\tstrict\n\t}\n",
				Sites:  ":{$HTTP_PORT} {\n\tkestra_webhook\n}",
				Files:  files,
				Env:    []string{fmt.Sprint("GOMAXPROCS=", processors)},
			})
			defer keepBusy()()
			for _, name := range slices.Sorted(maps.Keys(burstConditions)) {
				verdict, events := 200, *burstEvents
				if strings.HasPrefix(name, "over") {
					verdict, events = 204, max(1, events/8)
				}
				answers := burst(t, s, name, event, events)
				t.Logf("%s: %v", name, answers)
				for status := range answers {
					if status != verdict && status != 503 {
						t.Errorf("%s: %v", name, answers)
					}
				}
				if answers[verdict] == 0 {
					t.Errorf("%s: nothing was decided: %v", name, answers)
				}
			}
		})
	}
}

const (
	burstKey     = "burst-of-equal-events"
	burstClients = 64
)

// burstEvents is how many events are sent for each condition; of those above their budget an eighth, since each takes as
// long as a condition may.
var burstEvents = flag.Int64("burst", 4, "events that are sent at once for each condition")

// burst sends events from all clients at once, and returns how often each status was the answer.
func burst(t *testing.T, s *harness.Server, flow string, event []byte, events int64) map[int]int {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: burstClients}, Timeout: time.Minute}
	defer client.CloseIdleConnections()
	answers := map[int]int{}
	var mu sync.Mutex
	var clients sync.WaitGroup
	var sent atomic.Int64
	for range burstClients {
		clients.Go(func() {
			for sent.Add(1) <= events {
				r, err := client.Post(s.URL(webhook(flow, burstKey)), "application/json", bytes.NewReader(event))
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, r.Body) // the status is all that counts
				r.Body.Close()
				mu.Lock()
				answers[r.StatusCode]++
				mu.Unlock()
			}
		})
	}
	clients.Wait()
	return answers
}

// keepBusy takes the processors away from everybody else until the function that it returns is called.
func keepBusy() (stop func()) {
	var end atomic.Bool
	var hogs sync.WaitGroup
	for range runtime.NumCPU() {
		hogs.Go(func() {
			for n := 0; !end.Load(); n++ {
				_ = n
			}
		})
	}
	return func() {
		end.Store(true)
		hogs.Wait()
	}
}
