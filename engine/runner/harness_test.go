package runner

import (
	"context"
	"fmt"
	"regexp"
	"slices"
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
	"github.com/caddy-kestra/kestra-webhook/engine/outside"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/store/memory"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/debug"
	"github.com/caddy-kestra/kestra-webhook/engine/task/executions"
	"github.com/caddy-kestra/kestra-webhook/engine/task/flowable"
	"github.com/caddy-kestra/kestra-webhook/engine/task/kv"
	"github.com/caddy-kestra/kestra-webhook/engine/task/logs"
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

	directories *directories
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
	rows     int // task runs that were written
	failures map[string]error
	before   func(*execution.Batch) // called before each commit; nil: nothing
	loads    func(id string)        // called before each look at an execution; nil: nothing
}

func (s *countingStore) call(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, name)
	return s.failures[name]
}

// fail lets calls of this name fail from now on; nil: no more.
func (s *countingStore) fail(name string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures[name] = err
}

// onWrite calls f, once, before an execution is written for the next time.
func (s *countingStore) onWrite(id string, f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = func(b *execution.Batch) {
		if slices.ContainsFunc(b.Write, func(w execution.Write) bool { return w.ID == id }) {
			s.mu.Lock()
			s.before = nil
			s.mu.Unlock()
			f()
		}
	}
}

// onLoad calls f, once, before an execution is looked at for the next time.
func (s *countingStore) onLoad(id string, f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loads = func(loaded string) {
		if loaded == id {
			s.mu.Lock()
			s.loads = nil
			s.mu.Unlock()
			f()
		}
	}
}

// failing returns the error of calls of this name.
func (s *countingStore) failing(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
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

func (s *countingStore) Commit(ctx context.Context, b *execution.Batch) error {
	name := "commit"
	rows := 0
	for _, a := range b.Accept {
		name = "accept"
		rows += len(a.State.Runs)
	}
	for _, w := range b.Write {
		rows += len(w.Changes.Rows)
	}
	if err := s.call(name); err != nil {
		return err
	}
	s.mu.Lock()
	before := s.before
	s.mu.Unlock()
	if before != nil {
		before(b)
	}
	if err := ctx.Err(); err != nil { // as a store on disk
		return err
	}
	s.mu.Lock()
	s.rows += rows
	s.mu.Unlock()
	return s.Store.Commit(ctx, b)
}

func (s *countingStore) Load(ctx context.Context, id string) (*execution.State, error) {
	s.mu.Lock()
	err, loads := s.failures["load"], s.loads
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if loads != nil {
		loads(id)
	}
	return s.Store.Load(ctx, id)
}

func (s *countingStore) Inbox(ctx context.Context, id string, after int64) ([]execution.Signal, error) {
	if err := s.failing("inbox"); err != nil {
		return nil, err
	}
	return s.Store.Inbox(ctx, id, after)
}

func (s *countingStore) PutValue(ctx context.Context, id string, data []byte) (string, error) {
	if err := s.call("put"); err != nil {
		return "", err
	}
	return s.Store.PutValue(ctx, id, data)
}

func (s *countingStore) Logs(ctx context.Context, id string, after int64, limit int) ([]execution.LogLine, error) {
	if err := s.failing("logs"); err != nil {
		return nil, err
	}
	return s.Store.Logs(ctx, id, after, limit)
}

type gateTask struct {
	f  *fixture
	id string
}

func (g gateTask) Run(ctx context.Context, _ *task.Context) (task.Result, error) {
	open := make(chan error)
	select {
	case g.f.gates <- gate{g.id, open}:
	case <-ctx.Done():
		return task.Result{}, ctx.Err()
	}
	select {
	case err := <-open:
		return task.Result{Outputs: value.MapOf("gate", value.String("open"))}, err
	case <-ctx.Done():
		return task.Result{}, ctx.Err()
	}
}

// sleepTask waits for a minute of the executions' clock.
type sleepTask struct{ f *fixture }

func (s sleepTask) Run(_ context.Context, c *task.Context) (task.Result, error) {
	if !c.Woke {
		return task.Result{Wake: s.f.runner.now().Add(time.Minute)}, nil
	}
	return task.Result{Outputs: value.MapOf("slept", value.Bool(true))}, nil
}

// slowTask takes ten seconds.
type slowTask struct{}

func (slowTask) Run(ctx context.Context, _ *task.Context) (task.Result, error) {
	select {
	case <-time.After(10 * time.Second):
		return task.Result{}, nil
	case <-ctx.Done():
		return task.Result{}, ctx.Err()
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

// exitTask ends the execution.
type exitTask struct{}

func (exitTask) Run(context.Context, *task.Context) (task.Result, error) {
	return task.Result{Exit: flow.Warning}, nil
}

// openTask is a task that is not pure and does nothing.
type openTask struct{}

func (openTask) Run(context.Context, *task.Context) (task.Result, error) { return task.Result{}, nil }

// readingTask is one that is not pure and renders a text.
type readingTask struct{ format *pebble.Template }

func (r readingTask) Run(_ context.Context, c *task.Context) (task.Result, error) {
	text, err := r.format.Render(c.Pebble)
	return task.Result{Outputs: value.MapOf("value", value.String(text))}, err
}

// shoutingTask is one that is not pure and writes a line.
type shoutingTask struct{}

func (shoutingTask) Run(_ context.Context, c *task.Context) (task.Result, error) {
	c.Log.Log(task.Info, "it blocks")
	return task.Result{}, nil
}

// greedyTask writes a line and then needs two megabytes.
type greedyTask struct{}

func (greedyTask) Run(_ context.Context, c *task.Context) (task.Result, error) {
	c.Log.Log(task.Info, "it is greedy")
	return task.Result{}, c.Pebble.Memory.Take(2 << 20)
}

type panicTask struct{}

func (panicTask) Run(context.Context, *task.Context) (task.Result, error) { panic("told to") }

func newFixture(t testing.TB, o Options) *fixture {
	core, lines := observer.New(zap.DebugLevel)
	f := &fixture{
		t: t, logs: lines, gates: make(chan gate), admission: admission.New(admission.Limits{}),
		store: &countingStore{Store: memory.New(memory.Options{}), failures: map[string]error{}},
	}
	f.directories = new(directories)
	if o.Logger == nil {
		o.Logger = zap.New(core)
	}
	o.Services = &task.Services{Pairs: outside.Pairs{Store: f.store, Known: new(outside.Namespaces)}, Directories: f.directories}
	f.runner = New(f.store, f.admission, o)
	t.Cleanup(f.runner.Close)
	specs := []flow.Spec{
		{Kind: flow.KindTask, Type: "test.Gate", OpenOutputs: true, Compile: func(c *flow.Component) (any, error) { return gateTask{f, c.ID}, nil }},
		{Kind: flow.KindTask, Type: "test.PureGate", OpenOutputs: true, Pure: true, Compile: func(c *flow.Component) (any, error) { return gateTask{f, c.ID}, nil }},
		{Kind: flow.KindTask, Type: "test.Sleep", OpenOutputs: true, Compile: func(*flow.Component) (any, error) { return sleepTask{f}, nil }},
		{Kind: flow.KindTask, Type: "test.PureSleep", OpenOutputs: true, Pure: true, Compile: func(*flow.Component) (any, error) { return sleepTask{f}, nil }},
		{Kind: flow.KindTask, Type: "test.Slow", OpenOutputs: true, Compile: func(*flow.Component) (any, error) { return slowTask{}, nil }},
		{
			Kind: flow.KindTask, Type: "test.Parallel", Pure: true, Shape: flow.ShapeParallel,
			Properties: []flow.Property{{Name: "tasks", Type: flow.Tasks, Required: true}},
			Branches: func(c *flow.Component) flow.Branches {
				return flow.Branches{Main: [][]*flow.Component{c.Children("tasks")}}
			},
			Compile: func(*flow.Component) (any, error) { return struct{}{}, nil },
		},
		{
			Kind: flow.KindTask, Type: "test.Each", Pure: true, Shape: flow.ShapeEach,
			Properties: []flow.Property{{Name: "values", Type: flow.StringList}, {Name: "count", Type: flow.Integer}, {Name: "tasks", Type: flow.Tasks, Required: true}},
			Branches: func(c *flow.Component) flow.Branches {
				return flow.Branches{Main: [][]*flow.Component{c.Children("tasks")}, Limit: 1}
			},
			Compile: func(c *flow.Component) (any, error) {
				values := make(eachTask, c.Int("count"))
				for _, v := range c.Value("values").List().Slice() {
					values = append(values, v.Str())
				}
				return values, nil
			},
		},
		{Kind: flow.KindTask, Type: "test.Exit", OpenOutputs: true, Pure: true, Compile: func(*flow.Component) (any, error) { return exitTask{}, nil }},
		{Kind: flow.KindTask, Type: "test.Open", OpenOutputs: true, Compile: func(*flow.Component) (any, error) { return openTask{}, nil }},
		{Kind: flow.KindTask, Type: "test.Shouting", OpenOutputs: true, Compile: func(*flow.Component) (any, error) { return shoutingTask{}, nil }},
		{
			Kind: flow.KindTask, Type: "test.Reading", Properties: []flow.Property{{Name: "format", Type: flow.String, Dynamic: true}},
			Compile: func(c *flow.Component) (any, error) { return readingTask{c.Template("format")}, nil },
		},
		{Kind: flow.KindTask, Type: "test.Greedy", OpenOutputs: true, Pure: true, Compile: func(*flow.Component) (any, error) { return greedyTask{}, nil }},
		severalSpec(),
		{Kind: flow.KindTask, Type: "test.Panic", Pure: true, Compile: func(*flow.Component) (any, error) { return panicTask{}, nil }},
	}
	specs = append(specs, sharedSpec(f), flow.Spec{
		Kind: flow.KindTask, Type: "test.Works", OpenOutputs: true, Compile: func(*flow.Component) (any, error) { return worksTask{f}, nil },
	})
	for _, more := range [][]flow.Spec{logs.Specs(), debug.Specs(), executions.Specs(), kv.Specs(), output.Specs(), flowable.Specs()} {
		specs = append(specs, more...)
	}
	var err error
	if f.catalog, err = flow.NewCatalog(specs...); err != nil {
		t.Fatal(err)
	}
	return f
}

// loading is how flows are loaded: their expressions may call what is outside.
var loading = flow.Options{Pebble: pebble.New(pebble.Options{Outside: outside.Names()})}

// plan loads a flow that has these tasks and outputs in YAML.
func (f *fixture) plan(yaml string) *execution.Plan {
	f.t.Helper()
	source := &flow.Source{Name: "flow.yml", YAML: []byte("id: hello\nnamespace: company.team\n" + yaml)}
	set, found := flow.Load(f.catalog, loading, []*flow.Source{source})
	if err := found.Err(); err != nil {
		f.t.Fatalf("%s\n%v", yaml, err)
	}
	return execution.NewPlan(set.Flow("company.team", "hello"), 1)
}

// scope returns what expressions see of the flow of a plan.
func (f *fixture) scope(p *execution.Plan) *scope.Flow {
	return scope.NewFlow(p, &scope.Environment{Envs: value.FromMap(nil), Secrets: secrets("s"), DecodeTrigger: func(d execution.Datum) *value.Map {
		v, err := value.DecodeJSON(d.JSON)
		if err != nil {
			f.t.Error(err)
		}
		return v.Map()
	}})
}

// job returns a job with a trigger body.
func (f *fixture) job(p *execution.Plan, body string) *Job {
	f.t.Helper()
	b, err := value.DecodeJSONText(body)
	if err != nil {
		f.t.Fatal(err)
	}
	return &Job{
		Setting: Setting{Flow: f.scope(p)},
		Trigger: value.MapOf("body", b).Map(),
		State: execution.New(p, f.runner.now(), nil, execution.Trigger{
			ID: "webhook", Type: "io.kestra.plugin.core.trigger.Webhook",
			Variables: execution.Datum{JSON: []byte(`{"body":` + body + `}`)},
		}),
	}
}

// wait runs a flow for a waiting caller, and expects it to end in time.
func (f *fixture) wait(job *Job) *execution.State {
	f.t.Helper()
	s, _, done, err := f.runner.RunAndWait(context.Background(), job, time.Now().Add(time.Hour))
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
	for _, r := range s.Runs {
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

// lines prints the log as "level task: message", without the lines about executions that have ended.
func (f *fixture) lines() []string {
	var lines []string
	for _, e := range f.logs.TakeAll() {
		if e.Message == endLine {
			continue
		}
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

// eachTask loops over these values.
type eachTask []string

func (e eachTask) Values(context.Context, *task.Context) ([]string, error) { return e, nil }

// readClock is the time of the machine but for what it reads.
type readClock struct {
	wallClock
	now func() time.Time
}

func (c readClock) Now() time.Time { return c.now() }
