package runner

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// TestAfterExecution checks that callers wait for what runs after the last status, which sees that and the outputs, and that the
// end is told once.
func TestAfterExecution(t *testing.T) {
	const after = `
outputs: [{id: o, type: STRING, value: v}]
afterExecution:
- {id: x, type: io.kestra.plugin.core.execution.Fail}
- {id: y, type: %s}
- {id: z, type: io.kestra.plugin.core.debug.Return, format: "{{ execution.state }} {{ execution.outputs.o }} {{ tasks.x.state }}"}`
	for _, tt := range []struct{ name, task, between, want, history string }{
		{"pure", "type: io.kestra.plugin.core.debug.Return, format: v", "test.Exit", "", "CREATED RUNNING SUCCESS"},
		{"parked", "type: io.kestra.plugin.core.execution.Fail", "test.Sleep", "FAILED v FAILED", "CREATED RUNNING FAILED"},
		{"blocking", "type: test.Exit", "test.Open", "WARNING v FAILED", "CREATED RUNNING WARNING"},
		{"after a task that blocks", "type: test.Open", "test.Shouting", "SUCCESS v FAILED", "CREATED RUNNING SUCCESS"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				job := f.job(f.plan("tasks: [{id: a, "+tt.task+"}]"+fmt.Sprintf(after, tt.between)), "{}")
				var told []string
				job.Ended = func(s execution.Status) { told = append(told, "ended "+string(s)) }
				job.Stop = func(s execution.Status) *execution.TriggerState { told = append(told, "stop "+string(s)); return nil }
				s, _, done, err := f.runner.RunAndWait(t.Context(), job, time.Now().Add(time.Hour))
				if err != nil || !done || words(s.History) != tt.history || !s.Over() {
					t.Fatalf("done %v, %v, %v", done, err, s)
				}
				last := s.Runs[len(s.Runs)-1]
				if value := string(last.Outputs.JSON); tt.want != "" && value != `{"value":"`+tt.want+`"}` || tt.want == "" && last.TaskID != "y" {
					t.Errorf("the last task was %s with %s", last.TaskID, value)
				}
				status := string(s.Status())
				if diff := cmp.Diff([]string{"stop " + status, "ended " + status}, told); diff != "" {
					t.Errorf("told (-want +got):\n%s", diff)
				}
				kept, err := f.store.Load(t.Context(), s.ID)
				if err != nil || words(kept.History) != tt.history || !kept.Over() || len(kept.Runs) != len(s.Runs) {
					t.Errorf("kept %v, %v", kept, err)
				}
				if n := f.inFlight(); n != 0 {
					t.Errorf("%d in flight", n)
				}
			})
		})
	}
}

// TestAfterRefusal checks that of an execution for which there was no place afterExecution runs and nothing else, and that it gives
// back no place that it never had.
func TestAfterRefusal(t *testing.T) {
	for _, behavior := range []string{"CANCEL", "FAIL"} {
		t.Run(behavior, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				p := f.plan("concurrency: {limit: 1, behavior: " + behavior + "}\ntasks: [{id: g, type: test.Gate}]\n" +
					"afterExecution: [{id: s, type: test.Sleep}, {id: r, type: io.kestra.plugin.core.debug.Return, format: '{{ execution.state }}'}]")
				jobs := f.started(p, 2)
				gate := <-f.gates
				<-time.After(time.Hour)
				synctest.Wait()
				f.placesLeft(t, 1, 0)
				s, err := f.runner.Wait(t.Context(), jobs[1].State.ID)
				if err != nil {
					t.Fatal(err)
				}
				status := map[string]string{"CANCEL": "CANCELLED", "FAIL": "FAILED"}[behavior]
				if got := strings.Join(describe(s), "; "); words(s.History) != "CREATED "+status || !strings.HasPrefix(got, "s: ") || !strings.HasSuffix(got, `{"value":"`+status+`"}`) {
					t.Errorf("%s: %s", words(s.History), got)
				}
				gate.open <- nil
				<-time.After(time.Hour)
				synctest.Wait()
				f.placesLeft(t, 1, 1)
			})
		})
	}
}

// TestKillAndAfterExecution kills executions that have afterExecution: of one that runs and of one that waits for a place, it runs; of
// one that is at it, it ends, and the status stays.
func TestKillAndAfterExecution(t *testing.T) {
	const after = "\nafterExecution: [{id: x, type: test.Open}, {id: r, type: io.kestra.plugin.core.debug.Return, format: '{{ execution.state }}'}]"
	const ran = "x: CREATED RUNNING SUCCESS / CREATED RUNNING SUCCESS; {}"
	const told = `r: CREATED RUNNING SUCCESS / CREATED RUNNING SUCCESS; {"value":"KILLED"}`
	for _, tt := range []struct {
		name, flow string
		first      bool // another execution has the place
		want       []string
	}{
		{"running", "tasks: [{id: g, type: test.Gate}]" + after, false, []string{
			"CREATED RUNNING KILLING KILLED", "g: CREATED RUNNING KILLED / CREATED RUNNING KILLED; {}", ran, told,
		}},
		{"queued", "concurrency: {limit: 1}\ntasks: [{id: g, type: test.Gate}]" + after, true, []string{"CREATED QUEUED KILLING KILLED", ran, told}},
		{"at it", "tasks: [{id: a, type: test.Open}]\nafterExecution: [{id: s, type: test.Sleep}, {id: r, type: test.Open}]", false, []string{
			"CREATED RUNNING SUCCESS", "a: CREATED RUNNING SUCCESS / CREATED RUNNING SUCCESS; {}", "s: CREATED RUNNING KILLED / CREATED RUNNING KILLED; {}",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				defer f.shut()()
				p := f.plan(tt.flow)
				if tt.first {
					f.started(p, 1)
				}
				job := f.job(p, "{}")
				if err := f.runner.Start(t.Context(), job); err != nil {
					t.Fatal(err)
				}
				<-time.After(time.Second)
				if err := f.runner.Kill(t.Context(), job.State.ID); err != nil {
					t.Fatal(err)
				}
				s, err := f.runner.Wait(t.Context(), job.State.ID)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, append([]string{words(s.History)}, describe(s)...)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if tt.first {
					f.placesLeft(t, 1, 0)
				}
			})
		})
	}
}
