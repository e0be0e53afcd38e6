package runner

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/store/memory"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/debug"
	taskexecution "github.com/caddy-kestra/kestra-webhook/engine/task/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task/log"
	"github.com/caddy-kestra/kestra-webhook/engine/task/output"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fixture is a runner on a memory store that counts, with tasks that tests can hold.
type fixture struct {
	t         testing.TB
	admission *admission.Controller
	store     *countingStore
	runner    *Runner
	logs      *observer.ObservedLogs
	gates     chan gate // one for each run of a task of type test.Gate
	catalog   *flow.Catalog
}

// gate is a run of test.Gate: it ends with what is sent to open.
type gate struct {
	task string
	open chan error
}

// countingStore counts commits, and fails where told to.
type countingStore struct {
	*memory.Store
	mu       sync.Mutex
	calls    []string
	failures map[string]error
}

func (s *countingStore) call(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, name)
	return s.failures[name]
}

// log returns what was called since the last time it was asked for.
func (s *countingStore) log() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := strings.Join(s.calls, " ")
	s.calls = nil
	return calls
}

func (s *countingStore) Accept(ctx context.Context, st *execution.State) error {
	if err := s.call("accept"); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil { // as a store on disk
		return err
	}
	return s.Store.Accept(ctx, st)
}

func (s *countingStore) Commit(ctx context.Context, id string, version int64, changes []execution.Change) error {
	if err := s.call("commit"); err != nil {
		return err
	}
	return s.Store.Commit(ctx, id, version, changes)
}

func (s *countingStore) PutValue(ctx context.Context, id string, data []byte) (string, error) {
	if err := s.call("put"); err != nil {
		return "", err
	}
	return s.Store.PutValue(ctx, id, data)
}

type gateTask struct {
	f  *fixture
	id string
}

func (g gateTask) Run(ctx context.Context, _ *task.Context) (value.Value, error) {
	open := make(chan error)
	select {
	case g.f.gates <- gate{g.id, open}:
	case <-ctx.Done():
		return value.Null, ctx.Err()
	}
	select {
	case err := <-open:
		return value.MapOf("gate", value.String("open")), err
	case <-ctx.Done():
		return value.Null, ctx.Err()
	}
}

// openGates opens every gate that comes, until the function that it returns is called.
func (f *fixture) openGates() (stop func()) {
	end := make(chan struct{})
	var opener sync.WaitGroup
	opener.Go(func() {
		for {
			select {
			case g := <-f.gates:
				g.open <- nil
			case <-end:
				return
			}
		}
	})
	return func() {
		close(end)
		opener.Wait()
	}
}

type panicTask struct{}

func (panicTask) Run(context.Context, *task.Context) (value.Value, error) { panic("told to") }

func newFixture(t testing.TB, o Options) *fixture {
	core, logs := observer.New(zap.DebugLevel)
	f := &fixture{
		t: t, logs: logs, gates: make(chan gate), admission: admission.New(admission.Limits{}),
		store: &countingStore{Store: memory.New(memory.Options{}), failures: map[string]error{}},
	}
	if o.Logger == nil {
		o.Logger = zap.New(core)
	}
	f.runner = New(f.store, f.admission, o)
	t.Cleanup(f.runner.Close)
	specs := []flow.Spec{
		{Kind: flow.KindTask, Type: "test.Gate", Compile: func(c *flow.Component) (any, error) { return gateTask{f, c.ID}, nil }},
		{Kind: flow.KindTask, Type: "test.Panic", Pure: true, Compile: func(*flow.Component) (any, error) { return panicTask{}, nil }},
	}
	for _, more := range [][]flow.Spec{log.Specs(), debug.Specs(), taskexecution.Specs(), output.Specs()} {
		specs = append(specs, more...)
	}
	var err error
	if f.catalog, err = flow.NewCatalog(specs...); err != nil {
		t.Fatal(err)
	}
	return f
}

// plan loads a flow that has these tasks and outputs in YAML.
func (f *fixture) plan(yaml string) *execution.Plan {
	f.t.Helper()
	source := &flow.Source{Name: "flow.yml", YAML: []byte("id: hello\nnamespace: company.team\n" + yaml)}
	set, found := flow.Load(f.catalog, flow.Options{}, []*flow.Source{source})
	if len(found) > 0 {
		f.t.Fatalf("%s\n%v", yaml, found)
	}
	return execution.NewPlan(set.Flow("company.team", "hello"), 1)
}

// job returns a job with a trigger body.
func (f *fixture) job(p *execution.Plan, body string) *Job {
	f.t.Helper()
	b, err := value.DecodeJSONText(body)
	if err != nil {
		f.t.Fatal(err)
	}
	vars := value.NewMap(8)
	vars.Set("trigger", value.MapOf("body", b))
	return &Job{
		Plan: p,
		State: execution.New(p, f.runner.now(), nil, execution.Trigger{
			ID: "webhook", Type: "io.kestra.plugin.core.trigger.Webhook",
			Variables: execution.Datum{JSON: []byte(`{"body":` + body + `}`)},
		}),
		Vars: vars,
	}
}

// wait runs a flow for a waiting caller, and expects it to end in time.
func (f *fixture) wait(job *Job) *execution.State {
	f.t.Helper()
	s, done, err := f.runner.RunAndWait(context.Background(), job, time.Now().Add(time.Minute))
	if err != nil || !done {
		f.t.Fatalf("done %v, %v", done, err)
	}
	return s
}

// inFlight returns how many places are taken.
func (f *fixture) inFlight() int {
	_, places := f.admission.Used()
	return places
}

// words prints a history.
func words(h execution.History) string {
	var w []string
	for _, t := range h {
		w = append(w, string(t.Status))
	}
	return strings.Join(w, " ")
}

// describe prints task runs as "task: history / history of attempts; outputs".
func describe(s *execution.State) []string {
	var lines []string
	for _, r := range s.TaskRuns {
		line := r.TaskID + ": " + words(r.History)
		for _, a := range r.Attempts {
			line += " / " + words(a.History)
		}
		if !r.Outputs.IsZero() {
			line += "; " + string(r.Outputs.JSON)
		}
		lines = append(lines, line)
	}
	return lines
}

// template is how messages quote the template that failed.
var template = regexp.MustCompile(" used in the expression `[^`]*`")

// lines prints the log as "level task: message".
func (f *fixture) lines() []string {
	var lines []string
	for _, e := range f.logs.TakeAll() {
		fields := e.ContextMap()
		who, ok := fields["task"]
		if !ok {
			who = "-"
		}
		if fields["execution"] == nil || fields["namespace"] != "company.team" || fields["flow"] != "hello" {
			f.t.Errorf("line without its origin: %v", fields)
		}
		message, _, _ := strings.Cut(e.Message, `\n`)
		lines = append(lines, fmt.Sprintf("%s %s: %s", e.Level, who, template.ReplaceAllString(message, "")))
	}
	return lines
}

// secrets are all the same.
type secrets string

func (s secrets) Secret(namespace, name string) (string, bool, error) {
	return namespace + "/" + name + "=" + string(s), true, nil
}

var _ pebble.Secrets = secrets("")
