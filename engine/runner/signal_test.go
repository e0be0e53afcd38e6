package runner

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// TestKill kills executions in whatever they are at. A caller who waits gets what has come of it, and nothing is left.
func TestKill(t *testing.T) {
	const (
		killed = "CREATED RUNNING KILLED / CREATED RUNNING KILLED"
		lists  = "\nerrors: [{id: e, type: io.kestra.plugin.core.debug.Return}]\nfinally: [{id: z, type: io.kestra.plugin.core.debug.Return}]"
	)
	tests := []struct{ name, flow, history, tasks string }{
		{"a task runs", "tasks: [{id: a, type: test.Gate}]" + lists, "CREATED RUNNING KILLING KILLED", "a: " + killed + "; {}"},
		{"it is parked", "tasks: [{id: a, type: test.Sleep}]" + lists, "CREATED RUNNING KILLING KILLED", "a: " + killed + "; {}"},
		{
			"it waits for a retry", "tasks: [{id: a, type: io.kestra.plugin.core.execution.Fail, retry: {type: constant, interval: PT1M}}]",
			"CREATED RUNNING FAILED RETRYING KILLING KILLED", "a: CREATED RUNNING FAILED RETRYING KILLED / CREATED RUNNING FAILED; {}",
		},
		{
			"outputs are never evaluated", "tasks: [{id: a, type: test.Gate}]\noutputs: [{id: o, type: STRING, value: '{{ outputs.a.gate }}'}]",
			"CREATED RUNNING KILLING KILLED", "a: " + killed + "; {}",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				defer f.shut()()
				job := f.job(f.plan(test.flow), "{}")
				began := time.Now()
				answer := f.waiting(t.Context(), job, began.Add(time.Hour))
				<-time.After(time.Second)
				for i := range 2 {
					if err := f.runner.Kill(t.Context(), job.State.ID); err != nil && (i == 0 || !errors.Is(err, ErrEnded)) {
						t.Fatal(err)
					}
				}
				w := <-answer
				if w.err != nil || !w.done || time.Since(began) != time.Second {
					t.Fatal(w.done, w.err, time.Since(began))
				}
				if diff := cmp.Diff([]string{test.history, test.tasks}, append([]string{words(w.s.History)}, describe(w.s)...)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if err := f.runner.Kill(t.Context(), job.State.ID); !errors.Is(err, ErrEnded) {
					t.Errorf("killed once more: %v", err)
				}
				if kept, err := f.store.Load(t.Context(), job.State.ID); err != nil || kept.Status() != execution.Killed {
					t.Errorf("kept is %+v, %v", kept, err)
				}
				synctest.Wait()
				f.holds(t, "afterwards", 0)
			})
		})
	}
}

// TestKillInTheLine kills an execution that waits for a place: the one behind it gets the next.
func TestKillInTheLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		jobs := f.started(f.limited(1, "QUEUE"), 3)
		g := <-f.gates
		synctest.Wait()
		if err := f.runner.Kill(t.Context(), jobs[1].State.ID); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		g.open <- nil
		g = <-f.gates
		synctest.Wait()
		want := []string{"CREATED RUNNING SUCCESS", "CREATED QUEUED KILLING KILLED", "CREATED QUEUED RUNNING"}
		if diff := cmp.Diff(want, f.histories(jobs)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		g.open <- nil
		for _, job := range jobs {
			if _, err := f.runner.Wait(t.Context(), job.State.ID); err != nil {
				t.Error(err)
			}
		}
		synctest.Wait()
		f.holds(t, "afterwards", 0)
		f.placesLeft(t, 1, 1)
	})
}

// TestKillUnknown asks for executions that are not kept.
func TestKillUnknown(t *testing.T) {
	f := newFixture(t, Options{})
	if err := f.runner.Kill(t.Context(), "nope"); !errors.Is(err, execution.ErrNotFound) {
		t.Error(err)
	}
}
