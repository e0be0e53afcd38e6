package upkeep

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs()) }

// keeper notes what it is asked for.
type keeper struct {
	task.Executions
	asked []string
}

func (k *keeper) ask(format string, args ...any) {
	k.asked = append(k.asked, fmt.Sprintf(format, args...))
}

func (k *keeper) FlowOf(_ context.Context, id string) (task.FlowName, error) {
	switch id {
	case "own":
		return task.FlowName{Namespace: "company.team", ID: "hello"}, nil
	case "other":
		return task.FlowName{Namespace: "other", ID: "f"}, nil
	default:
		return task.FlowName{}, errors.New("there is no " + id)
	}
}

func (k *keeper) Resume(_ context.Context, id string, inputs *value.Map) error {
	k.ask("resume %s %s", id, value.JSON(value.FromMap(inputs)))
	return nil
}

func (k *keeper) Count(_ context.Context, f task.ExecutionFilter) (map[task.FlowName]int, error) {
	k.ask("count %s", show(f))
	if f.Flow.ID == "" {
		return map[task.FlowName]int{{Namespace: f.Flow.Namespace, ID: "f"}: 2, {Namespace: f.Flow.Namespace + ".x", ID: "e"}: 3}, nil
	}
	if f.Flow.ID == "none" {
		return nil, nil
	}
	return map[task.FlowName]int{f.Flow: 1}, nil
}

func (k *keeper) Purge(_ context.Context, f task.ExecutionFilter) (task.Purged, error) {
	k.ask("purge %s", show(f))
	return task.Purged{Executions: 1, TaskRuns: 2, Lines: 3, Files: 4}, nil
}

func (k *keeper) PurgeFiles(_ context.Context, f task.ExecutionFilter) (int, error) {
	k.ask("purge files %s", show(f))
	return 5, nil
}

func (k *keeper) PurgeLogs(_ context.Context, f task.ExecutionFilter, lines task.LineFilter) (int, error) {
	k.ask("purge logs %s, lines %v %s", show(f), lines.Levels, span(lines.From, lines.To))
	return 6, nil
}

func (k *keeper) Logs(_ context.Context, id string, yield func(task.Line) error) error {
	k.ask("logs %s", id)
	for i, l := range []task.Line{
		{Level: task.Warn, Message: "of the execution"},
		{Task: "a", Run: "r1", Level: task.Debug, Message: "quiet"},
		{Task: "a", Run: "r1", Attempt: 1, Level: task.Info, Message: "say \"it\"\n"},
		{Task: "b", Run: "r2", Level: task.Error, Message: "loud"},
	} {
		l.At = tasktest.Now.Add(time.Duration(i) * time.Second)
		if err := yield(l); err != nil {
			return err
		}
	}
	return nil
}

// files has the content of the file that is written.
type files struct {
	task.Files
	strings.Builder
	committed bool
}

func (f *files) Create(_ context.Context, _ task.Origin, name string) (task.NewFile, error) {
	if !strings.HasSuffix(name, ".ion") {
		return nil, errors.New("wrong name " + name)
	}
	return f, nil
}

func (f *files) Commit() (string, error) {
	f.committed = true
	return "kestra:///f.ion", nil
}

func (f *files) Close() error { return nil }

// TestFetch writes the lines of logs into files.
func TestFetch(t *testing.T) {
	const start = `{tenantId:"main",namespace:"company.team",flowId:"hello",`
	whole := start + `executionId:"own",attemptNumber:0,timestamp:2026-01-02T03:04:05Z,level:"WARN",message:"of the execution"}`
	quiet := start + `taskId:"a",executionId:"own",taskRunId:"r1",attemptNumber:0,timestamp:2026-01-02T03:04:06Z,level:"DEBUG",message:"quiet"}`
	said := start + `taskId:"a",executionId:"own",taskRunId:"r1",attemptNumber:1,timestamp:2026-01-02T03:04:07Z,level:"INFO",message:"say \"it\"\n"}`
	loud := start + `taskId:"b",executionId:"own",taskRunId:"r2",attemptNumber:0,timestamp:2026-01-02T03:04:08Z,level:"ERROR",message:"loud"}`
	for _, tt := range []struct {
		members string
		lines   []string
		err     string
	}{
		{"", []string{whole, said, loud}, ""},
		{`, level: "{{ 'TRACE' }}"`, []string{whole, quiet, said, loud}, ""},
		{", level: ERROR", []string{loud}, ""},
		{`, level: DEBUG, tasksId: ["{{ 'a' }}"]`, []string{quiet, said}, ""},
		{", tasksId: [x]", nil, ""},
		{`, level: "{{ 'LOUD' }}"`, nil, `level "LOUD" is none of TRACE, DEBUG, INFO, WARN, ERROR`},
		{`, tasksId: "{{ 1 }}"`, nil, "tasksId must be a list, or JSON text of one"},
	} {
		f := new(files)
		got := tasktest.RunOn(t, &task.Services{Executions: new(keeper), Files: f}, Specs(), "{type: io.kestra.plugin.core.log.Fetch, executionId: own"+tt.members+"}", body)
		var text string
		for _, line := range tt.lines {
			text += line + "\n"
		}
		want := tasktest.Result{Err: tt.err, Outputs: "null"}
		if tt.err == "" {
			want.Outputs = fmt.Sprintf(`{"uri":"kestra:///f.ion","size":%d}`, len(tt.lines))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.members, diff)
		}
		if diff := cmp.Diff(text, f.String()); diff != "" || f.committed != (tt.err == "") {
			t.Errorf("%s: committed %v (-want +got):\n%s", tt.members, f.committed, diff)
		}
	}
}

func (k *keeper) Toggle(_ context.Context, f task.FlowName, trigger string, on bool) error {
	k.ask("toggle %s/%s %s %v", f.Namespace, f.ID, trigger, on)
	return nil
}

func show(f task.ExecutionFilter) string {
	return strings.TrimSpace(fmt.Sprintf("%s/%s %s %v %s", f.Flow.Namespace, f.Flow.ID, f.Execution, f.Statuses, span(f.From, f.To)))
}

func span(from, to time.Time) string {
	day := func(at time.Time) string {
		if at.IsZero() {
			return "…"
		}
		return at.Format("01-02T15")
	}
	return day(from) + "–" + day(to)
}

const body = `{"own":"own","other":"other","ns":"other","f":"f","day":"2024-02-29T11:12:13Z","word":"soon","states":["FAILED","KILLED"],"n":1}`

// TestTasks runs tasks, one for each row of what is asked of the server.
func TestTasks(t *testing.T) {
	for _, tt := range []struct{ name, yaml, want, outputs, err string }{
		{"resume", `execution.Resume`, "resume e {}", "null", ""},
		{"resume one of the same flow", `execution.Resume, executionId: "{{ trigger.body.own }}"`, "resume own {}", "null", ""},
		{"resume one of another flow", `execution.Resume, executionId: other, namespace: "{{ trigger.body.ns }}", flowId: "{{ trigger.body.f }}", inputs: {a: "{{ trigger.body.n }}", b: 2}`, `resume other {"a":"1","b":2}`, "null", ""},
		{"resume with inputs as JSON", `execution.Resume, executionId: own, inputs: "{{ {'a': 1} }}"`, `resume own {"a":1}`, "null", ""},
		{"resume one without naming its flow", `execution.Resume, executionId: other`, "", "null", "execution other is not one of the flow company.team/hello: name its flow by `namespace` and `flowId`"},
		{"resume one that is not there", `execution.Resume, executionId: nope`, "", "null", "there is no nope"},
		{"resume with inputs that are none", `execution.Resume, inputs: "{{ trigger.body.n }}"`, "", "null", "inputs must be a map, or JSON text of one"},
		{"resume, broken", `execution.Resume, executionId: "{{ trigger.body.nope }}"`, "", "null", "unable to find `nope`"},

		{
			"count flows", `execution.Count, flows: [{namespace: a, flowId: f}, {namespace: a, flowId: none}], startDate: "{{ trigger.body.day }}", expression: "{{ count < 2 }}"`,
			"count a/f  [] 02-29T11–…|count a/none  [] 02-29T11–…", `{"results":[{"namespace":"a","flowId":"f","count":1},{"namespace":"a","flowId":"none","count":0}],"total":1}`, "",
		},
		{
			"count namespaces", `execution.Count, namespaces: ["{{ trigger.body.ns }}"], states: "{{ trigger.body.states }}", startDate: 2024-01-01T00:00:00Z, endDate: "{{ trigger.body.day }}", expression: "{{ count > trigger.body.n + 1 }}"`,
			"count other/  [FAILED KILLED] 01-01T00–02-29T11", `{"results":[{"namespace":"other.x","flowId":"e","count":3}],"total":3}`, "",
		},
		{"count nothing", `execution.Count, namespaces: [], startDate: 2024-01-01T00:00:00Z, expression: "true"`, "", `{"results":[],"total":0}`, ""},
		{"count since no day", `execution.Count, namespaces: [], startDate: "{{ trigger.body.word }}", expression: "true"`, "", "null", "startDate must be a date-time, as in 2024-02-29T11:12:13Z"},
		{"count no state", `execution.Count, namespaces: [], states: ["{{ trigger.body.word }}"], startDate: 2024-01-01T00:00:00Z, expression: "true"`, "", "null", `"soon" of states is none of CREATED, QUEUED`},
		{"count, broken", `execution.Count, namespaces: [a], startDate: 2024-01-01T00:00:00Z, expression: "{{ nope }}"`, "count a/  [] 01-01T00–…", "null", "unable to find `nope`"},

		{"purge", `execution.PurgeExecutions, endDate: "{{ trigger.body.day }}"`, "purge /  [] …–02-29T11", `{"executionsCount":1,"taskOutputsCount":2,"logsCount":3,"storagesCount":4,"metricsCount":0}`, ""},
		{
			"purge some", `execution.PurgeExecutions, namespace: a, flowId: "{{ trigger.body.f }}", states: [SUCCESS, "{{ 'FAILED' }}"], startDate: 2024-01-01T00:00:00Z, endDate: "{{ trigger.body.day }}", batchSize: 5, purgeMetric: false`,
			"purge a/f  [SUCCESS FAILED] 01-01T00–02-29T11", `{"executionsCount":1,"taskOutputsCount":2,"logsCount":3,"storagesCount":4,"metricsCount":0}`, "",
		},
		{
			"purge what belongs to them", `execution.PurgeExecutions, namespace: a, endDate: "{{ trigger.body.day }}", purgeExecution: false`,
			"purge logs a/  [] …–02-29T11, lines [] …–…|purge files a/  [] …–02-29T11", `{"executionsCount":0,"taskOutputsCount":0,"logsCount":6,"storagesCount":5,"metricsCount":0}`, "",
		},
		{
			"purge files", `execution.PurgeExecutions, endDate: "{{ trigger.body.day }}", purgeExecution: false, purgeLog: false`,
			"purge files /  [] …–02-29T11", `{"executionsCount":0,"taskOutputsCount":0,"logsCount":0,"storagesCount":5,"metricsCount":0}`, "",
		},
		{"purge nothing", `execution.PurgeExecutions, endDate: "{{ trigger.body.day }}", purgeExecution: false, purgeLog: false, purgeStorage: false`, "", `{"executionsCount":0,"taskOutputsCount":0,"logsCount":0,"storagesCount":0,"metricsCount":0}`, ""},
		{"purge until no day", `execution.PurgeExecutions, endDate: "{{ trigger.body.word }}"`, "", "null", "endDate must be a date-time, as in 2024-02-29T11:12:13Z"},

		{"purge logs", `log.PurgeLogs, endDate: "{{ trigger.body.day }}"`, "purge logs /  [] …–02-29T11, lines [] …–02-29T11", `{"count":6}`, ""},
		{
			"purge some logs", `log.PurgeLogs, namespace: a, flowId: f, executionId: "{{ trigger.body.own }}", logLevels: [INFO], startDate: 2024-01-01T00:00:00Z, endDate: "{{ trigger.body.day }}"`,
			"purge logs a/f own [] …–02-29T11, lines [INFO] 01-01T00–02-29T11", `{"count":6}`, "",
		},
		{"purge logs of no level", `log.PurgeLogs, logLevels: ["{{ trigger.body.word }}"], endDate: "{{ trigger.body.day }}"`, "", "null", `"soon" of logLevels is none of TRACE, DEBUG`},

		{"toggle", `trigger.Toggle, trigger: hook`, "toggle company.team/hello hook false", "null", ""},
		{"toggle another", `trigger.Toggle, trigger: "{{ trigger.body.f }}", namespace: "{{ trigger.body.ns }}", flowId: g, enabled: true`, "toggle other/g f true", "null", ""},
		{"toggle, broken", `trigger.Toggle, trigger: "{{ nope }}"`, "", "null", "unable to find `nope`"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := new(keeper)
			got := tasktest.RunOn(t, &task.Services{Executions: k}, Specs(), "{type: io.kestra.plugin.core."+tt.yaml+"}", body)
			if asked := strings.Join(k.asked, "|"); asked != tt.want {
				t.Errorf("asked to %s, want %s", asked, tt.want)
			}
			if !strings.HasPrefix(got.Err, tt.err) || (got.Err == "") != (tt.err == "") {
				t.Errorf("error %q, want %q", got.Err, tt.err)
			}
			if tt.err == "" && got.Outputs != tt.outputs {
				t.Errorf("outputs %s, want %s", got.Outputs, tt.outputs)
			}
		})
	}
}

func TestAliases(t *testing.T) {
	for _, alias := range []string{
		"io.kestra.core.tasks.storages.Purge, endDate: 2024-01-01T00:00:00Z", "io.kestra.plugin.core.storage.Purge, endDate: 2024-01-01T00:00:00Z",
		"io.kestra.core.tasks.executions.Counts, namespaces: [a], startDate: 2024-01-01T00:00:00Z, expression: x", "io.kestra.core.tasks.executions.Resume",
		"io.kestra.core.tasks.log.PurgeLogs, endDate: 2024-01-01T00:00:00Z", "io.kestra.core.tasks.trigger.Toggle, trigger: t",
	} {
		if _, found := tasktest.Load(t, Specs(), "{type: "+alias+"}"); len(found) > 0 {
			t.Errorf("%s: %v", alias, found)
		}
	}
}

func TestLoad(t *testing.T) {
	var got []string
	for _, text := range []string{
		`execution.Resume, namespace: a, executionId: x`,
		`execution.Resume, namespace: a, flowId: x`,
		`execution.Count, startDate: x, expression: x`,
		`execution.Count, flows: [{namespace: a}], startDate: x, expression: x`,
		`execution.Count, namespaces: [a], states: [DONE], startDate: x, expression: x`,
		`execution.Count, namespaces: [a], startDate: x`,
		`execution.PurgeExecutions`,
		`execution.PurgeExecutions, endDate: x, flowId: f`,
		`execution.PurgeExecutions, endDate: x, purgeLog: false`,
		`execution.PurgeExecutions, endDate: x, purgeStorage: false`,
		`execution.PurgeExecutions, endDate: x, purgeStorage: "{{ 1 }}"`,
		`log.PurgeLogs, endDate: x, logLevels: [LOUD]`,
		`log.PurgeLogs, endDate: x, flowId: f`,
		`trigger.Toggle`,
		`execution.Count, namespaces: [a], startDate: x, expression: "{{ count.x + counts }}"`,
	} {
		_, found := tasktest.Load(t, Specs(), "{type: io.kestra.plugin.core."+text+"}")
		line := "-"
		if len(found) > 0 {
			line, _, _ = strings.Cut(fmt.Sprint(found[0]), "\n")
		}
		got = append(got, line)
	}
	if diff := cmp.Diff([]string{
		"flow.yml:4:3: tasks[0]: `namespace` and `flowId` go together, and with `executionId`",
		"flow.yml:4:3: tasks[0]: `namespace` and `flowId` go together, and with `executionId`",
		"flow.yml:4:3: tasks[0]: one of `flows` and `namespaces` is needed",
		"flow.yml:4:64: tasks[0].flows[0].flowId: is missing",
		"flow.yml:4:82: tasks[0].states[0]: must be one of CREATED, QUEUED, RUNNING, PAUSED, RESTARTED, RETRYING, BREAKPOINT, KILLING, SUCCESS, WARNING, FAILED, KILLED, CANCELLED, RETRIED",
		"flow.yml:4:3: tasks[0].expression: is missing",
		"flow.yml:4:3: tasks[0].endDate: is missing",
		"flow.yml:4:86: tasks[0].flowId: needs `namespace`",
		"flow.yml:4:88: tasks[0].purgeLog: cannot be false unless `purgeExecution` is: logs and files go with their execution",
		"flow.yml:4:92: tasks[0].purgeStorage: cannot be false unless `purgeExecution` is: logs and files go with their execution",
		"flow.yml:4:92: tasks[0].purgeStorage: must be true or false",
		"flow.yml:4:78: tasks[0].logLevels[0]: must be one of TRACE, DEBUG, INFO, WARN, ERROR",
		"flow.yml:4:74: tasks[0].flowId: needs `namespace`",
		"flow.yml:4:3: tasks[0].trigger: is missing",
		"flow.yml:4:113: tasks[0].expression: there is no variable `counts`",
	}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
