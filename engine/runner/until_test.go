package runner

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

const rounds = `tasks:
- id: l
  type: io.kestra.plugin.core.flow.LoopUntil
  condition: "{{ (outputs.a.value | number) >= trigger.body.n }}"
  checkFrequency: {interval: PT1H}
  tasks:
  - {id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.iteration + 1 }}"}
  - {id: i, type: io.kestra.plugin.core.flow.If, condition: "{{ taskrun.iteration % 2 == 0 }}", then: [{id: b, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.a.value }}"}]}
- {id: r, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.l.iterationCount }} {{ outputs.b is defined }} {{ outputs | keys }}"}`

// TestRounds runs a loop, by a clock that runs only while everybody waits. Between its rounds the execution is parked; the task runs
// of the last one are left, and nothing grows with the number of rounds.
func TestRounds(t *testing.T) {
	for _, test := range []struct {
		body  string
		tasks []string
	}{
		{"3", []string{
			"l: CREATED RUNNING PAUSED RUNNING PAUSED RUNNING SUCCESS / CREATED RUNNING SUCCESS; {\"iterationCount\":3}",
			"a: " + ran + " / " + ran + `; {"value":"3"}`,
			"i: " + ran + " / " + ran + `; {"evaluationResult":true}`,
			"b: " + ran + " / " + ran + `; {"value":"3"}`,
			"r: " + ran + " / " + ran + `; {"value":"3 true [\"l\",\"a\",\"i\",\"b\"]"}`,
		}},
		{"4", []string{
			"l: CREATED RUNNING PAUSED RUNNING PAUSED RUNNING PAUSED RUNNING SUCCESS / CREATED RUNNING SUCCESS; {\"iterationCount\":4}",
			"a: " + ran + " / " + ran + `; {"value":"4"}`,
			"i: " + ran + " / " + ran + `; {"evaluationResult":false}`,
			"r: " + ran + " / " + ran + `; {"value":"4 false [\"l\",\"a\",\"i\"]"}`,
		}},
	} {
		t.Run(test.body, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				job := f.job(f.plan(rounds), `{"n":`+test.body+`}`)
				if err := f.runner.Start(t.Context(), job); err != nil {
					t.Fatal(err)
				}
				<-time.After(90 * time.Minute)
				synctest.Wait()
				f.holds(t, "between two rounds", 1)
				s, err := f.runner.Wait(t.Context(), job.State.ID)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.tasks, describe(s)); diff != "" {
					t.Errorf("task runs (-want +got):\n%s", diff)
				}
				synctest.Wait()
				f.holds(t, "afterwards", 0)
			})
		})
	}
}

// TestManyRounds checks that an execution of many rounds stays small, parked or with something beside the loop.
func TestManyRounds(t *testing.T) {
	const loop = `{id: l, type: io.kestra.plugin.core.flow.LoopUntil, condition: "{{ (outputs.a.value | number) >= 500 }}", checkFrequency: {interval: PT1S}, tasks: [
		{id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.iteration + 1 }}"}, {id: b, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.body.text }}"}]}`
	for name, flow := range map[string]string{
		"parked":         "tasks: [" + loop + "]",
		"beside a sleep": "tasks: [{id: p, type: test.Parallel, tasks: [{id: s, type: io.kestra.plugin.core.flow.Pause, pauseDuration: PT1H}, {id: g, type: test.Gate}, " + loop + "]}]",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				defer f.shut()()
				job := f.job(f.plan(flow), `{"text":"0123456789"}`)
				if err := f.runner.Start(t.Context(), job); err != nil {
					t.Fatal(err)
				}
				<-time.After(499*time.Second + time.Millisecond)
				synctest.Wait()
				s, err := f.store.Load(t.Context(), job.State.ID)
				if err != nil {
					t.Fatal(err)
				}
				for i := range s.Runs {
					if r := &s.Runs[i]; len(s.Runs) > 6 || r.TaskID == "l" && (r.Progress.Round < 500 || len(r.History) > 110) || len(s.History) > 110 {
						t.Errorf("%d task runs; %s: round %d, %d transitions, of the execution %d", len(s.Runs), r.TaskID, r.Progress.Round, len(r.History), len(s.History))
					}
				}
				if used, _ := f.admission.Used(); used > 10_000 {
					t.Errorf("%d bytes are taken", used)
				}
				if err := f.runner.Kill(t.Context(), job.State.ID); err != nil && s.Status() != execution.Success {
					t.Error(err)
				}
				synctest.Wait()
				f.holds(t, "afterwards", 0)
			})
		})
	}
}
