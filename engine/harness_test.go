package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

func TestMain(m *testing.M) {
	testing, err := NewCatalog(Group{"test", []flow.Spec{gateSpec}})
	if err != nil {
		panic(err)
	}
	core = func() *Catalog { return testing }
	if os.Getenv(killedVariable) != "" {
		fmt.Fprintln(os.Stderr, beKilled())
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// gateSpec is a task that reaches outside of the execution and ends when its gate is opened.
var gateSpec = flow.Spec{
	Kind: flow.KindTask, Type: "test.Gate",
	Properties: []flow.Property{{Name: "gate", Type: flow.String, Required: true}},
	Compile:    func(c *flow.Component) (any, error) { return gateTask(c.Text("gate")), nil },
}

type gateTask string

func (name gateTask) Run(ctx context.Context, _ *task.Context) (task.Result, error) {
	g, _ := gates.Load(string(name))
	gate := g.(*gate)
	gate.entered <- struct{}{}
	select {
	case <-gate.open:
		return task.Result{}, nil
	case <-ctx.Done():
		return task.Result{}, ctx.Err()
	}
}

var gates sync.Map

// gate holds the tasks of type test.Gate that name it.
type gate struct {
	entered chan struct{} // a value for each task run that has come to the gate
	open    chan struct{} // closed: all may pass
}

// newGate returns the gate of this name.
func newGate(t *testing.T, name string) *gate {
	t.Cleanup(func() { gates.Delete(name) })
	return setGate(name)
}

func setGate(name string) *gate {
	g := &gate{entered: make(chan struct{}, 100), open: make(chan struct{})}
	gates.Store(name, g)
	return g
}

// openEngine returns an engine that is closed when the test ends.
func openEngine(t testing.TB) *Engine {
	t.Helper()
	e := openEngineOn(t, StoreOptions{Kind: StoreMemory})
	e.Configure(Options{EvaluationWait: patient})
	return e
}

// openEngineOn returns an engine without options, which is closed when the test ends.
func openEngineOn(t testing.TB, o StoreOptions) *Engine {
	t.Helper()
	e, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// patient is how long requests of tests wait that are to be answered whatever else the machine does.
const patient = time.Hour

// loadFlows loads flows that must have no errors.
func loadFlows(t testing.TB, texts ...string) *flow.Set {
	t.Helper()
	var sources []*flow.Source
	for _, text := range texts {
		sources = append(sources, flow.NewSource("test", []byte(text)))
	}
	set, found := Core().Load(sources)
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return set
}

// openSite returns a site over set that serves on e, and what was found while it was compiled.
func openSite(t testing.TB, e *Engine, set *flow.Set, o SiteOptions) (*Site, flow.Diagnostics) {
	t.Helper()
	site, found, err := NewSite(set, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := site.Open(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	e.Serve(site)
	return site, found
}

// newSite returns a site that serves flows that must have no errors.
func newSite(t testing.TB, e *Engine, o SiteOptions, texts ...string) *Site {
	t.Helper()
	site, found := openSite(t, e, loadFlows(t, texts...), o)
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return site
}

// webhookFlow returns the flow company.team/id with one task that does nothing much, and a trigger with the key abc and
// these further properties.
func webhookFlow(id, trigger string, members ...string) string {
	return taskFlow(id, "- {id: ret, type: io.kestra.plugin.core.debug.Return, format: \"{{ flow.id }}\"}", trigger, members...)
}

// taskFlow is [webhookFlow] with tasks.
func taskFlow(id, tasks, trigger string, members ...string) string {
	indent := func(text string) string { return strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ") }
	return "id: " + id + "\nnamespace: company.team\n" + strings.Join(members, "\n") +
		"\ntasks:\n  " + strings.ReplaceAll(tasks, "\n", "\n  ") +
		"\ntriggers:\n  - id: hook\n    type: " + webhook.Type + "\n    key: abc\n    " + indent(trigger) + "\n"
}

// expressionCondition returns the property conditions with one of Kestra's expressions.
func expressionCondition(expression string) string {
	return "conditions: [{type: io.kestra.plugin.core.condition.Expression, expression: " + quoteYAML(expression) + "}]"
}

// celCondition does the same with a CEL expression.
func celCondition(expression string) string {
	return "conditions: [{type: cel, expression: " + quoteYAML(expression) + "}]"
}

func quoteYAML(text string) string {
	quoted, _ := json.Marshal(text) // never fails for a string
	return string(quoted)
}

// send sends a POST request with a body to company.team/id with the key abc.
func send(site *Site, id, body string, change ...func(*webhook.Request)) webhook.Response {
	return sendRequest(site, newRequest(id, body, change...))
}

// sendRequest sends a request and returns the answer, whose memory it gives back.
func sendRequest(site *Site, r *webhook.Request) webhook.Response {
	response, release := site.Webhook(context.Background(), r)
	response.Body = bytes.Clone(response.Body)
	release()
	return response
}

// newRequest returns the request that [send] sends.
func newRequest(id, body string, change ...func(*webhook.Request)) *webhook.Request {
	r := &webhook.Request{
		Method:        http.MethodPost,
		Target:        webhook.Target{Namespace: "company.team", FlowID: id, Key: "abc"},
		Path:          webhook.Prefix + "company.team/" + id + "/abc",
		Header:        http.Header{"Content-Type": {"application/json"}},
		Host:          "example.com",
		ContentLength: int64(len(body)),
		RemoteAddr:    "192.0.2.1",
	}
	r.ReadBody = func(int64, webhook.Account) ([]byte, error) {
		if r.Hash != nil {
			_, _ = io.WriteString(r.Hash, body)
		}
		return []byte(body), nil
	}
	for _, f := range change {
		f(r)
	}
	return r
}

// answered is the part of a WebhookResponse that tests look at.
type answered struct {
	ID           string `json:"id"`
	FlowRevision int    `json:"flowRevision"`
	Trigger      struct {
		ID        string          `json:"id"`
		Type      string          `json:"type"`
		Variables json.RawMessage `json:"variables"`
	} `json:"trigger"`
	Outputs json.RawMessage `json:"outputs"`
	Labels  []flow.Label    `json:"labels"`
	State   struct {
		Current string `json:"current"`
	} `json:"state"`
	URL string `json:"url"`
}

func decodeAnswer(t testing.TB, r webhook.Response) answered {
	t.Helper()
	var a answered
	if err := json.Unmarshal(r.Body, &a); err != nil || a.ID == "" {
		t.Fatalf("answer %d is no execution: %v: %s", r.Status, err, r.Body)
	}
	if a.ID != r.ExecutionID {
		t.Fatalf("the answer is of execution %s, its body of %s", r.ExecutionID, a.ID)
	}
	return a
}

// waitFor returns an execution when it has ended.
func waitFor(t testing.TB, e *Engine, id string) *execution.State {
	t.Helper()
	s, err := e.Wait(t.Context(), id)
	if err != nil {
		t.Fatalf("execution %s: %v", id, err)
	}
	return s
}
