package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// wholeData compares long data quickly.
var wholeData = cmp.Comparer(func(a, b execution.Datum) bool { return a.Ref == b.Ref && bytes.Equal(a.JSON, b.JSON) })

// TestCommits checks when the store is written.
func TestCommits(t *testing.T) {
	tests := []struct {
		name        string
		flow        string
		wait, start string // calls of the store
	}{
		{name: "pure", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return, format: "v", runIf: "true"}
- {id: b, type: io.kestra.plugin.core.log.Log, message: "v"}
outputs: [{id: o, type: STRING, value: "{{ outputs.a.value }}"}]`, wait: "accept", start: "accept"},
		{name: "more pure tasks than are run ahead", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return, format: "v"}
- {id: b, type: io.kestra.plugin.core.debug.Return, format: "v"}
- {id: c, type: io.kestra.plugin.core.debug.Return, format: "v"}
- {id: d, type: io.kestra.plugin.core.debug.Return, format: "v"}
- {id: e, type: io.kestra.plugin.core.debug.Return, format: "v"}`, wait: "accept", start: "accept commit"},
		{name: "a pure task, a gate, a pure task", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return, format: "v"}
- {id: g, type: test.Gate}
- {id: b, type: io.kestra.plugin.core.debug.Return, format: "v"}`, wait: "accept commit commit", start: "accept commit commit"},
		{name: "two gates", flow: "tasks: [{id: g, type: test.Gate}, {id: h, type: test.Gate}]", wait: "accept commit commit", start: "accept commit commit"},
		{name: "a body apart", flow: `
tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.body.big }}"}]
outputs: [{id: o, type: STRING, value: "{{ outputs.a.value }}"}]`, wait: "put put put accept", start: "put put put accept"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, Options{})
			defer f.openGates()()
			p, body := f.plan(tt.flow), "{}"
			if strings.Contains(tt.flow, "big") {
				body = `{"big":"` + strings.Repeat("x", execution.InlineLimit) + `"}`
			}
			waited := f.wait(f.job(p, body))
			if got := f.store.log(); got != tt.wait {
				t.Errorf("waiting: %s, want %s", got, tt.wait)
			}
			job := f.job(p, body)
			if err := f.runner.Start(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			started, err := f.runner.Wait(t.Context(), job.State.ID)
			if err != nil {
				t.Fatal(err)
			}
			if got := f.store.log(); got != tt.start {
				t.Errorf("starting: %s, want %s", got, tt.start)
			}
			for _, s := range []*execution.State{waited, started} {
				kept, err := f.store.Load(t.Context(), s.ID)
				if err != nil {
					t.Fatal(err)
				}
				if err := f.runner.resolve(t.Context(), kept); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(s, kept, wholeData, cmpopts.IgnoreUnexported(execution.State{}, execution.Run{})); diff != "" {
					t.Errorf("kept (-returned +kept):\n%s", diff)
				}
				if apart := len(s.Trigger.Variables.JSON) > execution.InlineLimit; apart != (s.Trigger.Variables.Ref != "") || apart != (s.Outputs.Ref != "") {
					t.Errorf("%d bytes have the reference %q", len(s.Trigger.Variables.JSON), s.Trigger.Variables.Ref)
				}
			}
		})
	}
}

// TestCommitFails checks that an execution whose changes cannot be kept is left where it was, and says so.
func TestCommitFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		f.store.fail("commit", execution.ErrConflict)
		job := f.job(f.plan(gated), "{}")
		job.Ended = func(s execution.Status) { t.Errorf("ended as %s", s) }
		answer := f.waiting(t.Context(), job, time.Now().Add(time.Minute))
		(<-f.gates).open <- nil
		f.check(<-answer, false, "CREATED RUNNING", "CREATED RUNNING")
		if diff := cmp.Diff([]string{"debug a: v", "error -: the execution could not be kept"}, f.lines()); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
		if n := f.inFlight(); n != 0 {
			t.Errorf("%d in flight", n)
		}
	})
}

// TestStoreFails checks what becomes of jobs when the store does.
func TestStoreFails(t *testing.T) {
	broken := errors.New("disk full")
	for _, tt := range []struct {
		name, flow, body, fails string
	}{
		{"accept", plain, "{}", "accept"},
		{"accept before a blocking task", gated, "{}", "accept"},
		{"value", plain, `"` + big() + `"`, "put"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, Options{})
			f.store.fail(tt.fails, broken)
			job := f.job(f.plan(tt.flow), tt.body)
			if _, _, done, err := f.runner.RunAndWait(t.Context(), job, time.Now().Add(time.Minute)); done || !errors.Is(err, broken) {
				t.Errorf("waiting: %v, %v", done, err)
			}
			job = f.job(f.plan(tt.flow), tt.body)
			if err := f.runner.Start(t.Context(), job); !errors.Is(err, broken) {
				t.Errorf("starting: %v", err)
			}
			if states, _, err := f.store.List(t.Context(), execution.Query{}); err != nil || len(states) != 0 {
				t.Errorf("kept %d, %v", len(states), err)
			}
			if n := f.inFlight(); n != 0 {
				t.Errorf("%d in flight", n)
			}
			for _, line := range f.lines() {
				if strings.HasPrefix(line, "error") {
					t.Errorf("logged %q, which the caller does", line)
				}
			}
		})
	}
}

func big() string { return strings.Repeat("x", execution.InlineLimit) }

// TestStoreFailsForAWhile lets the store fail from a commit on, after the execution was accepted: it goes on when the store is well
// again, and no task is run twice.
func TestStoreFailsForAWhile(t *testing.T) {
	apart := `tasks:
- {id: g, type: test.Gate}
- {id: b, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.body }}{{ trigger.body }}"}`
	half := `"` + big()[:execution.InlineLimit/2] + `"`
	for _, tt := range []struct{ name, flow, body, fails, want string }{
		{"the end", gated, "{}", "commit", "CREATED RUNNING SUCCESS"},
		{"a value", apart, half, "put", "CREATED RUNNING SUCCESS"},
		{"between two tasks", "tasks: [{id: g, type: test.Gate}, {id: h, type: test.Open}]", "{}", "commit", "CREATED RUNNING SUCCESS"},
		{"parking", "tasks: [{id: g, type: test.Gate}, {id: h, type: test.Sleep}]", "{}", "commit", "CREATED RUNNING SUCCESS"},
		{"starting another one", "tasks: [{id: g, type: test.Gate}, {id: h, type: io.kestra.plugin.core.flow.Subflow, flowId: callee, namespace: company.team}]", "{}", "accept", "CREATED RUNNING SUCCESS"},
		{"a retry", "tasks: [{id: g, type: test.Gate}, {id: h, type: io.kestra.plugin.core.execution.Fail, retry: {type: constant, interval: PT1M, maxAttempts: 2}}]", "{}", "commit", "CREATED RUNNING FAILED RETRYING RUNNING FAILED"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				jobs, _ := f.load(map[string]string{"f": tt.flow, "callee": plain})
				job := jobs("f", tt.body)
				if err := f.runner.Start(t.Context(), job); err != nil {
					t.Fatal(err)
				}
				g := <-f.gates
				synctest.Wait()
				f.store.fail(tt.fails, fmt.Errorf("disk full: %w", execution.ErrUnavailable))
				g.open <- nil
				<-time.After(10 * time.Second)
				synctest.Wait()
				if kept, err := f.store.Load(t.Context(), job.State.ID); err != nil || words(kept.History) != "CREATED RUNNING" {
					t.Errorf("kept meanwhile %v, %v", kept, err)
				}
				f.store.fail(tt.fails, nil)
				s, err := f.runner.Wait(t.Context(), job.State.ID)
				if err != nil {
					t.Fatal(err)
				}
				if got := words(s.History); got != tt.want {
					t.Errorf("%s, want %s", got, tt.want)
				}
				for i := range s.Runs {
					if r := &s.Runs[i]; len(r.Attempts) > 1 && r.TaskID == "g" {
						t.Errorf("%s has %d attempts", r.TaskID, len(r.Attempts))
					}
				}
				if told := f.logs.FilterMessageSnippet("is tried again").Len(); told != 1 {
					t.Errorf("the log says %d times that the store has failed", told)
				}
				synctest.Wait() // the one that was started has left its place
				if n := f.inFlight(); n != 0 {
					t.Errorf("%d in flight", n)
				}
			})
		})
	}
}

// TestStoreFailsACaller lets the store fail, reading included, after the execution of a caller who waits was accepted: the caller hears
// that it goes on, and not that it was refused.
func TestStoreFailsACaller(t *testing.T) {
	for _, behavior := range []string{"QUEUE", "CANCEL"} {
		t.Run(behavior, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				f.store.fail("commit", execution.ErrUnavailable)
				f.store.fail("load", execution.ErrUnavailable)
				job := f.job(f.plan("concurrency: {limit: 1, behavior: "+behavior+"}\n"+plain), "{}") // accepted when it takes its place
				s, _, done, err := f.runner.RunAndWait(t.Context(), job, time.Now().Add(10*time.Second))
				if err != nil || done || s.ID != job.State.ID || string(s.Trigger.Variables.JSON) != `{"body":{}}` {
					t.Errorf("answered with %+v, %v, %v", s, done, err)
				}
				f.store.fail("commit", nil)
				f.store.fail("load", nil)
				if s, err := f.runner.Wait(t.Context(), job.State.ID); err != nil || s.Status() != execution.Success {
					t.Errorf("it ends %v, %v", s, err)
				}
			})
		})
	}
}

// TestStoreCannotBeRead lets reading fail while an execution is under way: it goes on when the store is well again.
func TestStoreCannotBeRead(t *testing.T) {
	for _, test := range []struct{ name, fails string }{
		{"the execution that was started", "load"},
		{"signals", "inbox"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, _, parent, _ := failedChild(t, call("child", ""))
				f.store.onWrite(parent, func() { f.store.fail(test.fails, execution.ErrUnavailable) })
				if err := f.runner.Restart(t.Context(), parent); err != nil {
					t.Fatal(err)
				}
				<-time.After(10 * time.Second)
				f.store.fail(test.fails, nil)
				f.next(nil)
				if s := f.ended(t, parent); s.Status() != execution.Success {
					t.Errorf("ended %s", s.Status())
				}
				if told := f.logs.FilterMessageSnippet("is tried again").Len(); told != 1 {
					t.Errorf("the log says %d times that the store has failed", told)
				}
				synctest.Wait()
				f.holds(t, "afterwards", 0)
			})
		})
	}
}

// TestValueFails checks that a caller is told that outputs cannot be kept apart while nothing was accepted.
func TestValueFails(t *testing.T) {
	f := newFixture(t, Options{})
	broken := errors.New("disk full")
	f.store.fail("put", broken)
	p := f.plan(`tasks: [{id: b, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.body }}{{ trigger.body }}"}]`)
	half := `"` + big()[:execution.InlineLimit/2] + `"`
	if _, _, done, err := f.runner.RunAndWait(t.Context(), f.job(p, half), time.Now().Add(time.Minute)); done || !errors.Is(err, broken) {
		t.Errorf("waiting: %v, %v", done, err)
	}
	if err := f.runner.Start(t.Context(), f.job(p, half)); !errors.Is(err, broken) {
		t.Errorf("starting: %v", err)
	}
	if states, _, err := f.store.List(t.Context(), execution.Query{}); err != nil || len(states) != 0 {
		t.Errorf("kept %v, %v", states, err)
	}
}

// TestKeepApart checks which texts travel by reference.
func TestKeepApart(t *testing.T) {
	f := newFixture(t, Options{})
	x, err := f.runner.admit(f.job(f.plan(plain), "{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer x.finish(nil)
	for _, n := range []int{0, execution.InlineLimit, execution.InlineLimit + 1} {
		d := execution.Datum{JSON: make([]byte, n)}
		if err := x.keepApart(t.Context(), &d); err != nil || len(d.JSON) != n || (d.Ref != "") != (n > execution.InlineLimit) {
			t.Errorf("%d bytes: %d bytes at hand, reference %q, %v", n, len(d.JSON), d.Ref, err)
		}
	}
}

func TestResolve(t *testing.T) {
	f := newFixture(t, Options{})
	ref, err := f.store.PutValue(context.Background(), "x", []byte("[1]"))
	if err != nil {
		t.Fatal(err)
	}
	d := execution.Datum{Ref: ref}
	if err := f.runner.resolveDatum(t.Context(), &d); err != nil || string(d.JSON) != "[1]" {
		t.Errorf("%q, %v", d.JSON, err)
	}
	if err := f.runner.resolveDatum(t.Context(), &execution.Datum{Ref: "nope"}); err == nil {
		t.Error("resolved a reference that is not kept")
	}
	if err := f.runner.resolveDatum(t.Context(), &execution.Datum{}); err != nil {
		t.Errorf("no datum: %v", err)
	}
}
