package runner

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// TestSLA breaks promises in whatever an execution is at, and looks at what is kept of it and when it has ended.
func TestSLA(t *testing.T) {
	const (
		lists   = "\nerrors: [{id: e, type: test.Open}]\nfinally: [{id: z, type: test.Open}]\nafterExecution: [{id: x, type: test.Open}]"
		ran     = "CREATED RUNNING SUCCESS / CREATED RUNNING SUCCESS; {}"
		killed  = "CREATED RUNNING KILLED / CREATED RUNNING KILLED; {}"
		late    = "SLA 'm' violated: execution duration of PT10S exceed the maximum duration of PT10S."
		tooMany = "SLA 'm' violated: assertion is false: {{ tasks | length < 2 }}."
	)
	label := []flow.Label{{Key: "sla", Value: "{{ missed }}"}}
	tests := []struct {
		name, sla, flow string
		took            time.Duration
		labels          []flow.Label
		want            []string // history, task runs, log
	}{
		{
			"held", "type: MAX_DURATION, duration: PT2M, behavior: FAIL", "tasks: [{id: a, type: test.Sleep}]", time.Minute, nil,
			[]string{"CREATED RUNNING SUCCESS", "a: CREATED RUNNING SUCCESS / CREATED RUNNING SUCCESS; {\"slept\":true}"},
		},
		{
			"a task blocks", "type: MAX_DURATION, duration: PT10S, behavior: FAIL", "tasks: [{id: a, type: test.Gate}]" + lists, 10 * time.Second, label,
			[]string{"CREATED RUNNING FAILED", "a: " + killed, "x: " + ran, "WARN  0: " + late, "ERROR  0: Execution failed due to " + late},
		},
		{
			"it is parked", "type: MAX_DURATION, duration: PT10S, behavior: CANCEL", "tasks: [{id: a, type: test.Sleep}]" + lists, 10 * time.Second, label,
			[]string{"CREATED RUNNING CANCELLED", "a: " + killed, "x: " + ran, "WARN  0: " + late},
		},
		{
			"it waits for a retry", "type: MAX_DURATION, duration: PT10S, behavior: FAIL",
			"tasks: [{id: a, type: io.kestra.plugin.core.execution.Fail, retry: {type: constant, interval: PT1M}}]", 10 * time.Second, label,
			[]string{
				"CREATED RUNNING FAILED RETRYING FAILED", "a: CREATED RUNNING FAILED RETRYING KILLED / CREATED RUNNING FAILED; {}",
				"ERROR a 0: Task failure", "WARN  0: " + late, "ERROR  0: Execution failed due to " + late,
			},
		},
		{
			"it goes on", "type: MAX_DURATION, duration: PT10S, behavior: NONE", "tasks: [{id: a, type: test.Sleep}]", time.Minute, label,
			[]string{"CREATED RUNNING SUCCESS", "a: CREATED RUNNING SUCCESS / CREATED RUNNING SUCCESS; {\"slept\":true}", "WARN  0: " + late},
		},
		{
			"an assertion ends it", `type: EXECUTION_ASSERTION, assert: "{{ tasks | length < 2 }}", behavior: FAIL`,
			"tasks: [{id: a, type: test.Open}, {id: b, type: test.Open}, {id: c, type: test.Open}]" + lists, 0, label,
			[]string{"CREATED RUNNING FAILED", "a: " + ran, "b: " + ran, "x: " + ran, "WARN  0: " + tooMany, "ERROR  0: Execution failed due to " + tooMany},
		},
		{
			"an assertion labels it", `type: EXECUTION_ASSERTION, assert: "{{ tasks | length < 2 }}", behavior: NONE`,
			"tasks: [{id: a, type: test.Open}, {id: b, type: test.Open}, {id: c, type: test.Open}]", 0, label,
			[]string{"CREATED RUNNING SUCCESS", "a: " + ran, "b: " + ran, "c: " + ran, "WARN  0: " + tooMany},
		},
		{
			"it is broken from the beginning", `type: EXECUTION_ASSERTION, assert: " 0 ", behavior: CANCEL`, "tasks: [{id: a, type: test.Open}]", 0, label,
			[]string{"CREATED RUNNING CANCELLED", "WARN  0: SLA 'm' violated: assertion is false:  0 ."},
		},
		{
			"it cannot be evaluated", `type: EXECUTION_ASSERTION, assert: "{{ trigger.body.nope }}", behavior: FAIL`, "tasks: [{id: a, type: test.Open}]", 0, nil,
			[]string{
				"CREATED RUNNING SUCCESS", "a: " + ran,
				"ERROR  0: Ignoring SLA 'm' because of the error: unable to find `nope` at line 1:17", "ERROR  0: Ignoring SLA 'm' because of the error: unable to find `nope` at line 1:17",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				defer f.shut()()
				p := f.plan(fmt.Sprintf("sla: [{id: m, %s, labels: {sla: '{{ missed }}'}}]\n%s", tt.sla, tt.flow))
				job := f.job(p, "{}")
				began := time.Now()
				s, _, done, err := f.runner.RunAndWait(t.Context(), job, began.Add(time.Hour))
				if err != nil || !done {
					t.Fatal(done, err)
				}
				if took := time.Since(began); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				got := append([]string{words(s.History)}, describe(s)...)
				if diff := cmp.Diff(tt.want, append(got, f.kept(s)...)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tt.labels, s.Labels); diff != "" {
					t.Errorf("labels (-want +got):\n%s", diff)
				}
				synctest.Wait()
				f.holds(t, "afterwards", 0)
			})
		})
	}
}

// TestSLAOfQueued checks that the time in which an execution waits for a place counts.
func TestSLAOfQueued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		p := f.plan("concurrency: {limit: 1}\nsla: [{id: m, type: MAX_DURATION, duration: PT90S, behavior: FAIL}]\ntasks: [{id: a, type: test.Sleep}]")
		jobs := f.started(p, 2)
		<-time.After(time.Hour)
		synctest.Wait()
		if diff := cmp.Diff([]string{"CREATED RUNNING SUCCESS", "CREATED QUEUED RUNNING FAILED"}, f.histories(jobs)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
