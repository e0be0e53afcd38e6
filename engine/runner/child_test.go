package runner

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// load loads flows of the namespace company.team by their ids, and returns them as jobs need them.
func (f *fixture) load(flows map[string]string) (jobs func(id, body string) *Job, callee Flows) {
	f.t.Helper()
	var sources []*flow.Source
	for _, id := range slices.Sorted(maps.Keys(flows)) {
		sources = append(sources, &flow.Source{Name: id, YAML: []byte("id: " + id + "\nnamespace: company.team\n" + flows[id])})
	}
	set, found := flow.Load(f.catalog, loading, sources)
	if err := found.Err(); err != nil {
		f.t.Fatal(err)
	}
	plans := map[string]*scope.Flow{}
	for fl := range set.All() {
		plans[fl.Namespace+"/"+fl.ID] = f.scope(execution.NewPlan(fl, 1))
	}
	callee = func(namespace, id string) *scope.Flow { return plans[namespace+"/"+id] }
	return func(id, body string) *Job {
		job := f.job(callee("company.team", id).Plan(), body)
		job.Flows = callee
		return job
	}, callee
}

// call is a task s that starts another flow, with these other properties.
func call(flowID, properties string) string {
	return "{id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: company.team, flowId: " + flowID + properties + "}"
}

const says = ", type: io.kestra.plugin.core.debug.Return, format: "

// TestChild runs parents and children: what they see of each other, and what becomes of them.
func TestChild(t *testing.T) {
	flows := map[string]string{
		"child": "inputs: [{id: x, type: STRING, defaults: d}, {id: n, type: INT, required: false}]\nlabels: {c: own}\noutputs: [{id: o, type: STRING, value: '{{ outputs.a.value }}'}]\n" +
			"tasks: [{id: a" + says + "'{{ inputs.x }} {{ trigger.flowId }} {{ trigger.taskId }}'}]",
		"fails":    "tasks: [{id: a, type: io.kestra.plugin.core.execution.Fail}]",
		"warns":    "tasks: [{id: a, type: io.kestra.plugin.core.execution.Fail, allowFailure: true}]",
		"exits":    "tasks: [{id: a, type: test.Exit}]",
		"needs":    "inputs: [{id: r, type: INT}]\ntasks: [{id: a" + says + "a}]",
		"disabled": "disabled: true\ntasks: [{id: a" + says + "a}]",
		"sleeps":   "tasks: [{id: a, type: test.Sleep}]",
		"outer":    "tasks: [" + call("child", ", inputs: {x: deep}") + "]\noutputs: [{id: o, type: JSON, value: '{{ outputs.s | toJson }}'}]",
	}
	const after = ", {id: after" + says + "'{{ tasks.s.state }}'}"
	for _, test := range []struct {
		name, task string
		history    string
		task1      string   // history of the task run
		outputs    string   // of it, without the id
		lines      []string // of the log of the parent
	}{
		{"defaults", call("child", ""), ran, ran, `"state":"SUCCESS","outputs":{"o":"d parent s"}`, nil},
		{"inputs", call("child", ", inputs: {x: '{{ trigger.body.n }}', unknown: 1}"), ran, ran, `"state":"SUCCESS","outputs":{"o":"7 parent s"}`, nil},
		{"an input of the wrong type", call("child", ", inputs: {n: abc}"), "CREATED RUNNING FAILED", "CREATED RUNNING FAILED", "", []string{"error s: Invalid value for input `n`. Cause: For input string: \"abc\""}},
		{"a missing input", call("needs", ""), "CREATED RUNNING FAILED", "CREATED RUNNING FAILED", "", []string{"error s: Missing required input:r"}},
		{"an expression that fails", call("child", ", inputs: {x: '{{ trigger.nope }}'}"), "CREATED RUNNING FAILED", "CREATED RUNNING FAILED", "", []string{"error s: x: unable to find `nope` used in the expression `{{ trigger.nope }}` at line 1:12"}},
		{"an expression for the flow", call("'{{ \"child\" }}'", ""), ran, ran, `"state":"SUCCESS","outputs":{"o":"d parent s"}`, nil},
		{"no such flow", call("'{{ \"nope\" }}'", ""), "CREATED RUNNING FAILED", "CREATED RUNNING FAILED", "", []string{"error s: Unable to find flow 'company.team'.'nope' with revision '0'"}},
		{"no such revision", call("child", ", revision: 2"), "CREATED RUNNING FAILED", "CREATED RUNNING FAILED", "", []string{"error s: Unable to find flow 'company.team'.'child' with revision '2'"}},
		{"this revision", call("child", ", revision: 1"), ran, ran, `"state":"SUCCESS","outputs":{"o":"d parent s"}`, nil},
		{"a disabled flow", call("disabled", ""), "CREATED RUNNING FAILED", "CREATED RUNNING FAILED", "", []string{"error s: Cannot execute a flow which is disabled"}},
		{"not waited for", call("sleeps", ", wait: false"), ran, ran, `"state":"CREATED"`, nil},
		{"it sleeps", call("sleeps", ""), ran, ran, `"state":"SUCCESS"`, nil},
		{"it fails", call("fails", ""), "CREATED RUNNING FAILED", "CREATED RUNNING FAILED", `"state":"FAILED"`, []string{"error s: Subflow execution (link to fails) ends in FAILED state"}},
		{"it fails, allowed", call("fails", ", allowFailure: true"), "CREATED RUNNING WARNING", "CREATED RUNNING WARNING", `"state":"FAILED"`, []string{"warn s: Subflow execution (link to fails) ends in WARNING state"}},
		{"it fails, not transmitted", call("fails", ", transmitFailed: false"), ran, ran, `"state":"FAILED"`, nil},
		{"it warns", call("warns", ""), "CREATED RUNNING WARNING", "CREATED RUNNING WARNING", `"state":"WARNING"`, []string{"warn s: Subflow execution (link to warns) ends in WARNING state"}},
		{"it exits", call("exits", ""), "CREATED RUNNING WARNING", "CREATED RUNNING WARNING", `"state":"WARNING"`, []string{"warn s: Subflow execution (link to exits) ends in WARNING state"}},
		{"two deep", call("outer", ""), ran, ran, `"state":"SUCCESS","outputs":{"o":{"executionId":(id),"state":"SUCCESS","outputs":{"o":"deep outer s"}}}`, nil},
	} {
		for _, wait := range []bool{false, true} {
			t.Run(fmt.Sprint(test.name, ", a caller waits: ", wait), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := newFixture(t, Options{})
					flows := maps.Clone(flows)
					flows["parent"] = "tasks: [" + test.task + after + "]"
					jobs, _ := f.load(flows)
					job := jobs("parent", `{"n":7}`)
					s := f.toEnd(t, job, wait)
					if words(s.History) != test.history || words(s.Runs[0].History) != test.task1 {
						t.Errorf("went %s, its task %s", words(s.History), words(s.Runs[0].History))
					}
					want := ""
					if test.outputs != "" {
						want = `{"executionId":(id),` + test.outputs + "}"
					}
					if diff := cmp.Diff(want, anyID.ReplaceAllString(string(s.Runs[0].Outputs.JSON), `"executionId":(id)`)); diff != "" {
						t.Errorf("outputs (-want +got):\n%s", diff)
					}
					var lines []string
					for _, line := range f.linesOf(t, s.ID) {
						if !strings.Contains(line, "info s: Created new execution") && !strings.HasPrefix(line, "debug after") {
							lines = append(lines, line)
						}
					}
					if diff := cmp.Diff(test.lines, lines); diff != "" {
						t.Errorf("log (-want +got):\n%s", diff)
					}
					<-time.After(2 * time.Minute)
					synctest.Wait()
					f.holds(t, "afterwards", 0)
					f.allEnded(t)
				})
			})
		}
	}
}

// anyID is where an execution is named.
var anyID = regexp.MustCompile(`"executionId":"[0-9A-Za-z]{21,22}"`)

// anyLink is how a log names an execution.
var anyLink = regexp.MustCompile(`\[\[link execution="[0-9A-Za-z]{21,22}" flowId="(.*?)" namespace="company.team"\]\]`)

// toEnd runs a job to its end.
func (f *fixture) toEnd(t *testing.T, job *Job, wait bool) *execution.State {
	t.Helper()
	if wait {
		s, _, done, err := f.runner.RunAndWait(t.Context(), job, time.Now().Add(time.Hour))
		if err != nil || !done {
			t.Fatal(done, err)
		}
		return s
	}
	if err := f.runner.Start(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	s, err := f.runner.Wait(t.Context(), job.State.ID)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// linesOf prints the log of an execution as "level task: message".
func (f *fixture) linesOf(t *testing.T, id string) []string {
	t.Helper()
	kept, err := f.store.Logs(t.Context(), id, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, l := range kept {
		message, _, _ := strings.Cut(anyLink.ReplaceAllString(l.Message, "(link to $1)"), "\n")
		lines = append(lines, strings.ToLower(l.Level)+" "+l.Task+": "+message)
	}
	return lines
}

// allEnded checks that every execution has ended, and that no signal is left.
func (f *fixture) allEnded(t *testing.T) {
	t.Helper()
	left, _, err := f.store.List(t.Context(), execution.Query{Unfinished: true})
	if err != nil || len(left) > 0 {
		t.Errorf("%d executions have not ended, %v", len(left), err)
	}
}

// TestKillGoesDown kills an execution whose tasks have started others, and those others: all of them end.
func TestKillGoesDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		jobs, _ := f.load(map[string]string{
			"parent": "tasks: [{id: p, type: test.Parallel, tasks: [" + call("middle", "") + ", {id: g, type: test.Gate}]}]",
			"middle": "tasks: [{id: p, type: test.Parallel, tasks: [" + call("sleeps", "") + ", " + strings.Replace(call("gate", ""), "id: s,", "id: u,", 1) + "]}]",
			"sleeps": "tasks: [{id: a, type: test.Sleep}]",
			"gate":   "tasks: [{id: a, type: test.Gate}]",
		})
		job := jobs("parent", "{}")
		if err := f.runner.Start(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		<-f.gates
		<-f.gates
		synctest.Wait()
		if err := f.runner.Kill(t.Context(), job.State.ID); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		all, _, err := f.store.List(t.Context(), execution.Query{})
		if err != nil || len(all) != 4 {
			t.Errorf("%d executions, %v", len(all), err)
		}
		for _, s := range all {
			if words(s.Head.History) != "CREATED RUNNING KILLING KILLED" {
				t.Errorf("%s: %s", s.FlowID, words(s.Head.History))
			}
		}
		f.holds(t, "afterwards", 0)
	})
}

// TestKilledChild kills an execution that another one waits for, which ends by it.
func TestKilledChild(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		jobs, _ := f.load(map[string]string{
			"parent": "tasks: [" + call("gate", "") + ", {id: b, type: test.Gate}]\nerrors: [{id: e, type: test.Gate}]",
			"gate":   "tasks: [{id: a, type: test.Gate}]",
		})
		job := jobs("parent", "{}")
		if err := f.runner.Start(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		<-f.gates
		if err := f.runner.Kill(t.Context(), job.State.ChildID(0, 0, 0)); err != nil {
			t.Fatal(err)
		}
		s, err := f.runner.Wait(t.Context(), job.State.ID)
		if err != nil || words(s.History) != "CREATED RUNNING KILLED" || len(s.Runs) != 1 {
			t.Errorf("%s, %v, %v", words(s.History), describe(s), err)
		}
	})
}

// TestChildBesideTasks checks that the end of an execution reaches a parent that is not parked, and that one which comes too late
// does no harm.
func TestChildBesideTasks(t *testing.T) {
	for _, test := range []struct{ name, first, want string }{
		{"the execution ends first", "a", "CREATED RUNNING SUCCESS"},
		{"the task ends first, and the execution with it", "x", "CREATED RUNNING WARNING"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				second := "{id: b" + says + "b}"
				if test.first == "x" {
					second = "{id: b, type: test.Exit}"
				}
				jobs, _ := f.load(map[string]string{
					"parent": "tasks: [{id: p, type: test.Parallel, tasks: [" + call("gate", "") + ", {id: x, type: test.Gate}]}, " + second + "]",
					"gate":   "tasks: [{id: a, type: test.Gate}]",
				})
				job := jobs("parent", "{}")
				answer := f.waiting(t.Context(), job, time.Now().Add(time.Hour))
				gates := map[string]gate{}
				for range 2 {
					g := <-f.gates
					gates[g.task] = g
				}
				gates[test.first].open <- nil
				synctest.Wait()
				for name, g := range gates {
					if name != test.first {
						g.open <- nil
					}
				}
				if w := <-answer; w.err != nil || !w.done || words(w.s.History) != test.want {
					t.Errorf("%s, %v, %v", words(w.s.History), w.done, w.err)
				}
				synctest.Wait()
				f.holds(t, "afterwards", 0)
				f.allEnded(t)
			})
		})
	}
}

// TestDepth checks that executions which start each other come to an end.
func TestDepth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		jobs, _ := f.load(map[string]string{"one": "tasks: [" + call("two", "") + "]", "two": "tasks: [" + call("one", "") + "]"})
		s := f.toEnd(t, jobs("one", "{}"), true)
		if words(s.History) != "CREATED RUNNING FAILED" {
			t.Error(words(s.History))
		}
		all, _, err := f.store.List(t.Context(), execution.Query{Limit: 2 * mostDepth})
		if err != nil || len(all) != mostDepth+1 {
			t.Errorf("%d executions, %v", len(all), err)
		}
		if diff := cmp.Diff([]string{"error s: 100 executions have started each other, which is the limit"}, f.linesOf(t, all[0].ID)); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}

// TestSecretInputs checks that the log of an execution which a task has started shows neither its SECRET inputs nor those of its
// parent.
func TestSecretInputs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		jobs, _ := f.load(map[string]string{
			"parent": "tasks: [" + call("child", ", inputs: {secret: '{{ trigger.body.secret }}', plain: '{{ trigger.body.other }}'}") + "]",
			"child": "inputs: [{id: secret, type: SECRET}, {id: plain, type: STRING}]\n" +
				"tasks: [{id: a, type: io.kestra.plugin.core.log.Log, message: '{{ inputs.secret }} {{ inputs.plain }}'}]",
		})
		job := jobs("parent", `{"secret":"open sesame","other":"of the parent"}`)
		job.Mask = mask.New([]string{"of the parent"})
		f.toEnd(t, job, false)
		if diff := cmp.Diff([]string{"info a: ****** ******"}, f.linesOf(t, job.State.ChildID(0, 0, 0))); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}

// TestLongOutputsOfChild checks outputs that are kept apart.
func TestLongOutputsOfChild(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		jobs, _ := f.load(map[string]string{
			"parent": "tasks: [" + call("child", ", inputs: {x: '{{ trigger.body.x }}'}") + ", {id: b" + says + "'{{ outputs.s.outputs.o | length }}'}]",
			"child":  "inputs: [{id: x, type: STRING}]\ntasks: [{id: a" + says + "a}]\noutputs: [{id: o, type: STRING, value: '{{ inputs.x }}'}]",
		})
		s := f.toEnd(t, jobs("parent", `{"x":"`+strings.Repeat("x", execution.InlineLimit)+`"}`), false)
		if got, want := string(s.Runs[1].Outputs.JSON), fmt.Sprintf(`{"value":"%d"}`, execution.InlineLimit); got != want {
			t.Errorf("outputs %s, want %s", got, want)
		}
	})
}

// TestLabelsOfChild checks the labels of executions that tasks start, and their order.
func TestLabelsOfChild(t *testing.T) {
	parent := []flow.Label{{Key: "system.from", Value: "trigger"}, {Key: "top", Value: "t"}, {Key: "both", Value: "parent"}, {Key: "system.correlationId", Value: "id"}}
	own := []flow.Label{{Key: "child", Value: "c"}, {Key: "both", Value: "child"}}
	for _, test := range []struct {
		name string
		call task.Call
		want string
	}{
		{"of its flow", task.Call{}, "child=c both=child system.from=trigger system.correlationId=id"},
		{"of the task", task.Call{Labels: []flow.Label{{Key: "l", Value: "1"}, {Key: "both", Value: "task"}}}, "child=c both=task system.from=trigger system.correlationId=id l=1"},
		{"inherited", task.Call{Inherit: true}, "child=c both=child system.from=trigger top=t system.correlationId=id"},
		{"inherited, and of the task", task.Call{Inherit: true, Labels: []flow.Label{{Key: "top", Value: "task"}, {Key: "l", Value: "1"}}}, "child=c both=child system.from=trigger top=task system.correlationId=id l=1"},
	} {
		var got []string
		for _, l := range labelsOf(own, parent, test.call) {
			got = append(got, l.Key+"="+l.Value)
		}
		if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestForgottenParent lets an execution end whose parent was ended before, and which the store has forgotten since.
func TestForgottenParent(t *testing.T) {
	for _, name := range []string{"it runs", "it finds no place"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				jobs, _ := f.load(map[string]string{"one": "concurrency: {limit: 1, behavior: CANCEL}\ntasks: [{id: a, type: test.Gate}]"})
				if name == "it finds no place" {
					if err := f.runner.Start(t.Context(), jobs("one", "{}")); err != nil {
						t.Fatal(err)
					}
					<-f.gates
				}
				job := jobs("one", "{}")
				job.State.Parent = execution.Parent{ID: "forgotten"}
				if err := f.runner.Start(t.Context(), job); err != nil {
					t.Fatal(err)
				}
				if name == "it runs" {
					(<-f.gates).open <- nil
				}
				if s, err := f.runner.Wait(t.Context(), job.State.ID); err != nil || !s.Over() {
					t.Errorf("%+v, %v", s, err)
				}
			})
		})
	}
}
