package runner

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

func TestCloseLetsExecutionsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{Workers: 1})
		var ids []string
		for range 3 { // one at work, two queued
			job := f.job(f.plan(gated), "{}")
			if err := f.runner.Start(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, job.State.ID)
		}
		began := time.Now()
		closed := make(chan struct{})
		go func() {
			f.runner.Close()
			close(closed)
		}()
		for range 3 {
			g := <-f.gates
			<-time.After(DefaultDrain / 5)
			g.open <- nil
		}
		<-closed
		if took := time.Since(began); took != 3*DefaultDrain/5 {
			t.Errorf("closed after %v", took)
		}
		for _, id := range ids {
			if s, err := f.store.Load(t.Context(), id); err != nil || words(s.History) != ran {
				t.Errorf("%v, %v", s, err)
			}
		}
		if err := f.runner.Start(t.Context(), f.job(f.plan(plain), "{}")); !errors.Is(err, ErrStopping) {
			t.Errorf("started after close: %v", err)
		}
		f.runner.Close()
		if logs := f.logs.FilterMessageSnippet("had not ended").All(); len(logs) > 0 {
			t.Errorf("all have ended, but the log says %v", logs)
		}
	})
}

// TestCloseGivesUp checks that Close leaves executions that do not end in time as they were committed, and fails none: they can
// go on after a restart.
func TestCloseGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{Workers: 1})
		working, queued := f.job(f.plan(gated), "{}"), f.job(f.plan("tasks: [{id: g, type: test.Gate}]"), "{}")
		for _, job := range []*Job{working, queued} {
			job.Ended = func(s execution.Status) { t.Errorf("ended as %s", s) }
			if err := f.runner.Start(t.Context(), job); err != nil {
				t.Fatal(err)
			}
		}
		<-f.gates
		began := time.Now()
		f.runner.Close()
		if took := time.Since(began); took != DefaultDrain {
			t.Errorf("closed after %v", took)
		}
		for job, want := range map[*Job]string{working: "CREATED RUNNING", queued: "CREATED RUNNING"} {
			s, err := f.store.Load(t.Context(), job.State.ID)
			if err != nil || words(s.History) != want {
				t.Errorf("%v, %v, want %s", s, err, want)
			}
		}
		if n := f.inFlight(); n != 0 {
			t.Errorf("%d in flight", n)
		}
		f.runner.Close()
		logs := f.logs.FilterMessageSnippet("are lost").All()
		if len(logs) != 1 || logs[0].Level != zap.WarnLevel || logs[0].ContextMap()["executions"] != int64(2) {
			t.Errorf("the log says of the two that are lost: %v", logs)
		}
	})
}

// TestCloseAfterExit checks that the time in which executions may end begins with Exit, and not when callers wait no longer.
func TestCloseAfterExit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{Workers: 1})
		if err := f.runner.Start(t.Context(), f.job(f.plan(gated), "{}")); err != nil {
			t.Fatal(err)
		}
		<-f.gates
		began := time.Now()
		f.runner.Exit(DefaultDrain)
		<-time.After(DefaultDrain / 4)
		f.runner.Close()
		if took := time.Since(began); took != DefaultDrain {
			t.Errorf("closed after %v", took)
		}
	})
}

// TestCloseWhileCallersRun checks that an execution that its caller hands to the drivers when the runner is closed already stays
// as it was committed, and that the caller gets an answer.
func TestCloseWhileCallersRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed := false
		var f *fixture
		f = newFixture(t, Options{Clock: readClock{now: func() time.Time {
			if f != nil && f.runner != nil && !closed { // the execution has begun
				closed = true
				f.runner.Close()
			}
			return time.Now()
		}}})
		closed = true
		job := f.job(f.plan(gated), "{}")
		closed = false
		s, _, done, err := f.runner.RunAndWait(t.Context(), job, time.Now().Add(time.Minute))
		f.check(waited{s, done, err}, false, "CREATED RUNNING", "CREATED RUNNING")
		if n := f.inFlight(); n != 0 {
			t.Errorf("%d in flight", n)
		}
	})
}

// TestWorkers checks that as many tasks run at once as there are workers, before and after the number changes. If only one flow has
// tasks to run, one worker is left free for the next flow.
func TestWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{Workers: 2})
		p := f.plan("tasks: [{id: g, type: test.Gate}]")
		for range 20 {
			if err := f.runner.Start(t.Context(), f.job(p, "{}")); err != nil {
				t.Fatal(err)
			}
		}
		// atWork takes as many gates as come without one being opened.
		atWork := func() []gate {
			var gates []gate
			for {
				synctest.Wait()
				select {
				case g := <-f.gates:
					gates = append(gates, g)
				default:
					return gates
				}
			}
		}
		open := func(gates []gate) {
			for _, g := range gates {
				g.open <- nil
			}
		}
		var gates []gate
		for _, workers := range []int{2, 5, 5, 1, 1} {
			f.runner.Configure(Options{Workers: workers}) // while those before are at work: what they do next is counted below
			open(gates)
			if gates = atWork(); len(gates) != max(1, workers-1) {
				t.Fatalf("%d at work with %d workers", len(gates), workers)
			}
		}
		for ; len(gates) > 0; gates = atWork() {
			open(gates)
		}
		states, _, err := f.store.List(t.Context(), execution.Query{Statuses: []execution.Status{execution.Success}})
		if err != nil || len(states) != 20 {
			t.Errorf("%d ended, %v", len(states), err)
		}
		if f.runner.tasks.atWork != 0 {
			t.Errorf("%d workers without work", f.runner.tasks.atWork)
		}
	})
}

// TestSlowFlowBlocksItself queues many executions of a flow whose tasks do not end, and checks that one of another flow runs.
func TestSlowFlowBlocksItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{Workers: 4})
		stop := func() {}
		defer func() { stop() }()
		for range 20 {
			if err := f.runner.Start(t.Context(), f.job(f.plan(gated), "{}")); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		other := f.job(f.plan(plain), "{}")
		other.Claim = f.admission.Claim("another flow")
		defer other.Claim.Release()
		if err := f.runner.Start(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if s, err := f.store.Load(t.Context(), other.State.ID); err != nil || words(s.History) != ran {
			t.Errorf("the other flow's execution: %v, %v", s, err)
		}
		stop = f.openGates()
		synctest.Wait()
	})
}

// TestManyAtOnce lets callers that wait for the end of their executions, and callers that do not, start many at the same time.
func TestManyAtOnce(t *testing.T) {
	f := newFixture(t, Options{Workers: 3})
	f.admission.Configure(admission.Limits{Wait: time.Hour}) // whatever else the machine does
	stop := f.openGates()
	var callers sync.WaitGroup
	plans := []*execution.Plan{f.plan(plain), f.plan(gated)}
	for i := range 8 {
		callers.Go(func() {
			for n := range 25 {
				body := fmt.Sprintf(`{"caller":%d,"n":%d}`, i, n)
				job := f.job(plans[n%2], body)
				id := job.State.ID
				var s *execution.State
				var err error
				if i%2 == 0 {
					if err = f.runner.Start(t.Context(), job); err == nil {
						s, err = f.runner.Wait(t.Context(), id)
					}
				} else {
					s, _, _, err = f.runner.RunAndWait(t.Context(), job, time.Now().Add(time.Minute))
				}
				if err != nil || words(s.History) != ran || s.ID != id || string(s.Trigger.Variables.JSON) != `{"body":`+body+`}` {
					t.Errorf("%v, %v", s, err)
				}
			}
		})
	}
	callers.Wait()
	stop()
	if n := f.inFlight(); n != 0 {
		t.Errorf("%d in flight", n)
	}
}
