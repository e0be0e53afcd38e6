package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// crowded returns a runner with so many places, whose executions can wait for one, and the jobs of flows.
func crowded(t *testing.T, places, pending int, flows map[string]string) (f *fixture, jobs func(id, body string) *Job) {
	f = newFixture(t, Options{})
	jobs, callee := f.load(flows)
	o := *f.runner.options.Load()
	o.Pending = pending
	o.Recover = func(_ context.Context, s *execution.State) (Setting, error) {
		return Setting{Flow: callee(s.Namespace, s.FlowID), Flows: callee}, nil
	}
	f.admission.Configure(admission.Limits{Places: places, Share: 100})
	f.runner.Configure(o)
	f.runner.TakeUp()
	return f, jobs
}

// TestPending starts more executions than there are places for: they are accepted, wait in the store, and begin one after the other.
func TestPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, jobs := crowded(t, 1, 2, map[string]string{"f": gated})
		start := func() *Job {
			job := jobs("f", "{}")
			if err := f.runner.Start(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			return job
		}
		first := start()
		g := <-f.gates
		second := start()
		waited := jobs("f", "{}")
		answer := f.waiting(t.Context(), waited, time.Now().Add(time.Hour))
		synctest.Wait()
		for _, job := range []*Job{second, waited} {
			if s, err := f.store.Load(t.Context(), job.State.ID); err != nil || words(s.History) != "CREATED" {
				t.Errorf("one that waits for a place is %v, %v", s, err)
			}
		}
		if err := f.runner.Start(t.Context(), jobs("f", "{}")); !errors.Is(err, admission.ErrPlaces) {
			t.Errorf("one more than may wait: %v", err)
		}
		for _, job := range []*Job{first, second, waited} {
			if got := f.running(t); !slices.Equal(got, []string{job.State.ID}) {
				t.Errorf("running %v, want %s", got, job.State.ID)
			}
			g.open <- nil
			if job != waited {
				g = <-f.gates
			}
		}
		f.check(<-answer, true, "CREATED RUNNING SUCCESS", "CREATED RUNNING SUCCESS")
		if n := f.inFlight(); n != 0 {
			t.Errorf("%d in flight", n)
		}
	})
}

// running returns the executions that are RUNNING, the oldest first.
func (f *fixture) running(t *testing.T) (ids []string) {
	t.Helper()
	synctest.Wait()
	all, _, err := f.store.List(t.Context(), execution.Query{Statuses: []execution.Status{execution.Running}})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range slices.Backward(all) {
		ids = append(ids, s.ID)
	}
	return ids
}

// TestPendingFlowsTakeTurns checks that a flow of which many executions wait does not hold up another one.
func TestPendingFlowsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, jobs := crowded(t, 1, 10, map[string]string{"a": gated, "b": gated})
		names := map[string]string{}
		var g gate
		for i, id := range []string{"a", "a", "a", "b", "b"} {
			job := jobs(id, "{}")
			names[job.State.ID] = fmt.Sprint(id, i)
			if err := f.runner.Start(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				g = <-f.gates
			}
		}
		var order []string
		for range len(names) {
			for _, id := range f.running(t) {
				order = append(order, names[id])
			}
			g.open <- nil
			if len(order) < len(names) {
				g = <-f.gates
			}
		}
		if diff := cmp.Diff([]string{"a0", "a1", "b3", "a2", "b4"}, order); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
	})
}

// TestPendingKilled kills an execution that waits for a place: it ends once there is one, and no task of it is run (nobody opens its gate).
func TestPendingKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, jobs := crowded(t, 1, 10, map[string]string{"f": gated})
		if err := f.runner.Start(t.Context(), jobs("f", "{}")); err != nil {
			t.Fatal(err)
		}
		g := <-f.gates
		job := jobs("f", "{}")
		if err := f.runner.Start(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		if err := f.runner.Kill(t.Context(), job.State.ID); err != nil {
			t.Fatal(err)
		}
		g.open <- nil
		s, err := f.runner.Wait(t.Context(), job.State.ID)
		if err != nil || s.Status() != execution.Killed || len(s.Runs) > 1 {
			t.Errorf("it ends %v, %v", s.Status(), err)
		}
	})
}

// TestPendingWhileTheStoreFails checks that executions wait on while the store cannot give them.
func TestPendingWhileTheStoreFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, jobs := crowded(t, 1, 10, map[string]string{"f": gated})
		var ids []string
		var g gate
		for i := range 3 {
			job := jobs("f", "{}")
			if err := f.runner.Start(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, job.State.ID)
			if i == 0 {
				g = <-f.gates
			}
		}
		f.store.fail("load", execution.ErrUnavailable)
		g.open <- nil
		<-time.After(10 * time.Second)
		synctest.Wait()
		f.store.fail("load", nil)
		for _, id := range ids[1:] {
			g = <-f.gates
			if got := f.running(t); !slices.Equal(got, []string{id}) {
				t.Errorf("running %v, want %s", got, id)
			}
			g.open <- nil
		}
		for _, id := range ids {
			if _, err := f.runner.Wait(t.Context(), id); err != nil {
				t.Error(err)
			}
		}
	})
}
