package runner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
)

// makes is a flow with a task that makes about 1.3 MiB of text.
const makes = `tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ range(1, 20000) | join('-------------------------------------------------------') | length > 1 }}"}]`

// TestMemoryThatIsShort evaluates what needs more memory than is left: before an execution is accepted it is refused, afterwards it
// waits for memory.
func TestMemoryThatIsShort(t *testing.T) {
	const mib = 1 << 20
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		f.admission.Configure(admission.Limits{Memory: 64 * mib})
		others := f.admission.Claim("another flow")
		others.Charge(32*mib - 100<<10)

		// Before it is accepted nothing is lost: the caller may come again.
		f.store.log()
		if _, _, _, err := f.runner.RunAndWait(t.Context(), f.job(f.plan(makes), "{}"), time.Now().Add(time.Minute)); !errors.Is(err, admission.ErrMemory) {
			t.Errorf("a caller who waits: %v", err)
		}
		// Nor is what it has made by then: a large output.
		large := "tasks: [{id: l, type: io.kestra.plugin.core.debug.Return, format: '{{ trigger.body }}'}, " + strings.TrimPrefix(makes, "tasks: [")
		others.Give(1 << 20) // enough for the first task
		job := f.job(f.plan(large), fmt.Sprintf("%q", big()))
		if _, _, _, err := f.runner.RunAndWait(t.Context(), job, time.Now().Add(time.Minute)); !errors.Is(err, admission.ErrMemory) {
			t.Errorf("a caller who waits for more: %v", err)
		}
		if calls := f.store.log(); calls != "" {
			t.Errorf("of what was refused the store knows: %s", calls)
		}
		f.logs.TakeAll()
		others.Charge(1 << 20)

		// Afterwards it ends as if there were enough, one after the other.
		var jobs []*Job
		for range 3 {
			job := f.job(f.plan(makes), "{}")
			if err := f.runner.Start(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			jobs = append(jobs, job)
		}
		synctest.Wait()
		for _, job := range jobs {
			if s, err := f.store.Load(t.Context(), job.State.ID); err != nil || words(s.History) != ran {
				t.Errorf("an execution that was accepted: %v, %v", s, err)
			}
		}
		if diff := cmp.Diff([]string{"debug a: true", "debug a: true", "debug a: true"}, f.lines()); diff != "" {
			t.Errorf("each task logs once (-want +got):\n%s", diff)
		}
		others.Release()
		if memory, places := f.admission.Used(); memory != 0 || places != 0 {
			t.Errorf("%d bytes and %d places are left", memory, places)
		}
	})
}

// setsVariable returns n tasks, each of which sets a variable to the body.
func setsVariable(n int) string {
	var tasks strings.Builder
	for i := range n {
		fmt.Fprintf(&tasks, "{id: t%d, type: io.kestra.plugin.core.execution.SetVariables, variables: {v: '{{ trigger.body }}'}}, ", i)
	}
	return tasks.String()
}

// TestReplacedValues checks that the store is not given what is replaced before a commit: nobody would know of it.
func TestReplacedValues(t *testing.T) {
	f := newFixture(t, Options{})
	f.store.log()
	if s := f.wait(f.job(f.plan("tasks: ["+setsVariable(5)+"]"), fmt.Sprintf("%q", big()))); words(s.History) != ran {
		t.Fatal(words(s.History))
	}
	if calls, want := f.store.log(), "put put accept"; calls != want { // the body, and the variable
		t.Errorf("the calls are %s, want %s", calls, want)
	}
}

// TestOutputsThatTakeTooMuch checks that the outputs of one execution have a limit, which other executions do not change.
func TestOutputsThatTakeTooMuch(t *testing.T) {
	const kib = 1 << 10
	tests := []struct {
		name  string
		yaml  string
		body  int // bytes of text
		state string
		lines []string
	}{
		{"one output", "tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: '{{ trigger.body }}'}]", 9000 * kib, ran, nil},
		{
			"two", "tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: '{{ trigger.body }}'}, {id: b, type: io.kestra.plugin.core.debug.Return, format: '{{ trigger.body }}'}]",
			9000 * kib, fell,
			[]string{"error b: the outputs of the execution take more memory than one execution may: see memory_limit"},
		},
		{
			"two, and a time out of memory between them", "tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: '{{ trigger.body }}'}, {id: s, type: test.Sleep}, {id: b, type: io.kestra.plugin.core.debug.Return, format: '{{ trigger.body }}'}]",
			9000 * kib, fell,
			[]string{"error b: the outputs of the execution take more memory than one execution may: see memory_limit"},
		},
		{
			"a label and a variable", "tasks: [{id: a, type: io.kestra.plugin.core.execution.Labels, labels: {l: '{{ trigger.body }}'}}, {id: b, type: io.kestra.plugin.core.execution.SetVariables, variables: {v: '{{ trigger.body }}'}}]",
			9000 * kib, fell,
			[]string{"error b: the outputs of the execution take more memory than one execution may: see memory_limit"},
		},
		{
			"a variable that is set again and again", "tasks: [" + setsVariable(5) + "]",
			3000 * kib, ran, nil,
		},
		{
			"two labels", "tasks: [{id: a, type: io.kestra.plugin.core.execution.Labels, labels: {l: '{{ trigger.body }}', m: '{{ trigger.body }}'}}]",
			9000 * kib, fell,
			[]string{"error a: the outputs of the execution take more memory than one execution may: see memory_limit"},
		},
		{
			"outputs of the flow", "tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: '{{ trigger.body }}'}]\noutputs: [{id: o, type: STRING, value: '{{ trigger.body }}'}]",
			9000 * kib, "CREATED RUNNING SUCCESS FAILED",
			[]string{"error -: failed to keep the outputs: the outputs of the execution take more memory than one execution may: see memory_limit"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				f.admission.Configure(admission.Limits{Memory: 64 << 20}) // a quarter for the outputs of one execution
				s := f.wait(f.job(f.plan(test.yaml), fmt.Sprintf("%q", strings.Repeat("x", test.body))))
				if words(s.History) != test.state {
					t.Errorf("history %s", words(s.History))
				}
				var lines []string
				for _, line := range f.lines() {
					if !strings.Contains(line, "xxx") { // what the task logs
						lines = append(lines, line)
					}
				}
				if diff := cmp.Diff(test.lines, lines); diff != "" {
					t.Errorf("the log (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestEvaluationsWaitForTheirTurn checks that an execution that is not accepted yet waits for its turn to evaluate for a limited
// time or, when its caller does not wait for its end, not at all, and that an accepted one waits as long as it takes.
func TestEvaluationsWaitForTheirTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		f.admission.Configure(admission.Limits{Evaluations: 1})
		other := f.admission.Claim("another flow")
		defer other.Release()
		if err := other.Enter(context.Background(), admission.Forever); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, _, _, err := f.runner.RunAndWait(t.Context(), f.job(f.plan(plain), "{}"), began.Add(time.Minute)); !errors.Is(err, admission.ErrGate) {
			t.Errorf("a caller who waits: %v", err)
		}
		if took := time.Since(began); took != admission.DefaultWait {
			t.Errorf("he waited %v", took)
		}
		began = time.Now()
		job := f.job(f.plan(plain), "{}")
		if err := f.runner.Start(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("a caller who does not wait waited %v", took)
		}
		<-time.After(time.Minute)
		other.Leave()
		synctest.Wait()
		if s, err := f.store.Load(t.Context(), job.State.ID); err != nil || words(s.History) != ran {
			t.Errorf("an execution that was accepted: %v, %v", s, err)
		}
	})
}
