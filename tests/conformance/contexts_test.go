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
	set, found := engine.Load([]*flow.Source{flow.NewSource("facts", []byte(all.Flow))})
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
	received, err := webhook.Receive(request, engine.DefaultMaxBody, admission.New(admission.Limits{}).Claim(trigger.Flow.ID))
	if err != nil {
		t.Fatal(err)
	}
	plan := execution.NewPlan(trigger.Flow, 1)
	state := execution.New(plan, d.StartDate, nil, execution.Trigger{ID: trigger.ID(), Type: trigger.Type()})
	state.ID = d.ExecutionID
	c := &pebble.Context{
		Vars: value.NewMap(12), Now: d.StartDate, Location: time.UTC, Seed: 1,
		Secrets: recordedSecrets(all.Secrets), Namespace: trigger.Flow.Namespace,
	}
	trigger.Flow.AddScope(c.Vars, 1)
	for name, v := range decodeMap(t, all.Variables).All() {
		c.Vars.Set(name, v)
	}
	c.Vars.Set("trigger", value.FromMap(received.Trigger()))
	c.Vars.Set("execution", state.Variable())
	inputs, err := trigger.Flow.InputDefaults(c)
	if err != nil {
		t.Fatal(err)
	}
	c.Vars.Set("inputs", value.FromMap(inputs))
	if state.Labels, err = trigger.Labels(c, state.ID); err != nil {
		t.Fatal(err)
	}
	c.Vars.Set("labels", value.FromMap(flow.NestLabels(state.Labels)))
	if d.Ran {
		runAll(t, c, plan, state)
		for name, ofLoop := range decodeMap(t, all.Loop).All() {
			v, _ := c.Vars.Get(name)
			both := value.NewMap(v.Map().Len() + ofLoop.Map().Len())
			for _, m := range []*value.Map{v.Map(), ofLoop.Map()} {
				for task, of := range m.All() {
					both.Set(task, of)
				}
			}
			c.Vars.Set(name, value.FromMap(both))
		}
	}
	return c
}

// runAll runs an execution to its end, which leaves its variables in c.
func runAll(t *testing.T, c *pebble.Context, plan *execution.Plan, state *execution.State) {
	t.Helper()
	r := runner.New(memory.New(memory.Options{}), admission.New(admission.Limits{}), runner.Options{})
	defer r.Close()
	job := &runner.Job{Plan: plan, State: state, Vars: c.Vars, Secrets: c.Secrets}
	ended, done, err := r.RunAndWait(context.Background(), job, time.Now().Add(10*time.Second))
	if err != nil || !done || ended.Status() != execution.Success {
		t.Fatalf("the execution of the facts: %+v, %v", ended, err)
	}
	c.Vars = job.Vars
}

func decodeMap(t *testing.T, text []byte) *value.Map {
	t.Helper()
	v, err := value.DecodeJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	return v.Map()
}
