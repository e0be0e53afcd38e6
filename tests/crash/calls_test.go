package crash

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// killKey is the key of the flows below. No output may hold it.
const killKey = "canaryWq8rT3zN5vB1xL7mC4jF"

// killFlows are the flows of TestKill: tasks that call a server which counts, one after the other, beside each other and in loops; sleeps,
// retries, and executions that start others.
var killFlows = []struct{ id, text string }{
	{"plain", "tasks:\n  - {id: call, " + calling + "}\n"},
	{"two", "tasks:\n  - {id: call1, " + calling + "}\n  - {id: say, type: io.kestra.plugin.core.log.Log, message: said}\n  - {id: call2, " + calling + "}\n"},
	{"nested", `tasks:
  - id: parallel
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - {id: call1, ` + calling + `}
      - id: sequence
        type: io.kestra.plugin.core.flow.Sequential
        tasks:
          - {id: call2, ` + calling + `}
          - {id: call3, ` + calling + `}
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [x, y, z]
    concurrencyLimit: 2
    tasks:
      - {id: call4, ` + calling + `}
`},
	{"sleeps", "tasks:\n  - {id: call1, " + calling + "}\n  - {id: sleep, type: io.kestra.plugin.core.flow.Sleep, duration: PT0.3S}\n  - {id: call2, " + calling + "}\n"},
	{"retries", "tasks:\n  - {id: flaky, " + strings.Replace(calling, "/calls/", "/flaky/", 1) + ", retry: {type: constant, interval: PT0.1S, maxAttempts: 5}}\n  - {id: call, " + calling + "}\n"},
	{"parent", "tasks:\n  - {id: sub, type: io.kestra.plugin.core.flow.Subflow, namespace: company.team, flowId: two}\n  - {id: call, " + calling + "}\n"},
	{"queued", "concurrency: {limit: 2}\ntasks:\n  - {id: call, " + calling + "}\n"},
	{"waited", "tasks:\n  - {id: call, " + calling + "}\n"},
	{"pure", "tasks:\n  - {id: say, type: io.kestra.plugin.core.log.Log, message: said}\n"},
}

const calling = `type: io.kestra.plugin.core.http.Request, uri: "{{ envs.server }}/calls/{{ taskrun.id }}"`

// killConfig is a server of those flows.
func killConfig(server, store string) harness.Config {
	c := harness.Config{
		Global: "kestra {\n\tstore sqlite " + store + "\n}\n",
		Sites:  ":{$HTTP_PORT} {\n\tkestra_webhook flows\n}\n",
		Files:  map[string]string{},
		Env:    []string{"ENV_SERVER=" + server},
	}
	for _, f := range killFlows {
		c.Files["flows/"+f.id+".yml"] = "id: " + f.id + "\nnamespace: company.team\n" + f.text +
			"triggers:\n  - id: webhook\n    type: io.kestra.plugin.core.trigger.Webhook\n    key: " + killKey + "\n    wait: " +
			map[bool]string{true: "true", false: "false"}[f.id == "waited"] + "\n    deduplicate: {key: \"{{ trigger.headers['X-Delivery'][0] }}\"}\n"
	}
	return c
}

// calls is a server that counts what task runs ask of it.
type calls struct {
	url string
	mu  sync.Mutex
	n   map[string]int // by id of the task run
}

func newCalls(t *testing.T) *calls {
	c := &calls{n: map[string]int{}}
	s := httptest.NewServer(c)
	t.Cleanup(s.Close)
	c.url = s.URL
	return c
}

// ServeHTTP counts a call and takes its time to answer. Of a flaky task run the first and the third call fail, not every other one: a
// server that is killed in each call that would succeed would use up the task's attempts by those that fail.
func (c *calls) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := path.Base(r.URL.Path)
	c.mu.Lock()
	c.n[id]++
	n := c.n[id]
	c.mu.Unlock()
	<-time.After(10 * time.Millisecond)
	if strings.HasPrefix(r.URL.Path, "/flaky/") && (n == 1 || n == 3) {
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// of returns how often a task run has called.
func (c *calls) of(run string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n[run]
}

// executionListed and executionShown are what tests read of the admin endpoint's answers.
type executionListed struct {
	ID     string `json:"id"`
	FlowID string `json:"flowId"`
}

type executionShown struct {
	ID      string     `json:"id"`
	State   stateShown `json:"state"`
	Trigger struct {
		Variables struct {
			Body struct {
				ID string `json:"id"`
			} `json:"body"`
		} `json:"variables"`
	} `json:"trigger"`
	TaskRunList []struct {
		ID       string         `json:"id"`
		TaskID   string         `json:"taskId"`
		State    stateShown     `json:"state"`
		Outputs  map[string]any `json:"outputs"`
		Attempts []struct {
			State stateShown `json:"state"`
		} `json:"attempts"`
	} `json:"taskRunList"`
}

type stateShown struct {
	Current string `json:"current"`
}

func listed(t *testing.T, s *harness.Server, query string) []executionListed {
	t.Helper()
	found, _ := listedPage(t, s, query)
	return found
}

func listedPage(t *testing.T, s *harness.Server, query string) (found []executionListed, next int64) {
	t.Helper()
	var page struct {
		Results []executionListed `json:"results"`
		Next    int64             `json:"next"`
	}
	admin(t, s, "executions?"+query, &page)
	return page.Results, page.Next
}

func shown(t *testing.T, s *harness.Server, id string) (x executionShown) {
	t.Helper()
	admin(t, s, "executions/"+id, &x)
	return x
}

// admin reads an answer of the admin endpoint.
func admin(t *testing.T, s *harness.Server, name string, into any) {
	t.Helper()
	a := harness.Fetch(t, adminClient, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/kestra/%s", s.AdminPort, name), "")
	if a.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", name, a.Status, a.Body)
	}
	if err := json.Unmarshal([]byte(a.Body), into); err != nil {
		t.Fatal(err)
	}
}

var adminClient = &http.Client{Timeout: time.Minute}
