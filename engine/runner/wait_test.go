package runner

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

const (
	gated = "tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: v}, {id: g, type: test.Gate}, {id: b, type: io.kestra.plugin.core.debug.Return, format: w}]"
	plain = "tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: v}]"
)

// waited is the answer to a waiting caller.
type waited struct {
	s    *execution.State
	done bool
	err  error
}

// waiting lets a caller wait on a goroutine of its own.
func (f *fixture) waiting(ctx context.Context, job *Job, deadline time.Time) <-chan waited {
	answer := make(chan waited, 1)
	go func() {
		s, _, done, err := f.runner.RunAndWait(ctx, job, deadline)
		answer <- waited{s, done, err}
	}()
	return answer
}

// check compares an answer, and what is kept, with the histories that they should have.
func (f *fixture) check(got waited, done bool, answered, kept string) {
	f.t.Helper()
	if got.err != nil || got.done != done {
		f.t.Fatalf("done %v, %v", got.done, got.err)
	}
	if h := words(got.s.History); h != answered {
		f.t.Errorf("answered %s, want %s", h, answered)
	}
	if v := string(got.s.Trigger.Variables.JSON); v != `{"body":{}}` {
		f.t.Errorf("answered with the trigger variables %s", v)
	}
	if s, err := f.store.Load(context.Background(), got.s.ID); err != nil || words(s.History) != kept {
		f.t.Errorf("kept %v, %v, want %s", s, err, kept)
	}
}

func TestWaitForABlockingTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		var ended []execution.Status
		job := f.job(f.plan(gated), "{}")
		job.Ended = func(s execution.Status) { ended = append(ended, s) }
		answer := f.waiting(t.Context(), job, time.Now().Add(time.Minute))
		g := <-f.gates
		<-time.After(59 * time.Second)
		select {
		case got := <-answer:
			t.Fatalf("answered before the end: %+v", got)
		default:
		}
		f.check(waited{s: func() *execution.State {
			s, _ := f.store.Load(t.Context(), job.State.ID)
			s.Trigger = job.State.Trigger
			return s
		}()},
			false, "CREATED RUNNING", "CREATED RUNNING")
		g.open <- nil
		got := <-answer
		f.check(got, true, ran, ran)
		if diff := cmp.Diff([]string{
			"a: " + ran + " / " + ran + `; {"value":"v"}`, "g: " + ran + " / " + ran + `; {"gate":"open"}`,
			"b: " + ran + " / " + ran + `; {"value":"w"}`,
		}, describe(got.s)); diff != "" {
			t.Errorf("task runs (-want +got):\n%s", diff)
		}
		if got.s.History.Duration() != 59*time.Second {
			t.Errorf("took %v", got.s.History.Duration())
		}
		if len(ended) != 1 || ended[0] != execution.Success {
			t.Errorf("Ended was called with %v", ended)
		}
		synctest.Wait()
		if n, runs := f.inFlight(), len(f.runner.runs); n != 0 || runs != 0 {
			t.Errorf("%d in flight after the end, %d runs are held", n, runs)
		}
	})
}

// TestWaitEndsEarly checks every reason to answer a caller before the execution has ended, and that the execution goes on.
func TestWaitEndsEarly(t *testing.T) {
	tests := []struct {
		name string
		end  func(f *fixture, cancel func()) // what happens after a minute
		want time.Duration                   // how long the caller waited
	}{
		{"deadline", func(*fixture, func()) {}, 5 * time.Minute},
		{"caller gone", func(_ *fixture, cancel func()) { cancel() }, time.Minute},
		{"exit", func(f *fixture, _ func()) { f.runner.Exit(0) }, time.Minute},
		{"exit with grace", func(f *fixture, _ func()) { f.runner.Exit(2 * time.Second) }, time.Minute + 2*time.Second},
		{"exit with much grace", func(f *fixture, _ func()) { f.runner.Exit(time.Hour) }, 5 * time.Minute},
		{"two exits", func(f *fixture, _ func()) { f.runner.Exit(time.Hour); f.runner.Exit(3 * time.Second) }, time.Minute + 3*time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				began := time.Now()
				job := f.job(f.plan(gated), "{}")
				id := job.State.ID
				answer := f.waiting(ctx, job, began.Add(5*time.Minute))
				g := <-f.gates
				<-time.After(time.Minute)
				tt.end(f, cancel)
				got := <-answer
				f.check(got, false, "CREATED RUNNING", "CREATED RUNNING")
				if took := time.Since(began); took != tt.want {
					t.Errorf("waited %v, want %v", took, tt.want)
				}
				g.open <- nil
				synctest.Wait()
				if s, err := f.store.Load(t.Context(), id); err != nil || words(s.History) != ran {
					t.Errorf("went on to %v, %v", s, err)
				}
			})
		})
	}
}

// TestWaitEndsEarlyWithTheNewest checks that the answer shows what was committed since the execution was handed over.
func TestWaitEndsEarlyWithTheNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		job := f.job(f.plan("tasks: [{id: g, type: test.Gate}, {id: h, type: test.Gate}]"), "{}")
		answer := f.waiting(t.Context(), job, time.Now().Add(time.Minute))
		(<-f.gates).open <- nil
		second := <-f.gates
		got := <-answer
		f.check(got, false, "CREATED RUNNING", "CREATED RUNNING")
		if diff := cmp.Diff([]string{"g: " + ran + " / " + ran + `; {"gate":"open"}`, "h: CREATED RUNNING / CREATED RUNNING"}, describe(got.s)); diff != "" {
			t.Errorf("task runs (-want +got):\n%s", diff)
		}
		second.open <- nil
	})
}

// TestWaitEndsEarlyWithALongBody checks that the answer has trigger variables that the store keeps apart.
func TestWaitEndsEarlyWithALongBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		job := f.job(f.plan(gated), `"`+big()+`"`)
		want := string(job.State.Trigger.Variables.JSON)
		answer := f.waiting(t.Context(), job, time.Now().Add(time.Minute))
		g := <-f.gates
		got := <-answer
		if got.err != nil || got.done || got.s.Trigger.Variables.Ref == "" || string(got.s.Trigger.Variables.JSON) != want {
			t.Errorf("done %v, %v, %d bytes of trigger variables, want %d", got.done, got.err, len(got.s.Trigger.Variables.JSON), len(want))
		}
		g.open <- nil
	})
}

// TestWaitAlreadyLate checks that the execution of a caller who cannot wait from the start is accepted and run all the same.
func TestWaitAlreadyLate(t *testing.T) {
	for _, tt := range []struct {
		name string
		late func(ctx context.Context) (context.Context, time.Time)
	}{
		{"deadline", func(ctx context.Context) (context.Context, time.Time) { return ctx, time.Now() }},
		{"caller gone", func(ctx context.Context) (context.Context, time.Time) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx, time.Now().Add(time.Hour)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				job := f.job(f.plan(plain), "{}")
				ctx, deadline := tt.late(t.Context())
				s, _, done, err := f.runner.RunAndWait(ctx, job, deadline)
				synctest.Wait()
				f.check(waited{s, done, err}, false, "CREATED RUNNING", ran)
			})
		})
	}
}

// TestPureTasksDoNotBlockTheDeadline checks that the deadline is looked at between pure tasks.
func TestPureTasksDoNotBlockTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{Clock: readClock{now: func() time.Time { <-time.After(time.Second); return time.Now() }}}) // each event takes a second, and so does each look at the clock
		yaml := "tasks:\n"
		for i := range 10 {
			yaml += fmt.Sprintf("- {id: t%d, type: io.kestra.plugin.core.debug.Return}\n", i)
		}
		job := f.job(f.plan(yaml), "{}")
		began := time.Now()
		s, _, done, err := f.runner.RunAndWait(t.Context(), job, began.Add(3500*time.Millisecond))
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("took %v", took)
		}
		if err != nil || done || len(s.Runs) != 2 || words(s.Runs[1].History) != "CREATED RUNNING" {
			t.Fatalf("done %v, %v, %v", done, err, describe(s))
		}
		<-time.After(time.Minute)
		synctest.Wait()
		if s, err := f.store.Load(t.Context(), s.ID); err != nil || words(s.History) != ran || len(s.Runs) != 10 {
			t.Errorf("went on to %v, %v", s, err)
		}
	})
}

func TestStartReturnsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // the sender has gone, and his delivery is there
		job := f.job(f.plan(gated), "{}")
		if err := f.runner.Start(ctx, job); err != nil {
			t.Fatal(err)
		}
		g := <-f.gates
		result := make(chan waited, 1)
		go func() {
			s, err := f.runner.Wait(t.Context(), job.State.ID)
			result <- waited{s: s, err: err}
		}()
		synctest.Wait()
		g.open <- errors.New("closed again")
		got := <-result
		if got.err != nil || words(got.s.History) != fell {
			t.Errorf("%v, %v", got.s, got.err)
		}
		// What a task returns beside an error is no output.
		if diff := cmp.Diff([]string{"a: " + ran + " / " + ran + `; {"value":"v"}`, "g: " + fell + " / " + fell + "; {}"}, describe(got.s)); diff != "" {
			t.Errorf("task runs (-want +got):\n%s", diff)
		}
	})
}

func TestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		if _, err := f.runner.Wait(t.Context(), "nope"); !errors.Is(err, execution.ErrNotFound) {
			t.Errorf("unknown: %v", err)
		}
		ended := f.wait(f.job(f.plan(plain), "{}"))
		if s, err := f.runner.Wait(t.Context(), ended.ID); err != nil || words(s.History) != ran {
			t.Errorf("ended: %v, %v", s, err)
		}
		elsewhere := f.job(f.plan(plain), "{}").State
		if err := f.store.Commit(t.Context(), &execution.Batch{Accept: []execution.Accept{{State: elsewhere}}}); err != nil {
			t.Fatal(err)
		}
		if _, err := f.runner.Wait(t.Context(), elsewhere.ID); !errors.Is(err, ErrNotRunning) {
			t.Errorf("under way elsewhere: %v", err)
		}
		job := f.job(f.plan(gated), "{}")
		if err := f.runner.Start(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		g := <-f.gates
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := f.runner.Wait(ctx, job.State.ID); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("under way: %v", err)
		}
		f.runner.Exit(0)
		if _, err := f.runner.Wait(t.Context(), job.State.ID); !errors.Is(err, ErrStopping) {
			t.Errorf("exit: %v", err)
		}
		g.open <- nil
	})
}

// TestPlaces checks that an execution has its place until its end, and that others are refused meanwhile if there is no other one.
func TestPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		f.admission.Configure(admission.Limits{Places: 1})
		claim := f.admission.Claim("company.team/hello")
		defer claim.Release()
		job := f.job(f.plan(gated), "{}")
		job.Claim = claim
		if err := f.runner.Start(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		g := <-f.gates
		if err := f.runner.Start(t.Context(), f.job(f.plan(plain), "{}")); !errors.Is(err, admission.ErrPlaces) {
			t.Errorf("second, not waiting: %v", err)
		}
		if _, _, _, err := f.runner.RunAndWait(t.Context(), f.job(f.plan(plain), "{}"), time.Now().Add(time.Minute)); !errors.Is(err, admission.ErrPlaces) {
			t.Errorf("second, waiting: %v", err)
		}
		g.open <- nil
		synctest.Wait()
		if n := f.inFlight(); n != 0 {
			t.Errorf("%d in flight after the end", n)
		}
		f.wait(f.job(f.plan(plain), "{}"))
	})
}

// TestStopping checks that a request that came before the process goes down may still run, and that nothing is accepted after the
// grace for callers.
func TestStopping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		f.runner.Exit(time.Minute)
		f.wait(f.job(f.plan(plain), "{}"))
		f.store.log()
		<-time.After(time.Minute)
		synctest.Wait()
		if err := f.runner.Start(t.Context(), f.job(f.plan(plain), "{}")); !errors.Is(err, ErrStopping) {
			t.Errorf("not waiting: %v", err)
		}
		if _, _, _, err := f.runner.RunAndWait(t.Context(), f.job(f.plan(plain), "{}"), time.Now().Add(time.Minute)); !errors.Is(err, ErrStopping) {
			t.Errorf("waiting: %v", err)
		}
		if calls := f.store.log(); calls != "" {
			t.Errorf("the store was called: %s", calls)
		}
	})
}
