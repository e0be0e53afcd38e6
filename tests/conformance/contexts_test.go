package conformance

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/runner"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/site"
	"github.com/caddy-kestra/kestra-webhook/engine/store/memory"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// recordedContexts is testdata/facts/contexts.json: the executions in which Kestra evaluated the facts.
type recordedContexts struct {
	Flow      string                      `json:"flow"`      // its YAML
	Variables json.RawMessage             `json:"variables"` // what Kestra's configuration gives: kestra, envs, globals
	Secrets   map[string]string           `json:"secrets"`
	Loop      json.RawMessage             `json:"loop"` // outputs and tasks of a loop that the flow had beside its tasks
	Contexts  map[string]recordedDelivery `json:"contexts"`
}

// recordedDelivery is the request that started one of the executions.
type recordedDelivery struct {
	Method      string      `json:"method"`
	Query       string      `json:"query"`
	Host        string      `json:"host"`
	Headers     http.Header `json:"headers"`
	Body        *string     `json:"body"`
	ExecutionID string      `json:"executionId"`
	StartDate   time.Time   `json:"startDate"`
	Ran         bool        `json:"ran"` // evaluated after all tasks; else in a condition
}

type recordedSecrets map[string]string

func (s recordedSecrets) Secret(_, name string) (string, bool, error) {
	text, ok := s[strings.ToUpper(name)]
	return text, ok, nil
}

// factContexts returns the contexts of the facts by name: the variables that a webhook execution here has after the same
// request to the same flow.
func factContexts(t *testing.T) map[string]*pebble.Context {
	t.Helper()
	text, err := os.ReadFile("testdata/facts/contexts.json")
	if err != nil {
		t.Fatal(err)
	}
	var all recordedContexts
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	set, found := engine.Core().Load([]*flow.Source{flow.NewSource("facts", []byte(all.Flow))})
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	contexts := make(map[string]*pebble.Context, len(all.Contexts))
	for name, delivery := range all.Contexts {
		for trigger := range webhook.Triggers(set) {
			contexts[name] = delivery.context(t, &all, trigger)
		}
	}
	return contexts
}

// context receives the request and, if it ran, runs its execution.
func (d recordedDelivery) context(t *testing.T, all *recordedContexts, trigger *webhook.Trigger) *pebble.Context {
	t.Helper()
	request := &webhook.Request{Method: d.Method, RawQuery: d.Query, Header: d.Headers, Host: d.Host}
	if d.Body != nil {
		request.ContentLength = int64(len(*d.Body))
		request.ReadBody = func(int64, webhook.Account) ([]byte, error) { return []byte(*d.Body), nil }
	}
	received, err := webhook.Receive(request, site.DefaultMaxBody, admission.New(admission.Limits{}).Claim(trigger.Flow.ID))
	if err != nil {
		t.Fatal(err)
	}
	variables := decodeMap(t, all.Variables)
	envs, _ := variables.Get("envs")
	kestra, _ := variables.Get("kestra")
	url, _ := kestra.Map().Get("url")
	of := scope.NewFlow(execution.NewPlan(trigger.Flow, 1), &scope.Environment{
		Envs: envs, Secrets: recordedSecrets(all.Secrets), BaseURL: url.Str(), DecodeTrigger: webhook.DecodeVariables,
	})
	for name, want := range variables.All() {
		if got, _ := of.Constants().Get(name); value.JSON(got) != value.JSON(want) {
			t.Fatalf("variable %s is %s, Kestra has %s", name, value.JSON(got), value.JSON(want))
		}
	}
	state := execution.New(of.Plan(), d.StartDate, nil, execution.Trigger{ID: trigger.ID(), Type: trigger.Type()})
	state.ID = d.ExecutionID
	c := of.Context(of.Constants())
	c.Now, c.Location, c.Seed = d.StartDate, time.UTC, 1
	inputs := value.Normal(value.FromMap(trigger.Flow.UnresolvedInputs(nil, &c).Values))
	if state.Labels, err = trigger.Labels(nil, &c, "trigger", state.ID); err != nil {
		t.Fatal(err)
	}
	if d.Ran {
		state.Inputs.JSON = value.AppendJSON(nil, inputs)
		if state.Trigger.Variables.JSON, err = received.Variables(nil); err != nil {
			t.Fatal(err)
		}
		ended := runAll(t, &runner.Job{Setting: runner.Setting{Flow: of}, State: state, Trigger: received.Trigger(), Inputs: inputs})
		c.Vars = value.DrawMap(withLoop{ended, decodeMap(t, all.Loop)})
		return &c
	}
	decided := &scope.Request{Flow: of, Trigger: received.Trigger(), Candidate: candidate{state, inputs}}
	c.Vars = decided.Vars()
	return &c
}

// candidate is an execution that nobody has started yet.
type candidate struct {
	state  *execution.State
	inputs value.Value
}

func (c candidate) Execution() *execution.State { return c.state }
func (c candidate) Labels() []flow.Label        { return c.state.Labels }
func (c candidate) Inputs() value.Value         { return c.inputs }

// withLoop is the variables of an ended execution, and those of a loop beside its tasks.
type withLoop struct{ ended, loop *value.Map }

func (w withLoop) Get(name string) (value.Value, bool) {
	v, ok := w.ended.Get(name)
	ofLoop, more := w.loop.Get(name)
	if !more {
		return v, ok
	}
	both := value.NewMap(v.Map().Len() + ofLoop.Map().Len())
	for _, m := range []*value.Map{v.Map(), ofLoop.Map()} {
		for task, of := range m.All() {
			both.Set(task, of)
		}
	}
	return value.FromMap(both), true
}

func (w withLoop) Has(name string) bool { return w.ended.Has(name) }

func (w withLoop) Map() *value.Map {
	all := value.NewMap(w.ended.Len())
	for name := range w.ended.All() {
		v, _ := w.Get(name)
		all.Set(name, v)
	}
	return all
}

// runAll runs an execution to its end, and returns the variables that it has then.
func runAll(t *testing.T, job *runner.Job) *value.Map {
	t.Helper()
	r := runner.New(memory.New(memory.Options{}), admission.New(admission.Limits{}), runner.Options{})
	defer r.Close()
	ended, vars, done, err := r.RunAndWait(context.Background(), job, time.Now().Add(10*time.Second))
	if err != nil || !done || ended.Status() != execution.Success {
		t.Fatalf("the execution of the facts: %+v, %v", ended, err)
	}
	return vars.At(execution.RootRow)
}

func decodeMap(t *testing.T, text []byte) *value.Map {
	t.Helper()
	v, err := value.DecodeJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	return v.Map()
}
