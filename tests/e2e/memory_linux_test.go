package e2e

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// attack is something that a holder of one flow's key sends to use up the memory of the server.
type attack struct {
	name     string
	flow     string // name of a flow of memoryFlows
	requests int
	clients  int // that send them, at once
	method   string
	query    string
	body     string
	gzip     bool
}

// memoryFlows are the flows that are attacked, and one that is left alone.
var memoryFlows = map[string]string{
	"other": `tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: hi}]`,
	"plain": `tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: hi}]`,
	"reads": `tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.body | length }}"}]`,
	"form":  `tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.formFields | length }}"}]`,
	"slow": "tasks:\n" + strings.Repeat("  - id: ID\n    type: io.kestra.plugin.core.debug.Return\n"+
		"    format: \"{% for a in 1..200 %}{% for b in 1..200 %}{% endfor %}{% endfor %}\"\n", 4),
	"cel":    "tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: hi}]",
	"jq":     `tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: hi}]`,
	"copies": "tasks:\n" + strings.Repeat("  - {id: ID, type: io.kestra.plugin.core.debug.Return, format: \"x{{ trigger.body }}\"}\n", 20),
}

// memoryConditions are the conditions of some of them.
var memoryConditions = map[string]string{
	"cel": `{type: cel, expression: "body.commits.map(c, body.repo + c.id).size() > 0"}`,
	"jq":  `{type: expression, expression: "{{ (trigger.body | jq('[range(300000)] | map([.]) | length')) | length == 1 }}"}`,
}

func memoryFlow(name string) string {
	tasks := memoryFlows[name]
	for i := 0; strings.Contains(tasks, "ID"); i++ {
		tasks = strings.Replace(tasks, "ID", fmt.Sprint("t", i), 1)
	}
	flow := "id: " + name + "\nnamespace: company.team\n" + tasks + "\ntriggers:\n  - id: hook\n    type: io.kestra.plugin.core.trigger.Webhook\n    key: " + memoryKey + "\n"
	if condition := memoryConditions[name]; condition != "" {
		flow += "    conditions:\n      - " + strings.Replace(condition, "type: expression", "type: io.kestra.plugin.core.condition.Expression", 1) + "\n"
	}
	return flow
}

const memoryKey = "memory-of-the-server-1"

func memoryAttacks() []attack {
	long := strings.Repeat("x", 6500)
	commits := strings.TrimSuffix(strings.Repeat(`{"id":"0123456789"},`, 320), ",")
	var names strings.Builder
	for n := range int64(4600) { // what fits into the header
		names.WriteString(strconv.FormatInt(n, 36) + "&")
	}
	return []attack{
		{"packed bodies", "reads", 24, 24, "POST", "", "[" + strings.Repeat("0,", 2<<20-2) + "0]", true},
		{"a form of many fields", "form", 8, 8, "POST", "", strings.Repeat("a&b&c&", 2<<20/6), false},
		{"parameters to a slow flow", "slow", 128, 128, "GET", names.String(), "", false},
		{"sums of texts in CEL", "cel", 16, 16, "POST", "", `{"repo":"` + long + `","commits":[` + commits + `]}`, false},
		{"jq programs at their budget", "jq", 16, 16, "POST", "", "{}", false},
		{"long outputs", "copies", 8, 8, "POST", "", strings.Repeat("\\", 4<<20-10), false},
	}
}

// TestMemoryLimit checks that the memory of the process keeps to what the README promises, twice memory_limit and 100 MiB,
// under every attack alone and all together, and that a flow nobody attacks is served while another one is attacked. When several are,
// each of which may take its share, there may be nothing left for it.
func TestMemoryLimit(t *testing.T) {
	files := map[string]string{}
	for name := range memoryFlows {
		files["flows/"+name+".yml"] = memoryFlow(name)
	}
	all := memoryAttacks()
	holds := func(name string, limit int64, attacks ...attack) {
		t.Run(name, func(t *testing.T) {
			s := harness.Start(t, harness.Config{
				Global: fmt.Sprintf("\tkestra {\n\t\tflows flows\n\t\tstrict\n\t\tmemory_limit %dMiB\n\t}\n", limit>>20),
				Sites:  ":{$HTTP_PORT} {\n\tkestra_webhook\n}",
				Files:  files,
				Env:    []string{harness.CollectAsUsual},
			})
			holdsMemory(t, s, limit, attacks...)
		})
	}
	for _, a := range all {
		holds(a.name, 64<<20, a)
	}
	holds("all together", 128<<20, all...)
}

func holdsMemory(t *testing.T, s *harness.Server, limit int64, attacks ...attack) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 300}, Timeout: 2 * time.Minute}
	defer client.CloseIdleConnections()
	var clients, watcher sync.WaitGroup
	var mu sync.Mutex
	counts := map[string]int{}
	for _, a := range attacks {
		body := []byte(a.body)
		if a.gzip {
			var b bytes.Buffer
			w := gzip.NewWriter(&b)
			if _, err := w.Write(body); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			body = b.Bytes()
		}
		for i := range a.clients {
			clients.Go(func() {
				for range (a.requests - i + a.clients - 1) / a.clients {
					status, err := sendAttack(client, s, a, body)
					mu.Lock()
					counts[fmt.Sprintf("%s: %d", a.name, status)]++
					mu.Unlock()
					if err != nil {
						t.Errorf("%s: %v", a.name, err)
						return
					}
					if status != 200 && status != 503 && status != 204 {
						t.Errorf("%s: answered with %d", a.name, status)
					}
				}
			})
		}
	}
	end := make(chan struct{})
	var longest time.Duration
	watcher.Go(func() {
		for {
			begin := time.Now()
			status, err := sendAttack(client, s, attack{flow: "other", method: "POST"}, []byte("{}"))
			if err != nil || status != 200 && (len(attacks) == 1 || status != 503) {
				t.Errorf("the other flow: %d, %v", status, err)
			}
			longest = max(longest, time.Since(begin))
			select {
			case <-end:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	clients.Wait()
	close(end)
	watcher.Wait()
	peak := s.PeakMemory(t)
	t.Logf("peak %d MiB; the other flow was answered in at most %v; answers %v", peak>>20, longest, counts)
	if peak > 2*limit+100<<20 {
		t.Errorf("the process had %d MiB", peak>>20)
	}
}

func sendAttack(client *http.Client, s *harness.Server, a attack, body []byte) (int, error) {
	r, err := http.NewRequest(a.method, s.URL(webhook(a.flow, memoryKey))+"?"+a.query, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	if a.gzip {
		r.Header.Set("Content-Encoding", "gzip")
	}
	if a.flow == "form" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}
