package runner

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestTimeouts interrupts tasks, by a clock that runs only while everybody waits. A gate stays shut, and a sleep takes a minute.
func TestTimeouts(t *testing.T) {
	const (
		failed  = "CREATED RUNNING FAILED"
		twice   = "CREATED RUNNING FAILED RETRYING CREATED RUNNING FAILED"
		killed  = "CREATED RUNNING KILLED"
		timeout = ": Timeout after 00:00:00.500"
	)
	tests := []struct {
		name, flow string
		took       time.Duration
		tasks      []string
		log        []string
	}{
		{
			"of a task that runs", "tasks: [{id: a, type: test.Gate, timeout: PT0.5S}]", 500 * time.Millisecond,
			[]string{"a: " + failed + " / " + failed + "; {}"},
			[]string{"error a" + timeout},
		},
		{
			"of a task that waits for a time", "tasks: [{id: a, type: test.Sleep, timeout: PT0.5S}]", 500 * time.Millisecond,
			[]string{"a: " + failed + " / " + failed + "; {}"},
			[]string{"error a" + timeout},
		},
		{
			"that is longer", "tasks: [{id: a, type: test.Sleep, timeout: P1D}]", time.Minute,
			[]string{"a: " + ran + " / " + ran + `; {"slept":true}`},
			nil,
		},
		{
			"of each attempt", "tasks: [{id: a, type: test.Gate, timeout: PT0.5S, retry: {type: constant, interval: PT10S, maxAttempts: 2}}]", 11 * time.Second,
			[]string{"a: " + twice + " / " + failed + " / " + failed + "; {}"},
			[]string{"error a" + timeout, "error a" + timeout},
		},
		{
			"of a flowable", "tasks: [{id: p, type: test.Parallel, timeout: PT0.5S, tasks: [{id: a, type: test.Gate}, {id: b, type: test.Sleep}]}]", 500 * time.Millisecond,
			[]string{"p: " + failed + " / " + failed, "a: " + killed + " / " + killed + "; {}", "b: " + killed + " / " + killed + "; {}"},
			[]string{"error p" + timeout},
		},
		{
			"of a flowable, while a retry waits", "tasks: [{id: p, type: test.Parallel, timeout: PT0.5S, tasks: [{id: a, type: io.kestra.plugin.core.execution.Fail, retry: {type: constant, interval: PT10S, maxAttempts: 2}}]}]",
			500 * time.Millisecond,
			[]string{"p: " + failed + " / " + failed, "a: CREATED RUNNING FAILED RETRYING KILLED / " + failed + "; {}"},
			[]string{"error a: Task failure", "error p" + timeout},
		},
		{
			"as an expression", "tasks: [{id: a, type: test.Gate, timeout: \"{{ 'PT' ~ trigger.body.s ~ 'S' }}\"}]", 500 * time.Millisecond,
			[]string{"a: " + failed + " / " + failed + "; {}"},
			[]string{"error a" + timeout},
		},
		{
			"as an expression of nothing", "tasks: [{id: a, type: test.Gate, timeout: \"{{ 'PT0S' }}\"}]", 0,
			[]string{"a: " + failed + " / " + failed + "; {}"},
			[]string{"error a: timeout must be > 0"},
		},
		{
			"as an expression that fails", "tasks: [{id: p, type: test.Parallel, timeout: \"{{ trigger.body.nope }}\", tasks: [{id: a, type: test.Gate}]}]", 0,
			[]string{"p: " + failed + " / " + failed + "; {}"},
			[]string{"error p: unable to find `nope` at line 1:17"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				defer f.shut()()
				began := time.Now()
				w := <-f.waiting(t.Context(), f.job(f.plan(test.flow), `{"s":0.5}`), began.Add(time.Hour))
				if w.err != nil || !w.done {
					t.Fatal(w.done, w.err)
				}
				if took := time.Since(began); took != test.took {
					t.Errorf("it took %v, want %v", took, test.took)
				}
				if diff := cmp.Diff(test.tasks, describe(w.s)); diff != "" {
					t.Errorf("task runs (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(test.log, f.lines()); diff != "" {
					t.Errorf("log (-want +got):\n%s", diff)
				}
				synctest.Wait()
				f.holds(t, "afterwards", 0)
			})
		})
	}
}

// shut takes gates as they come and leaves them shut, until the returned function is called.
func (f *fixture) shut() (stop func()) {
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-f.gates:
			case <-done:
				return
			}
		}
	}()
	return func() { close(done) }
}
