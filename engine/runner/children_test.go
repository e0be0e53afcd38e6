package runner

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// severalTask starts executions of a flow, and logs the outputs of each when it has ended.
type severalTask struct {
	flowID string
	number int
	wait   bool
	fails  int // the number of the one that cannot begin; -1: none
	size   int // of the input of each, in bytes; 0: a few
}

func (s severalTask) Several(context.Context, *task.Context) (task.Several, error) {
	return task.Several{Number: s.number, Wait: s.wait, Outputs: value.MapOf("of", value.String(s.flowID))}, nil
}

func (s severalTask) Call(_ context.Context, _ *task.Context, number int) (task.Call, error) {
	if number == s.fails {
		return task.Call{}, errors.New("told to")
	}
	return task.Call{
		Namespace: "company.team", FlowID: s.flowID, Wait: s.wait, Inputs: value.MapOf("x", value.String(fmt.Sprint("item ", number, strings.Repeat(".", s.size)))).Map(),
	}, nil
}

func (s severalTask) Ended(_ context.Context, c *task.Context, number int, outputs *value.Map) error {
	c.Log.Log(task.Info, fmt.Sprint(number, " has ", value.JSON(value.FromMap(outputs))))
	if _, bad := outputs.Get("bad"); bad {
		return errors.New("these are bad")
	}
	return nil
}

func severalSpec() flow.Spec {
	return flow.Spec{
		Kind: flow.KindTask, Type: "test.Several", Shape: flow.ShapeChildren, OpenOutputs: true,
		Properties: []flow.Property{
			{Name: "flowId", Type: flow.String},
			{Name: "number", Type: flow.Integer},
			{Name: "atOnce", Type: flow.Integer},
			{Name: "wait", Type: flow.Boolean},
			{Name: "fails", Type: flow.Integer},
			{Name: "size", Type: flow.Integer},
		},
		Branches: func(c *flow.Component) flow.Branches {
			return flow.Branches{Transmit: true, Limit: int(c.Int("atOnce"))}
		},
		Compile: func(c *flow.Component) (any, error) {
			s := severalTask{flowID: c.Text("flowId"), number: int(c.Int("number")), wait: c.Bool("wait"), fails: -1, size: int(c.Int("size"))}
			if c.Has("fails") {
				s.fails = int(c.Int("fails"))
			}
			return s, nil
		},
	}
}

// several is a task s that starts so many executions of a flow.
func several(flowID string, number, atOnce int, properties string) string {
	return fmt.Sprintf("{id: s, type: test.Several, flowId: %s, number: %d, atOnce: %d%s}", flowID, number, atOnce, properties)
}

const waits = ", wait: true"

// TestChildren runs several executions of one flow: what they see, what becomes of the task, and what it logs.
func TestChildren(t *testing.T) {
	flows := map[string]string{
		"child": "inputs: [{id: x, type: STRING}]\noutputs: [{id: o, type: STRING, value: '{{ outputs.a.value }}'}]\n" +
			"tasks: [{id: a" + says + "'{{ inputs.x }} {{ trigger.taskRunIteration }} {{ trigger.taskId }}'}]",
		"quiet":  "tasks: [{id: a" + says + "a}]",
		"second": "inputs: [{id: x, type: STRING}]\ntasks: [{id: a, type: io.kestra.plugin.core.execution.Fail, runIf: \"{{ inputs.x == 'item 1' }}\"}]",
		"sleeps": "tasks: [{id: a, type: test.Sleep}]",
		"bad":    "tasks: [{id: a" + says + "a}]\noutputs: [{id: bad, type: STRING, value: x}]",
		"one":    "concurrency: {limit: 1}\ntasks: [{id: a, type: test.Sleep}]",
	}
	const failed = "CREATED RUNNING FAILED"
	for _, test := range []struct {
		name, task string
		history    string // of the task run
		outputs    string
		lines      []string // of the log, but for those that name an execution
	}{
		{"what they see", several("child", 2, 5, waits), ran, `{"of":"child","iterations":{"CREATED":0,"RUNNING":0,"SUCCESS":2},"numberOfBatches":2}`, []string{
			`info s: 0 has {"o":"item 0 0 s"}`, `info s: 1 has {"o":"item 1 1 s"}`,
		}},
		{"one at a time", several("sleeps", 3, 1, waits), ran, `{"of":"sleeps","iterations":{"CREATED":0,"RUNNING":0,"SUCCESS":3},"numberOfBatches":3}`, nil},
		{"not waited for", several("sleeps", 5, 2, ""), ran, `{"of":"sleeps","iterations":{"RUNNING":0,"SUCCESS":5},"numberOfBatches":5}`, nil},
		{"none", several("sleeps", 0, 2, waits), ran, `{"of":"sleeps","iterations":{"CREATED":0,"RUNNING":0},"numberOfBatches":0}`, nil},
		{"one fails", several("second", 5, 2, waits), failed, `{"of":"second","iterations":{"CREATED":0,"RUNNING":0,"FAILED":1,"SUCCESS":4},"numberOfBatches":5}`, nil},
		{"bad outputs", several("bad", 1, 2, waits), failed, `{"of":"bad","iterations":{"CREATED":0,"RUNNING":0,"FAILED":1},"numberOfBatches":1}`, []string{
			`info s: 0 has {"bad":"x"}`, `warn s: Failed to extract outputs with the error: 'these are bad'`,
		}},
		{"no such flow", several("nope", 3, 5, waits), failed, "", []string{"error s: Unable to find flow 'company.team'.'nope' with revision '0'"}},
		{"one of the first cannot begin", several("quiet", 3, 5, waits+", fails: 2"), failed, "", []string{"error s: told to"}},
		{"a later one cannot begin", several("quiet", 9, 2, waits+", fails: 4"), failed, `{"of":"quiet","iterations":{"CREATED":5,"RUNNING":0,"SUCCESS":4},"numberOfBatches":9}`, []string{"error s: told to"}},
		{"they wait for a place", several("one", 4, 3, waits), ran, `{"of":"one","iterations":{"CREATED":0,"RUNNING":0,"SUCCESS":4},"numberOfBatches":4}`, nil},
	} {
		for _, wait := range []bool{false, true} {
			t.Run(fmt.Sprint(test.name, ", a caller waits: ", wait), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := newFixture(t, Options{})
					flows := maps.Clone(flows)
					flows["parent"] = "tasks: [" + test.task + "]"
					jobs, _ := f.load(flows)
					s := f.toEnd(t, jobs("parent", "{}"), wait)
					if words(s.Runs[0].History) != test.history {
						t.Errorf("went %s", words(s.Runs[0].History))
					}
					if diff := cmp.Diff(test.outputs, string(s.Runs[0].Outputs.JSON)); diff != "" {
						t.Errorf("outputs (-want +got):\n%s", diff)
					}
					lines := slices.DeleteFunc(f.linesOf(t, s.ID), func(line string) bool { return strings.Contains(line, "Created new execution") })
					slices.Sort(lines)
					if diff := cmp.Diff(test.lines, lines, cmpopts.EquateEmpty()); diff != "" {
						t.Errorf("log (-want +got):\n%s", diff)
					}
					settle()
					f.holds(t, "afterwards", 0)
					f.allEnded(t)
				})
			})
		}
	}
}

// TestChildrenAreFewAtOnce starts many executions: no more than the limit are there at once, and they take few commits.
func TestChildrenAreFewAtOnce(t *testing.T) {
	const number, atOnce = 1000, 20
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		jobs, _ := f.load(map[string]string{
			"parent": "tasks: [" + several("sleeps", number, atOnce, waits) + "]",
			"sleeps": "tasks: [{id: a, type: test.Sleep}]",
		})
		job := jobs("parent", "{}")
		if err := f.runner.Start(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		most := 0
		for {
			synctest.Wait()
			left, _, err := f.store.List(t.Context(), execution.Query{Unfinished: true, Limit: execution.MaxListLimit})
			if err != nil {
				t.Fatal(err)
			}
			if len(left) == 0 {
				break
			}
			most = max(most, len(left))
			<-time.After(time.Second)
		}
		s, err := f.runner.Wait(t.Context(), job.State.ID)
		if err != nil || s.Status() != execution.Success {
			t.Errorf("%v, %v", describe(s), err)
		}
		if most != atOnce+1 {
			t.Errorf("%d executions at once", most)
		}
		if n := strings.Count(f.store.log(), "accept"); n > number/(atOnce/2)+1 {
			t.Errorf("they were accepted by %d commits", n)
		}
	})
}

// TestKillReachesChildren kills an execution that has started several: all of them end, and no other begins.
func TestKillReachesChildren(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		jobs, _ := f.load(map[string]string{
			"parent": "tasks: [" + several("gate", 9, 3, waits) + "]",
			"gate":   "tasks: [{id: a, type: test.Gate}]",
		})
		job := jobs("parent", "{}")
		if err := f.runner.Start(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		for range 2 { // one of them ends, and another one begins
			g := <-f.gates
			synctest.Wait()
			g.open <- nil
		}
		synctest.Wait()
		if err := f.runner.Kill(t.Context(), job.State.ID); err != nil {
			t.Fatal(err)
		}
		settle()
		s, err := f.runner.Wait(t.Context(), job.State.ID)
		if err != nil {
			t.Fatal(err)
		}
		const want = `{"of":"gate","iterations":{"CREATED":4,"RUNNING":0,"KILLED":3,"SUCCESS":2},"numberOfBatches":9}`
		if got := string(s.Runs[0].Outputs.JSON); got != want || s.Status() != execution.Killed {
			t.Errorf("%s: %s, want %s", s.Status(), got, want)
		}
		all, _, err := f.store.List(t.Context(), execution.Query{Statuses: []execution.Status{execution.Killed}})
		if err != nil || len(all) != 4 {
			t.Errorf("%d executions were killed, %v", len(all), err)
		}
		f.allEnded(t)
		f.holds(t, "afterwards", 0)
	})
}

// TestChildrenTakeTurns starts executions that together need more memory than their flow may have: those that fit begin, and the
// others when these have ended.
func TestChildrenTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		f.admission.Configure(admission.Limits{Memory: admission.MinMemory})
		jobs, _ := f.load(map[string]string{
			"parent": "tasks: [" + several("child", 40, 40, waits+", size: 1500000") + "]",
			"child":  "inputs: [{id: x, type: STRING}]\ntasks: [{id: a, type: test.Sleep}]",
		})
		s := f.toEnd(t, jobs("parent", "{}"), false)
		const want = `{"of":"child","iterations":{"CREATED":0,"RUNNING":0,"SUCCESS":40},"numberOfBatches":40}`
		if got := string(s.Runs[0].Outputs.JSON); got != want {
			t.Errorf("%v: %s", f.linesOf(t, s.ID), got)
		}
		if n := strings.Count(f.store.log(), "accept"); n < 3 {
			t.Errorf("they were accepted by %d commits", n)
		}
		settle()
		f.holds(t, "afterwards", 0)
	})
}
