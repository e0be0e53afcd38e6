package runner

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// tries prints all executions of a flow, the oldest first: when it was created, its history, its task runs and its outputs.
func (f *fixture) tries(flowID string, began time.Time) []string {
	f.t.Helper()
	found, _, err := f.store.List(f.t.Context(), execution.Query{FlowID: flowID})
	if err != nil {
		f.t.Fatal(err)
	}
	var texts []string
	for _, summary := range slices.Backward(found) {
		s, err := f.store.Load(f.t.Context(), summary.ID)
		if err != nil {
			f.t.Fatal(err)
		}
		text := fmt.Sprint(s.History.Start().Sub(began), " ", words(s.History))
		for _, r := range s.Runs {
			text += fmt.Sprint(", ", r.TaskID, " ", r.Status(), " ", string(r.Outputs.JSON))
		}
		texts = append(texts, text)
	}
	return texts
}

// TestReplay tries whole executions again. Who waits for the first one gets that, at once.
func TestReplay(t *testing.T) {
	const again = "retry: {type: constant, interval: PT1M, maxAttempts: 3, behavior: CREATE_NEW_EXECUTION}"
	const later = "retry: {type: constant, interval: PT2M, maxAttempts: 3, behavior: CREATE_NEW_EXECUTION}" // after afterExecution
	for _, tt := range []struct {
		name, flow string
		want       []string
	}{
		{"three failures", again + `
tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.body.n }} {{ execution.id == execution.originalId }} {{ labels.system.replay ?? 'first' }}"}
- {id: b, type: io.kestra.plugin.core.execution.Fail}
finally: [{id: z, type: io.kestra.plugin.core.debug.Return}]`, []string{
			`0s CREATED RUNNING FAILED RETRIED, a SUCCESS {"value":"1 true first"}, b RETRIED {}`,
			`1m0s CREATED RUNNING FAILED RETRIED, a SUCCESS {"value":"1 false true"}, b RETRIED {}`,
			`2m0s CREATED RUNNING FAILED, a SUCCESS {"value":"1 false true"}, b FAILED {}, z SUCCESS {}`,
		}},
		{"success at last", `
concurrency: {limit: 1}
tasks:
- id: s
  type: test.Parallel
  tasks:
  - {id: b, type: io.kestra.plugin.core.execution.Fail, condition: "{{ labels.system.replay is not defined }}", ` + later + `, allowFailure: true}
errors: [{id: e, type: test.Open}]
afterExecution: [{id: x, type: test.Sleep}, {id: y, type: io.kestra.plugin.core.debug.Return, format: "{{ execution.state }}"}]`, []string{
			`0s CREATED RUNNING RETRIED, s RETRIED , b RETRIED {}, e SUCCESS {}, x SUCCESS {"slept":true}, y SUCCESS {"value":"RETRIED"}`,
			`2m0s CREATED RUNNING SUCCESS, s SUCCESS , b SUCCESS {}, x SUCCESS {"slept":true}, y SUCCESS {"value":"SUCCESS"}`,
		}},
		{"a body that is kept apart", again + `
tasks: [{id: b, type: io.kestra.plugin.core.execution.Fail, condition: "{{ execution.id == execution.originalId }}"}, {id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.body.big | length }}"}]`, []string{
			`0s CREATED RUNNING FAILED RETRIED, b RETRIED {}`,
			fmt.Sprintf(`1m0s CREATED RUNNING SUCCESS, b SUCCESS {}, a SUCCESS {"value":"%d"}`, execution.InlineLimit),
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				body := `{"n":1}`
				if strings.Contains(tt.flow, "big") {
					body = `{"big":"` + big() + `"}`
				}
				job := f.job(f.plan(tt.flow), body)
				told := 0
				job.Ended = func(execution.Status) { told++ }
				began := time.Now()
				s, _, done, err := f.runner.RunAndWait(t.Context(), job, began.Add(time.Hour))
				if err != nil || !done || s.Status() != execution.Retried {
					t.Errorf("done %v, %v, %v", done, err, s)
				}
				<-time.After(time.Hour)
				synctest.Wait()
				if diff := cmp.Diff(tt.want, f.tries("hello", began)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if told != len(tt.want) {
					t.Errorf("%d ends were told", told)
				}
				f.holds(t, "afterwards", 0)
			})
		})
	}
}

// TestReplayOfChild checks that a task that has started an execution waits for the last try of it.
func TestReplayOfChild(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		jobs, _ := f.load(map[string]string{
			"parent": "tasks: [" + call("child", "") + ", {id: after" + says + "'{{ outputs.s.state }}'}]",
			"child": "retry: {type: constant, interval: PT1M, behavior: CREATE_NEW_EXECUTION}\n" +
				"tasks: [{id: b, type: io.kestra.plugin.core.execution.Fail, condition: '{{ execution.id == execution.originalId }}'}]",
		})
		began := time.Now()
		s, _, done, err := f.runner.RunAndWait(t.Context(), jobs("parent", "{}"), began.Add(time.Hour))
		if err != nil || !done || time.Since(began) != time.Minute {
			t.Fatal(done, err, time.Since(began))
		}
		if got := string(s.Runs[len(s.Runs)-1].Outputs.JSON); got != `{"value":"SUCCESS"}` {
			t.Errorf("after it: %s", got)
		}
		want := []string{"0s CREATED RUNNING FAILED RETRIED, b RETRIED {}", "1m0s CREATED RUNNING SUCCESS, b SUCCESS {}"}
		if diff := cmp.Diff(want, f.tries("child", began)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestKillOfNextTry kills an execution while another one that it has started waits to be tried again.
func TestKillOfNextTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		jobs, _ := f.load(map[string]string{
			"parent": "tasks: [" + call("child", "") + "]",
			"child":  "retry: {type: constant, interval: PT1M, behavior: CREATE_NEW_EXECUTION}\ntasks: [{id: b, type: io.kestra.plugin.core.execution.Fail}]",
		})
		began, job := time.Now(), jobs("parent", "{}")
		if err := f.runner.Start(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		<-time.After(90 * time.Second)
		if err := f.runner.Kill(t.Context(), job.State.ID); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		want := []string{"0s CREATED RUNNING FAILED RETRIED, b RETRIED {}", "1m0s CREATED RUNNING FAILED RETRIED, b RETRIED {}", "2m0s CREATED RUNNING KILLING KILLED, b KILLED {}"}
		if diff := cmp.Diff(want, f.tries("child", began)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		f.holds(t, "afterwards", 0)
	})
}
