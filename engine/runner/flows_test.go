package runner

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

const (
	ran  = "CREATED RUNNING SUCCESS"
	fell = "CREATED RUNNING FAILED"
)

// TestFlows runs flows with the body {"n":1,"name":"bob","list":["a","b"],"o":{"z":1,"y":null}}. Where a row has a
// source, Kestra was seen to do the same there (in the golden file 15-executions, with SUBMITTED between, and stacks).
func TestFlows(t *testing.T) {
	tests := []struct {
		name    string // of the recorded flow, where there is one
		flow    string
		history string
		runs    []string
		outputs string
		logs    []string
	}{
		{
			name: "log1", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.log.Log, message: "Hello {{ trigger.body.name }}"}`,
			history: ran, runs: []string{"a: " + ran + " / " + ran + "; {}"}, logs: []string{"info a: Hello bob"},
		},
		{
			name: "list of messages, level, alias", flow: `
tasks:
- {id: a, type: io.kestra.core.tasks.log.Log, level: WARN, message: ["one {{ trigger.body.n }}", "{{ trigger.body.list }}", two]}`,
			history: ran, runs: []string{"a: " + ran + " / " + ran + "; {}"},
			logs: []string{"warn a: one 1", `warn a: ["a","b"]`, "warn a: two"},
		},
		{
			name: "dynamic level", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.log.Log, level: "{{ trigger.body.n == 1 ? 'ERROR' : 'TRACE' }}", message: x}
- {id: b, type: io.kestra.plugin.core.log.Log, level: "{{ trigger.body.n == 2 ? 'ERROR' : 'TRACE' }}", message: "y"}
- {id: c, type: io.kestra.plugin.core.log.Log, level: "{{ trigger.body.name }}", message: z}`,
			history: fell, runs: []string{"a: " + ran + " / " + ran + "; {}", "b: " + ran + " / " + ran + "; {}", "c: " + fell + " / " + fell + "; {}"},
			logs: []string{"error a: x", "debug b: y", `error c: level "bob" is none of TRACE, DEBUG, INFO, WARN, ERROR`},
		},
		{
			name: "log3", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.log.Log, message: hidden, logLevel: WARN}`,
			history: ran, runs: []string{"a: " + ran + " / " + ran + "; {}"},
		},
		{
			name: "ret1", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return, format: "n={{ trigger.body.n + 1 }}"}
- {id: b, type: io.kestra.core.tasks.debugs.Return, format: "{{ outputs.a.value }}!"}`,
			history: ran, runs: []string{"a: " + ran + " / " + ran + `; {"value":"n=2"}`, "b: " + ran + " / " + ran + `; {"value":"n=2!"}`},
			logs: []string{"debug a: n=2", "debug b: n=2!"},
		},
		{
			name: "ret2", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return}`,
			history: ran, runs: []string{"a: " + ran + " / " + ran + "; {}"},
		},
		{
			name: "return that fails", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.body.missing }}"}
- {id: b, type: io.kestra.plugin.core.debug.Return, format: never}`,
			history: fell, runs: []string{"a: " + fell + " / " + fell + "; {}"},
			logs: []string{"error a: unable to find `missing` at line 1:17"},
		},
		{
			name: "fail1", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.execution.Fail}
- {id: b, type: io.kestra.plugin.core.log.Log, message: never}`,
			history: fell, runs: []string{"a: " + fell + " / " + fell + "; {}"}, logs: []string{"error a: Task failure"},
		},
		{
			name: "fail2", flow: `
tasks:
- {id: a, type: io.kestra.core.tasks.executions.Fail, errorMessage: "boom {{ trigger.body.n }}"}`,
			history: fell, runs: []string{"a: " + fell + " / " + fell + "; {}"}, logs: []string{"error a: boom 1"},
		},
		{
			name: "fail3", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.execution.Fail, condition: "{{ trigger.body.n == 1 }}", errorMessage: "boom"}`,
			history: fell, runs: []string{"a: " + fell + " / " + fell + "; {}"}, logs: []string{"error a: boom", "error a: Fail on a condition"},
		},
		{
			name: "fail4", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.execution.Fail, condition: "{{ trigger.body.n == 2 }}"}
- {id: b, type: io.kestra.plugin.core.log.Log, message: reached}`,
			history: ran, runs: []string{"a: " + ran + " / " + ran + "; {}", "b: " + ran + " / " + ran + "; {}"}, logs: []string{"info b: reached"},
		},
		{
			name: "fail5 and the other texts that mean no", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.execution.Fail, condition: "0"}
- {id: b, type: io.kestra.plugin.core.execution.Fail, condition: false}
- {id: c, type: io.kestra.plugin.core.execution.Fail, condition: " -0 "}
- {id: d, type: io.kestra.plugin.core.execution.Fail, condition: "{{ null }}"}
- {id: e, type: io.kestra.plugin.core.execution.Fail, condition: "False", allowFailure: true}`,
			history: "CREATED RUNNING WARNING", runs: []string{
				"a: " + ran + " / " + ran + "; {}", "b: " + ran + " / " + ran + "; {}",
				"c: " + ran + " / " + ran + "; {}", "d: " + ran + " / " + ran + "; {}", "e: CREATED RUNNING WARNING / " + fell + "; {}",
			},
			logs: []string{"error e: Task failure", "error e: Fail on a condition"},
		},
		{
			name: "aw", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.execution.Fail, allowFailure: true, allowWarning: true}
- {id: b, type: io.kestra.plugin.core.log.Log, message: x}`,
			history: ran, runs: []string{"a: " + ran + " / " + fell + "; {}", "b: " + ran + " / " + ran + "; {}"},
			logs: []string{"error a: Task failure", "info b: x"},
		},
		{
			name: "rif", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.log.Log, message: x, runIf: "{{ trigger.body.n == 2 }}"}
- {id: b, type: io.kestra.plugin.core.log.Log, message: "y", runIf: "{{ trigger.body.n == 1 }}"}`,
			history: ran, runs: []string{"a: CREATED SKIPPED / CREATED SKIPPED", "b: " + ran + " / " + ran + "; {}"}, logs: []string{"info b: y"},
		},
		{
			name: "rif2", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.log.Log, message: x, runIf: "{{ trigger.body.nope }}"}
- {id: b, type: io.kestra.plugin.core.log.Log, message: "y"}`,
			history: fell, runs: []string{"a: CREATED FAILED"}, logs: []string{"error a: failed to evaluate runIf: unable to find `nope` at line 1:17"},
		},
		{name: "dis2", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.log.Log, message: x, disabled: true}`, history: "CREATED SUCCESS"},
		{
			name: "OutputValues", flow: `
tasks:
- id: a
  type: io.kestra.plugin.core.output.OutputValues
  values: {n: "{{ trigger.body.n }}", list: "{{ trigger.body.list }}", one: 1, yes: true, deep: [1.5, {"{{ trigger.body.name }}": null}]}
- {id: b, type: io.kestra.plugin.core.output.OutputValues}
- {id: c, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.a.values.deep[1] }} {{ outputs.b.values }}"}`,
			history: ran, runs: []string{
				"a: " + ran + " / " + ran + `; {"values":{"n":"1","list":"[\"a\",\"b\"]","one":1,"yes":true,"deep":[1.5,{"bob":null}]}}`,
				"b: " + ran + " / " + ran + `; {"values":{}}`,
				"c: " + ran + " / " + ran + `; {"value":"{\"bob\":null} {}"}`,
			},
			logs: []string{`debug c: {"bob":null} {}`},
		},
		{
			name: "variables of tasks", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ task.id }} {{ task.type }} {{ taskrun.attemptsCount }} {{ execution.state }} {{ tasks.a.state }} {{ outputs }}"}
- {id: b, type: io.kestra.plugin.core.log.Log, message: "{{ task.id }} {{ tasks.a.state }} {{ tasks.b.state }} {{ execution.id == execution.originalId }} {{ outputs.a.value is defined }}"}
- {id: c, type: io.kestra.plugin.core.log.Log, message: never, runIf: "{{ task.id != 'c' or tasks.c.state != 'CREATED' }}"}`,
			history: ran, runs: []string{
				"a: " + ran + " / " + ran + `; {"value":"a io.kestra.plugin.core.debug.Return 0 RUNNING RUNNING {}"}`,
				"b: " + ran + " / " + ran + "; {}", "c: CREATED SKIPPED / CREATED SKIPPED",
			},
			logs: []string{"debug a: a io.kestra.plugin.core.debug.Return 0 RUNNING RUNNING {}", "info b: b SUCCESS RUNNING true true"},
		},
		{
			name: "secrets", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ secret('X') }}"}`,
			history: ran, runs: []string{"a: " + ran + " / " + ran + `; {"value":"company.team/X=s"}`}, logs: []string{"debug a: company.team/X=s"},
		},
		{
			name: "outputs in declared order", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return, format: "v"}
outputs:
- {id: zeta, type: STRING, value: "{{ outputs.a.value }}"}
- {id: alpha, type: INT, value: "{{ trigger.body.n }}"}
- {id: o.p, type: JSON, value: "{{ trigger.body.o }}"}
- {id: map, type: JSON, value: {a: "{{ trigger.body.name }}", b: [1, "{{ trigger.body.n }}"]}}
- {id: text, type: STRING, value: "{{ trigger.body.o }}"}
- {id: list, type: ARRAY, value: "{{ trigger.body.list }}"}
- {id: state, type: STRING, value: "{{ tasks.a.state }} {{ execution.state }}"}`,
			history: ran, runs: []string{"a: " + ran + " / " + ran + `; {"value":"v"}`},
			outputs: `{"zeta":"v","alpha":1,"o.p":{"z":1,"y":null},"map":{"a":"bob","b":[1,"1"]},"text":"{\"z\":1,\"y\":null}","list":["a","b"],"state":"SUCCESS RUNNING"}`,
			logs:    []string{"debug a: v"},
		},
		{
			name: "req, req2: outputs that are not required", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return}
outputs:
- {id: v, type: STRING, required: false, value: "{{ trigger.body.nope }}"}
- {id: u, type: STRING, required: false, value: "{{ null }}"}
- {id: w, type: STRING, value: ok}`,
			history: ran, runs: []string{"a: " + ran + " / " + ran + "; {}"}, outputs: `{"w":"ok"}`,
		},
		{
			name: "fo4: outputs that fail, the others are kept", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return}
outputs:
- {id: bad, type: INT, value: x}
- {id: none, type: STRING, value: "{{ null }}"}
- {id: missing, type: STRING, value: "{{ trigger.body.nope }}"}
- {id: good, type: STRING, value: ok}`,
			history: "CREATED RUNNING SUCCESS FAILED", runs: []string{"a: " + ran + " / " + ran + "; {}"}, outputs: `{"good":"ok"}`,
			logs: []string{
				"error -: failed to render output values: invalid value for output `bad`. Cause: For input string: \"x\"",
				"error -: failed to render output values: invalid value for output `none`. Cause: null is no STRING",
				"error -: failed to render output values: output `missing`: unable to find `nope` at line 1:17",
			},
		},
		{
			name: "outputs of a failed execution", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return, format: "v"}
- {id: b, type: io.kestra.plugin.core.execution.Fail}
- {id: c, type: io.kestra.plugin.core.debug.Return, format: "w"}
outputs:
- {id: a, type: STRING, value: "{{ outputs.a.value }}"}
- {id: c, type: STRING, value: "{{ outputs.c.value }}"}`,
			history: fell, runs: []string{"a: " + ran + " / " + ran + `; {"value":"v"}`, "b: " + fell + " / " + fell + "; {}"}, outputs: `{"a":"v"}`,
			logs: []string{"debug a: v", "error b: Task failure", "error -: failed to render output values: output `c`: unable to find `c` at line 1:12"},
		},
		{
			name: "tasks do not run outside of tasks", flow: `
tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return}
outputs:
- {id: o, type: STRING, value: "{{ (task ?? 'no') ~ (taskrun ?? 'no') }}"}`,
			history: ran, runs: []string{"a: " + ran + " / " + ran + "; {}"}, outputs: `{"o":"nono"}`,
		},
		{
			name: "panic", flow: `
tasks:
- {id: a, type: test.Panic, allowFailure: true}
- {id: b, type: io.kestra.plugin.core.debug.Return, format: "b"}`,
			history: "CREATED RUNNING WARNING", runs: []string{"a: CREATED RUNNING WARNING / " + fell + "; {}", "b: " + ran + " / " + ran + `; {"value":"b"}`},
			logs: []string{"error a: panic", "error a: internal error", "debug b: b"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, mode := range []string{"wait", "start"} {
				t.Run(mode, func(t *testing.T) {
					f := newFixture(t, Options{})
					job := f.job(f.plan(tt.flow), `{"n":1,"name":"bob","list":["a","b"],"o":{"z":1,"y":null}}`)
					var s *execution.State
					if mode == "wait" {
						s = f.wait(job)
					} else {
						if err := f.runner.Start(t.Context(), job); err != nil {
							t.Fatal(err)
						}
						var err error
						if s, err = f.runner.Wait(t.Context(), job.State.ID); err != nil {
							t.Fatal(err)
						}
					}
					if got := words(s.History); got != tt.history {
						t.Errorf("history %s, want %s", got, tt.history)
					}
					if diff := cmp.Diff(tt.runs, describe(s)); diff != "" {
						t.Errorf("task runs (-want +got):\n%s", diff)
					}
					if got := string(s.Outputs.JSON); got != tt.outputs {
						t.Errorf("outputs %s, want %s", got, tt.outputs)
					}
					if diff := cmp.Diff(tt.logs, f.lines()); diff != "" {
						t.Errorf("log (-want +got):\n%s", diff)
					}
					kept, err := f.store.Load(t.Context(), s.ID)
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(s, kept, cmpopts.IgnoreUnexported(execution.State{}, execution.Run{}), cmpopts.EquateEmpty()); diff != "" {
						t.Errorf("kept (-returned +kept):\n%s", diff)
					}
				})
			}
		})
	}
}

// TestVariablesAtTheEnd checks what the caller's expressions see, such as responseCode.
func TestVariablesAtTheEnd(t *testing.T) {
	f := newFixture(t, Options{})
	job := f.job(f.plan(`
tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return, format: "v"}
- {id: b, type: io.kestra.plugin.core.execution.Fail}`), "{}")
	_, ended, done, err := f.runner.RunAndWait(t.Context(), job, time.Now().Add(time.Minute))
	if err != nil || !done {
		t.Fatal(done, err)
	}
	vars, got := ended.At(execution.RootRow), map[string]string{}
	for _, name := range []string{"execution", "trigger", "outputs", "tasks", "task", "taskrun"} {
		v, _ := vars.Get(name)
		if name != "execution" {
			got[name] = value.JSON(v)
		} else if state, _ := v.Map().Get("state"); state.Str() != "FAILED" {
			t.Errorf("execution %s", value.JSON(v))
		}
	}
	want := map[string]string{
		"trigger": `{"body":{}}`, "outputs": `{"a":{"value":"v"},"b":{}}`,
		"tasks": `{"a":{"state":"SUCCESS"},"b":{"state":"FAILED"}}`, "task": "null", "taskrun": "null",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDerived checks that the clock and random functions of an attempt repeat, and differ between executions.
func TestDerived(t *testing.T) {
	f := newFixture(t, Options{})
	p := f.plan(`
tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ now() }} {{ execution.startDate }} {{ taskrun.startDate }} {{ taskrun.id }}"}`)
	at := time.Date(2026, 6, 1, 10, 11, 12, 123456000, time.UTC)
	f.runner.Configure(Options{Clock: readClock{now: func() time.Time { return at }}})
	job := f.job(p, "{}")
	s := f.wait(job)
	var got struct{ Value string }
	if err := json.Unmarshal(s.Runs[0].Outputs.JSON, &got); err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(got.Value)
	if now, err := time.Parse(time.RFC3339Nano, words[0]); err != nil || !now.Equal(at) {
		t.Errorf("now() is %v, %v", words[0], err)
	}
	if len(words) != 4 || words[1] != "2026-06-01T10:11:12.123456Z" ||
		words[2] != words[1] || words[3] != execution.RunID(s.ID, "", "a", 0, 0) {
		t.Errorf("got %q", got.Value)
	}
}

func TestPanicIsLoggedWithItsStack(t *testing.T) {
	f := newFixture(t, Options{})
	f.wait(f.job(f.plan("tasks: [{id: a, type: test.Panic}]"), "{}"))
	entries := f.logs.FilterMessage("panic").All()
	if len(entries) != 1 || !strings.Contains(entries[0].ContextMap()["stack"].(string), "panicTask") {
		t.Fatalf("logged %v", entries)
	}
	if text := fmt.Sprint(entries[0].ContextMap()); strings.Contains(text, "told to") { // which may be a value
		t.Errorf("what the task threw is in %s", text)
	}
}

// TestOriginOfLines checks that a line of the log names the execution, and holds nothing of the request.
func TestOriginOfLines(t *testing.T) {
	f := newFixture(t, Options{})
	f.wait(f.job(f.plan("tasks: [{id: a, type: io.kestra.plugin.core.execution.Fail}]"), "{}"))
	var names []string
	for name := range f.logs.All()[0].ContextMap() {
		names = append(names, name)
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{"execution", "flow", "namespace", "task"}, names); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if id := f.logs.All()[0].ContextMap()["execution"].(string); !regexp.MustCompile(`^[0-9A-Za-z]{21,22}$`).MatchString(id) {
		t.Errorf("execution %q", id)
	}
}
