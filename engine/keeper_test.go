package engine

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// TestResumeTask lets one flow resume an execution of another, with inputs.
func TestResumeTask(t *testing.T) { synctest.Test(t, testResumeTask) }

func testResumeTask(t *testing.T) {
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{},
		taskFlow("waits", "- {id: p, type: io.kestra.plugin.core.flow.Pause, onResume: [{id: why, type: STRING}]}", "", "outputs: [{id: o, type: STRING, value: '{{ outputs.p.onResume.why }}'}]"),
		taskFlow("resumes", "- {id: r, type: io.kestra.plugin.core.execution.Resume, executionId: '{{ trigger.body.id }}', namespace: company.team, flowId: waits, inputs: '{{ trigger.body.with }}'}", "wait: true"),
	)
	id := send(site, "waits", "{}").ExecutionID
	synctest.Wait() // it is paused
	for _, test := range []struct{ body, state string }{
		{`{"id":"nobody","with":{}}`, "FAILED"},
		{`{"id":"` + id + `","with":{}}`, "FAILED"},
		{`{"id":"` + id + `","with":{"why":"because"}}`, "SUCCESS"},
		{`{"id":"` + id + `","with":{"why":"again"}}`, "FAILED"},
	} {
		if r := send(site, "resumes", test.body); !strings.Contains(string(r.Body), `"current":"`+test.state+`"`) {
			t.Errorf("%s: %s", test.body, r.Body)
		}
		if test.state == "SUCCESS" {
			if s, err := e.Wait(t.Context(), id); err != nil || string(s.Outputs.JSON) != `{"o":"because"}` {
				t.Errorf("resumed to %s, %v", s.Outputs.JSON, err)
			}
		}
	}
}

// TestAbout asks what has become of executions: of one that has failed, in its own error handler and afterwards, and of one without
// a task.
func TestAbout(t *testing.T) {
	e := openEngine(t)
	gate := newGate(t, t.Name())
	site := newSite(t, e, SiteOptions{},
		taskFlow("fails", "- {id: first, type: io.kestra.plugin.core.debug.Return}\n- {id: breaks, type: io.kestra.plugin.core.execution.Fail}", "",
			"errors: [{id: log, type: io.kestra.plugin.core.log.Log, message: x}, {id: g, type: test.Gate, gate: "+t.Name()+"}]"),
		taskFlow("works", "- {id: first, type: io.kestra.plugin.core.debug.Return}\n- {id: last, type: io.kestra.plugin.core.debug.Return}", "wait: true"),
	)
	works, fails := send(site, "works", "{}").ExecutionID, send(site, "fails", "{}").ExecutionID
	<-gate.entered
	about := func(id string) string {
		a, err := keeper{e}.About(t.Context(), id)
		return fmt.Sprintf("%v %s failed:%v last:%s began:%v over:%v %v", a.Flow, a.Status, a.Failed, a.Last, !a.Start.IsZero(), !a.End.IsZero(), err)
	}
	if got, want := about(fails), "{company.team fails} RUNNING failed:true last:breaks began:true over:false <nil>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	close(gate.open)
	if _, err := e.Wait(t.Context(), fails); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{
		fails: "{company.team fails} FAILED failed:true last:breaks began:true over:true <nil>",
		works: "{company.team works} SUCCESS failed:false last:last began:true over:true <nil>",
		"no":  "{ }  failed:false last: began:false over:false No execution found for execution id no",
	} {
		if got := about(id); got != want {
			t.Errorf("%s: got %s, want %s", id, got, want)
		}
	}
}

// TestPurgeTasks counts and purges executions while one of them runs.
func TestPurgeTasks(t *testing.T) {
	e, _ := openWithFiles(t)
	gate := newGate(t, t.Name())
	purge := func(id, text string) string {
		return taskFlow(id, "- {id: a, type: io.kestra.plugin.core."+text+"}", "wait: true\nreturnOutputs: true",
			"outputs: [{id: o, type: JSON, value: '{{ outputs.a }}'}]")
	}
	const until = `endDate: "{{ now() | dateAdd(1, 'DAYS') }}"`
	site := newSite(t, e, SiteOptions{},
		taskFlow("logs", "- {id: l, type: io.kestra.plugin.core.log.Log, message: [a, b]}\n- {id: w, type: io.kestra.plugin.core.log.Log, message: c, level: WARN}", "wait: true"),
		webhookFlow("filed", "wait: true"),
		taskFlow("runs", "- {id: l, type: io.kestra.plugin.core.log.Log, message: a}\n- {id: g, type: test.Gate, gate: "+t.Name()+"}", ""),
		purge("counts", `execution.Count, namespaces: [company], startDate: "{{ now() | dateAdd(-1, 'DAYS') }}", expression: "{{ count > 0 and flow.id == 'counts' }}"`),
		purge("purgeswarnings", `log.PurgeLogs, namespace: company.team, flowId: logs, logLevels: [WARN], `+until),
		purge("purgesfuture", `execution.PurgeExecutions, startDate: "{{ now() | dateAdd(1, 'DAYS') }}", `+until),
		purge("purgeselsewhere", `execution.PurgeExecutions, namespace: compan, `+until),
		purge("purgesfiles", `execution.PurgeExecutions, namespace: company.team, flowId: filed, purgeExecution: false, `+until),
		purge("purgeslogs", `execution.PurgeExecutions, namespace: company.team, flowId: logs, states: [SUCCESS], `+until),
		purge("purgesrunning", `execution.PurgeExecutions, namespace: company.team, flowId: runs, `+until),
	)
	for _, name := range []string{"logs", "filed", "logs"} {
		id := send(site, name, "{}").ExecutionID
		file, err := e.files.Create(t.Context(), task.Origin{Namespace: "company.team", Flow: name, Execution: id, Task: "l", Run: "r"}, "f.txt")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	running := send(site, "runs", "{}").ExecutionID
	<-gate.entered
	for _, test := range []struct{ flow, want string }{
		{"counts", `{"o":{"results":[{"namespace":"company.team","flowId":"counts","count":1},{"namespace":"company.team","flowId":"filed","count":1},{"namespace":"company.team","flowId":"logs","count":2},{"namespace":"company.team","flowId":"runs","count":1}],"total":5}}`},
		{"purgeswarnings", `{"o":{"count":2}}`},
		{"purgesfuture", `{"o":{"executionsCount":0,"taskOutputsCount":0,"logsCount":0,"storagesCount":0,"metricsCount":0}}`},
		{"purgeselsewhere", `{"o":{"executionsCount":0,"taskOutputsCount":0,"logsCount":0,"storagesCount":0,"metricsCount":0}}`},
		{"purgesfiles", `{"o":{"executionsCount":0,"taskOutputsCount":0,"logsCount":1,"storagesCount":1,"metricsCount":0}}`},
		{"purgeslogs", `{"o":{"executionsCount":2,"taskOutputsCount":4,"logsCount":4,"storagesCount":2,"metricsCount":0}}`},
		{"purgesrunning", `{"o":{"executionsCount":0,"taskOutputsCount":0,"logsCount":0,"storagesCount":0,"metricsCount":0}}`},
	} {
		if r := send(site, test.flow, "{}"); string(r.Body) != test.want {
			t.Errorf("%s: %s, want %s", test.flow, r.Body, test.want)
		}
	}
	close(gate.open)
	if s, err := e.Wait(t.Context(), running); err != nil || s.Status() != execution.Success {
		t.Errorf("the one that ran ends with %v, %v", s, err)
	}
	if r := send(site, "purgesrunning", "{}"); !strings.Contains(string(r.Body), `"executionsCount":1,"taskOutputsCount":2,"logsCount":1`) {
		t.Errorf("afterwards %s", r.Body)
	}
	if found, _, err := e.List(t.Context(), execution.Query{FlowID: "runs"}); err != nil || len(found) > 0 {
		t.Errorf("left %v, %v", found, err)
	}
}

// TestToggleTask switches a webhook off and on, from its own flow and another, and keeps that in the store.
func TestToggleTask(t *testing.T) {
	toggle := func(text string) string { return "- {id: a, type: io.kestra.plugin.core.trigger.Toggle, " + text + "}" }
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{},
		taskFlow("shuts", toggle("trigger: hook"), "wait: true"),
		taskFlow("opens", toggle("trigger: hook, flowId: shuts, enabled: true"), "wait: true"),
		taskFlow("wrong", toggle("trigger: nope, flowId: shuts"), "wait: true"),
		taskFlow("nowhere", toggle("trigger: hook, flowId: nope"), "wait: true"),
	)
	for i, step := range []struct {
		flow   string
		status int
		kept   int
	}{{"wrong", 500, 0}, {"nowhere", 500, 0}, {"shuts", 200, 1}, {"shuts", 409, 1}, {"opens", 200, 0}, {"opens", 200, 0}, {"shuts", 200, 1}} {
		r := send(site, step.flow, "{}")
		kept, err := e.store.Triggers(t.Context())
		if r.Status != step.status || len(kept) != step.kept || err != nil {
			t.Errorf("step %d: %s gives %d, kept %v, %v", i, step.flow, r.Status, kept, err)
		}
	}
	changed := newSite(t, e, SiteOptions{}, taskFlow("shuts", toggle("trigger: hook"), "wait: true", "description: changed"))
	if r := send(changed, "shuts", "{}"); r.Status != 200 {
		t.Errorf("the changed flow gives %d", r.Status)
	}
}

// TestMetricsAreLines publishes metrics, which are lines of the log.
func TestMetricsAreLines(t *testing.T) {
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{}, taskFlow("f", "- {id: m, type: io.kestra.plugin.core.metric.Publish, metrics: [{type: counter, name: c, value: 1, tags: {a: b}}]}", "wait: true"))
	r := send(site, "f", "{}")
	lines, err := e.Logs(t.Context(), r.ExecutionID, 0, 10)
	if err != nil || len(lines) != 1 || fmt.Sprint(lines[0].Level, lines[0].Task, lines[0].Message) != "TRACEm"+`counter c = 1 {"a":"b"}` {
		t.Errorf("%s %v %v", r.Body, lines, err)
	}
}
