package runner

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRetries lets tasks fail until their retries are used up, by a clock that runs only while everybody waits.
func TestRetries(t *testing.T) {
	const failed = "CREATED RUNNING FAILED"
	tests := []struct {
		name, flow string
		took       time.Duration
		tasks      []string
	}{
		{
			"constant", "tasks: [{id: a, type: io.kestra.plugin.core.execution.Fail, retry: {type: constant, interval: PT1M, maxAttempts: 3}}]",
			2 * time.Minute,
			[]string{"a: CREATED RUNNING FAILED RETRYING CREATED RUNNING FAILED RETRYING " + failed + " / " + failed + " / " + failed + " / " + failed + "; {}"},
		},
		{
			"exponential, with a longest delay", "tasks: [{id: a, type: io.kestra.plugin.core.execution.Fail, retry: {type: exponential, interval: PT1S, maxInterval: PT3S, maxAttempts: 4}}]",
			6 * time.Second, nil,
		},
		{
			"for so long", "tasks: [{id: a, type: io.kestra.plugin.core.execution.Fail, retry: {type: constant, interval: PT2S, maxDuration: PT5S}}]",
			4 * time.Second, nil,
		},
		{
			"beside others", "tasks: [{id: p, type: test.Parallel, tasks: [{id: s, type: test.Sleep}, {id: a, type: io.kestra.plugin.core.execution.Fail, retry: {type: constant, interval: PT40S, maxAttempts: 3}}]}]",
			80 * time.Second, nil,
		},
		{
			"of the flow", "tasks: [{id: a, type: io.kestra.plugin.core.execution.Fail}]\nretry: {type: constant, interval: PT1S, maxAttempts: 2}",
			time.Second, nil,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				began := time.Now()
				w := <-f.waiting(t.Context(), f.job(f.plan(test.flow), "{}"), began.Add(time.Hour))
				if w.err != nil || !w.done {
					t.Fatal(w.done, w.err)
				}
				if took := time.Since(began); took != test.took || w.s.Status() != "FAILED" {
					t.Errorf("after %v it is %s, want %v", took, w.s.Status(), test.took)
				}
				if test.tasks == nil {
					return
				}
				if diff := cmp.Diff(test.tasks, describe(w.s)); diff != "" {
					t.Errorf("task runs (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestOutputsAfterRetries checks that expressions see the outputs of the attempt that succeeded.
func TestOutputsAfterRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		s := f.wait(f.job(f.plan(`tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.attemptsCount > 0 ? 'again' : trigger.body.nope }}", retry: {type: constant, interval: PT1S}}
- {id: b, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.a.value }}"}`), "{}"))
		if got := string(s.Runs[1].Outputs.JSON); got != `{"value":"again"}` {
			t.Errorf("the next task has %s", got)
		}
	})
}
