package runner

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// sharedTask is a sequence whose tasks share a directory. What is done with that ends as it says, or waits for a gate.
type sharedTask struct {
	f                *fixture
	id               string
	prepare, collect string // "", fail, gate or panic
}

func sharedSpec(f *fixture) flow.Spec {
	return flow.Spec{
		Kind: flow.KindTask, Type: "test.Shared", Shape: flow.ShapeSequence, OpenOutputs: true,
		Properties: []flow.Property{
			{Name: "tasks", Type: flow.Tasks, Required: true},
			{Name: "errors", Type: flow.Tasks},
			{Name: "prepare", Type: flow.String},
			{Name: "collect", Type: flow.String},
		},
		Branches: func(c *flow.Component) flow.Branches {
			return flow.Branches{Main: [][]*flow.Component{c.Children("tasks")}, Errors: c.Children("errors"), Shared: true}
		},
		Compile: func(c *flow.Component) (any, error) {
			return sharedTask{f, c.ID, c.Text("prepare"), c.Text("collect")}, nil
		},
	}
}

func (s sharedTask) Prepare(ctx context.Context, c *task.Context) error {
	s.f.directories.note("make " + c.Origin.Task)
	return s.do(ctx, c, s.prepare)
}

func (s sharedTask) Collect(ctx context.Context, c *task.Context) (value.Value, error) {
	s.f.directories.note("collect from " + c.Origin.Task)
	return value.MapOf("kept", value.Bool(true)), s.do(ctx, c, s.collect)
}

func (s sharedTask) do(ctx context.Context, c *task.Context, what string) error {
	switch what {
	case "fail":
		return errors.New("told to fail")
	case "panic":
		panic("told to")
	case "gate":
		_, err := gateTask{s.f, s.id}.Run(ctx, c)
		return err
	default:
		return nil
	}
}

// worksTask is one that is not pure and says in whose directory it works.
type worksTask struct{ f *fixture }

func (w worksTask) Run(_ context.Context, c *task.Context) (task.Result, error) {
	w.f.directories.note(c.Origin.Task + " works in " + c.Shared.Task)
	return task.Result{}, nil
}

// directories notes what becomes of directories.
type directories struct {
	task.Directories
	mu    sync.Mutex
	notes []string
}

func (d *directories) note(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notes = append(d.notes, text)
}

// taken returns the notes since the last time that it was asked.
func (d *directories) taken() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	notes := d.notes
	d.notes = nil
	return notes
}

// RemoveDirectory implements [task.Directories].
func (d *directories) RemoveDirectory(o task.Origin) { d.note("remove " + o.Task) }

func TestDirectories(t *testing.T) {
	for _, tt := range []struct {
		name, flow     string
		tasks, log     []string
		notes, commits string
	}{
		{
			name:    "prepared, shared, collected from and removed",
			flow:    "tasks: [{id: w, type: test.Shared, tasks: [{id: a, type: test.Works}, {id: b, type: test.Works}]}, {id: c, type: test.Works}]",
			tasks:   []string{"w: " + ran + " / " + ran + `; {"kept":true}`, "a: " + ran + " / " + ran + "; {}", "b: " + ran + " / " + ran + "; {}", "c: " + ran + " / " + ran + "; {}"},
			notes:   "make w, a works in w, b works in w, collect from w, remove w, c works in ",
			commits: "accept commit commit commit commit commit",
		},
		{
			name:    "with pure tasks",
			flow:    `tasks: [{id: w, type: test.Shared, tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: x}]}, {id: b, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.w.kept }}"}]`,
			tasks:   []string{"w: " + ran + " / " + ran + `; {"kept":true}`, "a: " + ran + " / " + ran + `; {"value":"x"}`, "b: " + ran + " / " + ran + `; {"value":"true"}`},
			log:     []string{"debug a: x", "debug b: true"},
			notes:   "make w, collect from w, remove w",
			commits: "accept commit commit",
		},
		{
			name:    "cannot be prepared",
			flow:    "tasks: [{id: w, type: test.Shared, prepare: fail, tasks: [{id: a, type: test.Works}], errors: [{id: e, type: test.Works}]}]",
			tasks:   []string{"w: CREATED FAILED"},
			log:     []string{"error w: told to fail"},
			notes:   "make w, remove w",
			commits: "accept commit",
		},
		{
			name:    "collected from after a failure",
			flow:    "tasks: [{id: w, type: test.Shared, tasks: [{id: a, type: io.kestra.plugin.core.execution.Fail}], errors: [{id: e, type: test.Works}]}]",
			tasks:   []string{"w: CREATED RUNNING FAILED / CREATED RUNNING FAILED" + `; {"kept":true}`, "a: CREATED RUNNING FAILED / CREATED RUNNING FAILED; {}", "e: " + ran + " / " + ran + "; {}"},
			log:     []string{"error a: Task failure"},
			notes:   "make w, collect from w, e works in , remove w",
			commits: "accept commit commit",
		},
		{
			name:    "cannot be collected from",
			flow:    "tasks: [{id: w, type: test.Shared, collect: panic, tasks: [{id: a, type: test.Works}]}]",
			tasks:   []string{"w: CREATED RUNNING FAILED / CREATED RUNNING FAILED; {}", "a: " + ran + " / " + ran + "; {}"},
			log:     []string{"error w: panic", "error w: internal error"},
			notes:   "make w, a works in w, collect from w, remove w",
			commits: "accept commit commit commit",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, Options{})
			s := f.wait(f.job(f.plan(tt.flow), "{}"))
			if diff := cmp.Diff(tt.tasks, describe(s)); diff != "" {
				t.Errorf("task runs (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.log, f.lines()); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
			if got := strings.Join(f.directories.taken(), ", "); got != tt.notes {
				t.Errorf("directories: %s, want %s", got, tt.notes)
			}
			if got := f.store.log(); got != tt.commits {
				t.Errorf("commits: %s, want %s", got, tt.commits)
			}
		})
	}
}

// TestKillDirectories kills executions while something is done with their files, which is interrupted.
func TestKillDirectories(t *testing.T) {
	for flow, notes := range map[string]string{
		"tasks: [{id: w, type: test.Shared, prepare: gate, tasks: [{id: a, type: test.Works}]}]": "make w, remove w",
		"tasks: [{id: w, type: test.Shared, collect: gate, tasks: [{id: a, type: test.Works}]}]": "make w, a works in w, collect from w, remove w",
		"tasks: [{id: w, type: test.Shared, tasks: [{id: a, type: test.Gate}]}]":                 "make w, remove w",
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newFixture(t, Options{})
			job := f.job(f.plan(flow), "{}")
			if err := f.runner.Start(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			<-f.gates
			if err := f.runner.Kill(t.Context(), job.State.ID); err != nil {
				t.Fatal(err)
			}
			s, err := f.runner.Wait(t.Context(), job.State.ID)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if got := strings.Join(f.directories.taken(), ", "); got != notes || !strings.HasSuffix(words(s.History), "KILLED") {
				t.Errorf("%s: %s; %s, want %s", flow, words(s.History), got, notes)
			}
			if lines := f.lines(); slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, "error") }) {
				t.Errorf("%s: the log says %v", flow, lines)
			}
		})
	}
}
