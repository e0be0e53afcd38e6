package tasktest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Now is the time by the clock of the tasks.
var Now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// Result is the result of an attempt of a task.
type Result struct {
	Outputs   string        // as JSON
	Log       []string      // one for each line: level, a blank, message
	Err       string        // its first line
	Wait      time.Duration // from [Now] until when it waits; 0: it has ended
	Labels    []flow.Label
	Variables string // as JSON; empty: as they are
	Exit      flow.Status
	Pairs     []task.Pair
}

// Load loads a flow with one task, a YAML mapping in flow style without its id, and returns the findings about it. The
// task's id is a.
func Load(t testing.TB, specs []flow.Spec, yaml string) (*flow.Component, flow.Diagnostics) {
	t.Helper()
	return load(t, specs, "{id: a, "+strings.TrimPrefix(strings.TrimSpace(yaml), "{"))
}

func load(t testing.TB, specs []flow.Spec, yaml string) (*flow.Component, flow.Diagnostics) {
	t.Helper()
	catalog, err := flow.NewCatalog(specs...)
	if err != nil {
		t.Fatal(err)
	}
	text := "id: hello\nnamespace: company.team\ntasks:\n- " + strings.ReplaceAll(strings.TrimSpace(yaml), "\n", "\n  ") + "\n"
	set, found := flow.Load(catalog, flow.Options{}, []*flow.Source{{Name: "flow.yml", YAML: []byte(text)}})
	if f := set.Flow("company.team", "hello"); f != nil {
		return f.Tasks[0], found
	}
	return nil, found
}

// Examples loads the example of each spec. Others are types that the examples use besides.
func Examples(t *testing.T, specs []flow.Spec, others ...flow.Spec) {
	t.Helper()
	for _, spec := range specs {
		c, found := load(t, slices.Concat(others, specs), spec.Example)
		if len(found) > 0 || c == nil || c.Type != spec.Type {
			t.Errorf("the example of %s: %v", spec.Type, found)
		}
	}
}

// Run loads a task as [Load] does, and runs one attempt of it with the trigger body given as JSON.
func Run(t testing.TB, specs []flow.Spec, yaml, body string) Result {
	t.Helper()
	c, lines := start(t, specs, yaml, body)
	return c.run(t, lines)
}

// RunWith loads a task as [Load] does, and runs one attempt of it with the variables of expressions given as JSON.
func RunWith(t testing.TB, specs []flow.Spec, yaml, variables string) Result {
	t.Helper()
	c, lines := start(t, specs, yaml, "null")
	v, err := value.DecodeJSONText(variables)
	if err != nil {
		t.Fatal(err)
	}
	c.Pebble.Vars = v.Map()
	return c.run(t, lines)
}

// RunOn loads a task as [Load] does, and runs one attempt of it with the trigger body given as JSON and with services of a server.
func RunOn(t testing.TB, services *task.Services, specs []flow.Spec, yaml, body string) Result {
	t.Helper()
	c, lines := start(t, specs, yaml, body)
	c.Services = services
	return c.run(t, lines)
}

// Wake loads a task as [Load] does, and runs an attempt of it that has waited until the time it asked for.
func Wake(t testing.TB, specs []flow.Spec, yaml, body string) Result {
	t.Helper()
	c, lines := start(t, specs, yaml, body)
	c.Woke = true
	return c.run(t, lines)
}

// Choose loads a flowable as [Load] does, and lets it choose one of its lists with the trigger body given as JSON.
func Choose(t testing.TB, specs []flow.Spec, yaml, body string) (task.Decision, Result) {
	t.Helper()
	c, lines := start(t, specs, yaml, body)
	d, err := c.compiled.(task.Choice).Choose(context.Background(), &c.Context)
	c.checkOutputs(t, d.Outputs)
	return d, result(d.Outputs, err, lines)
}

// Values loads a flowable as [Load] does, and asks for which values it loops with the trigger body given as JSON. The error is its
// first line.
func Values(t testing.TB, specs []flow.Spec, yaml, body string) (values []string, err string) {
	t.Helper()
	c, lines := start(t, specs, yaml, body)
	values, failure := c.compiled.(task.Each).Values(context.Background(), &c.Context)
	return values, result(value.Null, failure, lines).Err
}

// Until loads a flowable as [Load] does, and asks until when it pauses, counted from [Now], with the trigger body given as JSON;
// false: for ever. The error is its first line.
func Until(t testing.TB, specs []flow.Spec, yaml, body string) (lasts time.Duration, ends bool, err string) {
	t.Helper()
	c, lines := start(t, specs, yaml, body)
	until, failure := c.compiled.(task.Pause).Until(context.Background(), &c.Context)
	if !until.IsZero() {
		lasts, ends = until.Sub(Now), true
	}
	return lasts, ends, result(value.Null, failure, lines).Err
}

// Call loads a task as [Load] does, and asks which execution it starts with the trigger body given as JSON. The error is its first
// line.
func Call(t testing.TB, specs []flow.Spec, yaml, body string) (call task.Call, err string) {
	t.Helper()
	c, lines := start(t, specs, yaml, body)
	call, failure := c.compiled.(task.Child).Call(context.Background(), &c.Context)
	return call, result(value.Null, failure, lines).Err
}

// Judge loads a flowable as [Load] does, and asks whether a round was its last one, with the trigger body given as JSON.
func Judge(t testing.TB, specs []flow.Spec, yaml, body string, count int, since time.Duration) (task.Verdict, Result) {
	t.Helper()
	c, lines := start(t, specs, yaml, body)
	v, err := c.compiled.(task.Until).Judge(context.Background(), &c.Context, count, since)
	return v, result(value.Null, err, lines)
}

// started is a task that may run.
type started struct {
	task.Context
	compiled any
	spec     *flow.Spec
}

// checkOutputs checks that the spec names every output: flows are warned of outputs that it does not name.
func (s *started) checkOutputs(t testing.TB, outputs value.Value) {
	t.Helper()
	for name := range outputs.Map().All() {
		if !s.spec.OpenOutputs && !slices.ContainsFunc(s.spec.Outputs, func(o flow.TaskOutput) bool { return o.Name == name }) {
			t.Errorf("%s has the output %s, which its spec does not name", s.spec.Type, name)
		}
	}
}

func (s *started) run(t testing.TB, lines *observer.ObservedLogs) Result {
	t.Helper()
	r, err := s.compiled.(task.Task).Run(context.Background(), &s.Context)
	s.checkOutputs(t, r.Outputs)
	if r.Failure != nil {
		err = r.Failure
	}
	out := result(r.Outputs, err, lines)
	out.Labels, out.Exit, out.Pairs = r.Labels, r.Exit, r.Pairs
	if !r.Wake.IsZero() {
		out.Wait = r.Wake.Sub(Now)
	}
	if !r.Variables.IsNull() {
		out.Variables = value.JSON(r.Variables)
	}
	return out
}

func start(t testing.TB, specs []flow.Spec, yaml, body string) (started, *observer.ObservedLogs) {
	t.Helper()
	c, found := Load(t, specs, yaml)
	if err := found.Err(); err != nil {
		t.Fatalf("%s\n%v", yaml, err)
	}
	b, err := value.DecodeJSONText(body)
	if err != nil {
		t.Fatal(err)
	}
	core, lines := observer.New(zap.DebugLevel)
	return started{compiled: c.Compiled, spec: c.Spec, Context: task.Context{
		Pebble: &pebble.Context{Vars: value.MapOf("trigger", value.MapOf("body", b)).Map(), Now: Now},
		Origin: task.Origin{Namespace: "company.team", Flow: "hello", Execution: "e", Task: "a", Run: "r"},
		Log:    task.Logger{To: zap.New(core), Execution: "e", Namespace: "company.team", Flow: "hello", Task: "a"},
	}}, lines
}

func result(outputs value.Value, err error, lines *observer.ObservedLogs) Result {
	r := Result{Outputs: value.JSON(outputs)}
	for _, e := range lines.All() {
		r.Log = append(r.Log, fmt.Sprintf("%s %s", e.Level, e.Message))
	}
	if err != nil {
		r.Err, _, _ = strings.Cut(err.Error(), "\n")
	}
	return r
}
