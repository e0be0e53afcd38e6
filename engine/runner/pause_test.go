package runner

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

const (
	approval = `tasks:
- id: p
  type: io.kestra.plugin.core.flow.Pause
  onResume: [{id: n, type: INT}, {id: t, type: STRING, defaults: "{{ trigger.body.n }}"}]
- {id: r, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.p.onResume | toJson }} {{ outputs.p.resumed.to }}"}`
	resumed = "CREATED RUNNING PAUSED RESTARTED RUNNING SUCCESS"
)

// TestResume resumes an execution that waits for somebody: meanwhile it is parked, and inputs that it does not take leave it so.
func TestResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		job := f.job(f.plan(approval), `{"n":7}`)
		answer := f.waiting(t.Context(), job, time.Now().Add(time.Hour))
		synctest.Wait()
		f.holds(t, "while it is paused", 1)
		resume := func(given value.Value) error {
			return f.runner.Resume(t.Context(), job.State.ID, given.Map())
		}
		for _, wrong := range []value.Value{value.MapOf(), value.MapOf("n", value.String("many"))} {
			if err := resume(wrong); !isInputError(err) {
				t.Errorf("resumed with %s: %v", value.JSON(wrong), err)
			}
		}
		if err := resume(value.MapOf("n", value.Int(1), "t", value.String(strings.Repeat("x", resumeLimit)))); !errors.Is(err, errResumeLarge) {
			t.Errorf("resumed with a long text: %v", err)
		}
		synctest.Wait()
		f.holds(t, "after what it does not take", 1)
		if err := resume(value.MapOf("n", value.String("42"))); err != nil {
			t.Fatal(err)
		}
		w := <-answer
		if w.err != nil || !w.done || words(w.s.History) != resumed {
			t.Fatal(w.done, w.err, words(w.s.History))
		}
		if got, want := string(w.s.Runs[1].Outputs.JSON), `{"value":"{\"n\":42,\"t\":\"7\"} SUCCESS"}`; got != want {
			t.Errorf("outputs are %s, want %s", got, want)
		}
		if err := resume(value.Null); !errors.Is(err, ErrEnded) {
			t.Errorf("resumed after its end: %v", err)
		}
		synctest.Wait()
		f.holds(t, "afterwards", 0)
	})
}

// TestResumeWithSecret checks that what somebody gives as a SECRET stands in no line of a log, neither of the server nor of the execution.
func TestResumeWithSecret(t *testing.T) {
	const canary = "hunter~2~hunter"
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		job := f.job(f.plan(`tasks:
- {id: p, type: io.kestra.plugin.core.flow.Pause, onResume: [{id: s, type: SECRET}]}
- {id: l, type: io.kestra.plugin.core.log.Log, message: "it is {{ outputs.p.onResume.s }}"}`), "{}")
		answer := f.waiting(t.Context(), job, time.Now().Add(time.Hour))
		synctest.Wait()
		if err := f.runner.Resume(t.Context(), job.State.ID, value.MapOf("s", value.String(canary)).Map()); err != nil {
			t.Fatal(err)
		}
		if w := <-answer; w.err != nil || words(w.s.History) != resumed {
			t.Fatal(w.err, words(w.s.History))
		}
		kept, err := f.store.Logs(t.Context(), job.State.ID, 0, 10)
		if err != nil || len(kept) != 1 || kept[0].Message != "it is ******" {
			t.Errorf("the execution keeps %v, %v", kept, err)
		}
		if lines := f.logs.FilterMessage("it is ******").Len(); lines != 1 {
			t.Errorf("the server has %v", f.logs.All())
		}
		synctest.Wait()
		f.holds(t, "afterwards", 0)
	})
}

func isInputError(err error) bool {
	_, ok := errors.AsType[*flow.InputError](err)
	return ok
}

// TestResumeOneByOne resumes pauses beside each other: the one that began first goes on first, and a second call for it is none for
// the other.
func TestResumeOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		job := f.job(f.plan("tasks: [{id: s, type: test.Parallel, tasks: [{id: a, type: io.kestra.plugin.core.flow.Pause}, {id: b, type: io.kestra.plugin.core.flow.Pause}]}]"), "{}")
		if err := f.runner.Start(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"PAUSED PAUSED", "SUCCESS PAUSED"} {
			synctest.Wait()
			s, err := f.store.Load(t.Context(), job.State.ID)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(s.Runs[1].Status() + " " + s.Runs[2].Status()); got != want || s.Status() != execution.Paused {
				t.Errorf("%s %s, want %s", s.Status(), got, want)
			}
			if err := f.runner.Resume(t.Context(), job.State.ID, nil); err != nil {
				t.Fatal(err)
			}
		}
		if s, err := f.runner.Wait(t.Context(), job.State.ID); err != nil || s.Status() != execution.Success {
			t.Error(err)
		}
	})
}

// TestPauseEndsByItself lets pauses lapse, by a clock that runs only while everybody waits.
func TestPauseEndsByItself(t *testing.T) {
	for _, test := range []struct{ behavior, want string }{
		{"RESUME", resumed},
		{"WARN", strings.Replace(resumed, "SUCCESS", "WARNING", 1)},
		{"FAIL", strings.Replace(resumed, "SUCCESS", "FAILED", 1)},
		{"CANCEL", "CREATED RUNNING PAUSED CANCELLED"},
	} {
		t.Run(test.behavior, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				began := time.Now()
				job := f.job(f.plan("tasks: [{id: p, type: io.kestra.plugin.core.flow.Pause, pauseDuration: PT48H, behavior: "+test.behavior+"}]"), "{}")
				if err := f.runner.Start(t.Context(), job); err != nil {
					t.Fatal(err)
				}
				s, err := f.runner.Wait(t.Context(), job.State.ID)
				if err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took != 48*time.Hour {
					t.Errorf("it took %v", took)
				}
				if diff := cmp.Diff(test.want, words(s.History)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestResumeWhatIsNotPaused resumes executions that are under way, unknown, or of nobody here.
func TestResumeWhatIsNotPaused(t *testing.T) {
	f := newFixture(t, Options{})
	job := f.job(f.plan("tasks: [{id: g, type: test.Gate}]"), "{}")
	if err := f.runner.Start(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	g := <-f.gates
	if err := f.runner.Resume(t.Context(), job.State.ID, nil); !errors.Is(err, ErrNotPaused) {
		t.Errorf("one that runs: %v", err)
	}
	g.open <- nil
	if err := f.runner.Resume(t.Context(), "nope", nil); !errors.Is(err, execution.ErrNotFound) {
		t.Errorf("an unknown one: %v", err)
	}
	other := newFixture(t, Options{})
	paused := f.job(f.plan(approval), `{"n":7}`)
	if _, _, done, err := f.runner.RunAndWait(context.WithoutCancel(t.Context()), paused, time.Now()); err != nil || done {
		t.Fatal(done, err)
	}
	for { // until it is kept as paused
		if s, err := f.store.Load(t.Context(), paused.State.ID); err != nil {
			t.Fatal(err)
		} else if s.Status() == execution.Paused {
			break
		}
	}
	other.runner.store = f.store
	if err := other.runner.Resume(t.Context(), paused.State.ID, value.NewMap(0)); !errors.Is(err, ErrNotRunning) {
		t.Errorf("one of another runner: %v", err)
	}
}
