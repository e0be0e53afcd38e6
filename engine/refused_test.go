package engine_test

import (
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// TestRefusedAsByKestra has a row for each rule by which Kestra refuses a flow beyond the form of its members.
func TestRefusedAsByKestra(t *testing.T) {
	const head, task = "id: a\nnamespace: b\n", "{id: t, type: io.kestra.plugin.core.debug.Return}"
	const tasks = "tasks: [" + task + "]\n"
	flowable := func(members string) string {
		return head + "tasks: [{id: f, type: io.kestra.plugin.core.flow." + members + "}]\n"
	}
	tests := []struct {
		name, text string
		want       string // place and words; a flow of a type that is not supported yet is refused for that
	}{
		{"reserved id", "id: pause\nnamespace: b\n" + tasks, "1:5: id: `pause` is reserved, as are pause, resume,"},
		{"id of 101 characters", "id: " + strings.Repeat("a", 101) + "\nnamespace: b\n" + tasks, "1:5: id: may have 100 characters at most"},
		{"namespace in capitals", "id: a\nnamespace: B\n" + tasks, "2:12: namespace: `B` is no valid id"},
		{"no tasks", head, "1:1: tasks: is missing"},
		{"empty tasks", head + "tasks: []\n", "3:8: tasks: must not be empty"},
		{"task id of 257 characters", head + "tasks: [{id: " + strings.Repeat("a", 257) + ", type: io.kestra.plugin.core.debug.Return}]\n", "3:14: tasks[0].id: may have 256 characters at most"},
		{"task id with a dot", head + "tasks: [{id: a.b, type: io.kestra.plugin.core.debug.Return}]\n", "3:14: tasks[0].id: `a.b` is no valid id"},
		{"duplicate task id", head + "tasks: [" + task + ", " + task + "]\n", "tasks[1].id: duplicate task id `t`, first at line 3"},
		{"duplicate task id, nested", head + "tasks:\n  - " + task + "\n  - {id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: [" + task + "]}\n", "tasks[1].tasks[0].id: duplicate task id `t`, first at line 4"},
		{"duplicate task id in errors", head + tasks + "errors: [" + task + "]\n", "errors[0].id: duplicate task id `t`, first at line 3"},
		{"duplicate task id in finally", head + tasks + "finally: [" + task + "]\n", "finally[0].id: duplicate task id `t`, first at line 3"},
		{"duplicate task id in the errors of a flowable", flowable("Sequential, tasks: [" + task + "], errors: [" + task + "]"), "tasks[0].errors[0].id: duplicate task id `t`, first at line 3"},
		{"duplicate task id in a case", flowable("Switch, value: a, cases: {a: [" + task + "], b: [" + task + "]}"), "tasks[0].cases.b[0].id: duplicate task id `t`, first at line 3"},
		{"duplicate task id in afterExecution", head + tasks + "afterExecution: [" + task + "]\n", "afterExecution[0].id: duplicate task id `t`, first at line 3"},
		{"duplicate trigger id", head + tasks + "triggers: [{id: w, type: io.kestra.plugin.core.trigger.Webhook, key: k}, {id: w, type: io.kestra.plugin.core.trigger.Webhook, key: l}]\n", "triggers[1].id: duplicate trigger id `w`, first at line 4"},
		{"duplicate input", head + tasks + "inputs: [{id: i, type: STRING}, {id: i, type: INT}]\n", "inputs[1].id: duplicate input id `i`, first at line 4"},
		{"duplicate path of inputs", head + tasks + "inputs: [{id: f.i, type: STRING}, {id: f, type: FORM, inputs: [{id: i, type: INT}]}]\n", "inputs[1].inputs[0].id: duplicate input id `f.i`, first at line 4"},
		{"conflict of inputs", head + tasks + "inputs: [{id: a, type: STRING}, {id: a.b, type: INT}]\n", "inputs[1].id: input `a.b` conflicts with `a` at line 4: one cannot be nested under the other"},
		{"duplicate output", head + tasks + "outputs: [{id: o, type: STRING, value: x}, {id: o, type: STRING, value: x}]\n", "outputs[1].id: duplicate output id `o`, first at line 4"},
		{"duplicate preconditions", head + tasks + "triggers: [{id: v, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p}}, {id: w, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p}}]\n", "triggers[1].preconditions.id: Duplicate preconditions with id [p], first at line 4"},
		{"input that depends on none", head + tasks + "inputs: [{id: i, type: STRING, dependsOn: {inputs: [j]}}]\n", "inputs[0].dependsOn.inputs: Input with id 'i' depends on a non-existent input 'j'"},
		{"inputs that depend on each other", head + tasks + "inputs: [{id: i, type: STRING, dependsOn: {inputs: [j]}}, {id: j, type: STRING, dependsOn: {inputs: [i]}}]\n", "inputs[0].dependsOn.inputs: Cycle dependency detected for input with id 'i': [i, j]"},
		{"system label", head + tasks + "labels: {system.x: y}\n", "4:20: labels.system.x: system labels can only be set by the engine itself, offending label: system.x"},
		{"label key", head + tasks + "labels: {Team: y}\n", "4:16: labels.Team: `Team` is no valid label key: it must begin with a lower-case letter"},
		{"label without a value", head + tasks + "labels: {team: ''}\n", "4:16: labels.team: the label `team` must not be empty"},
		{"dash in a reference to an input", head + "tasks: [{id: t, type: io.kestra.plugin.core.debug.Return, format: '{{ inputs.a-b }}'}]\ninputs: [{id: a-b, type: STRING}]\n", "tasks[0].format: `inputs.a-b` is read as a difference: write `inputs['a-b']`"},
		{"dash in a reference to a task", head + "tasks: [{id: a-b, type: io.kestra.plugin.core.debug.Return}, {id: t, type: io.kestra.plugin.core.debug.Return, format: '{{ outputs.a-b.value }}'}]\n", "tasks[1].format: `outputs.a-b` is read as a difference: write `outputs['a-b']`"},
		{"dash in a reference of an output", head + "tasks: [{id: a-b, type: io.kestra.plugin.core.debug.Return}]\noutputs: [{id: o, type: STRING, value: '{{ outputs.a-b.value }}'}]\n", "outputs[0].value: `outputs.a-b` is read as a difference: write `outputs['a-b']`"},
		{"assets of a task", head + "tasks: [{id: t, type: io.kestra.plugin.core.debug.Return, assets: {outputs: []}}]\n", "tasks[0].assets: is a feature of Kestra's Enterprise Edition"},
		{"unknown property of a default", head + tasks + "pluginDefaults: [{type: io.kestra.plugin.core.debug.Return, values: {foo: 1}}]\n", "pluginDefaults[0].values: No property 'foo' exists in plugin 'io.kestra.plugin.core.debug.Return'"},
		{"Dag in a circle", flowable("Dag, tasks: [{task: {id: x, type: io.kestra.plugin.core.debug.Return}, dependsOn: [y]}, {task: {id: y, type: io.kestra.plugin.core.debug.Return}, dependsOn: [x]}]"), "tasks[0].tasks: Cyclic dependency detected: x, y"},
		{"Dag with a task that is not there", flowable("Dag, tasks: [{task: " + task + ", dependsOn: [zz]}]"), "dependsOn: Not existing task id in dependency: zz"},
		{"Parallel without tasks", flowable("Parallel"), "3:9: tasks[0].tasks: The 'tasks' property cannot be empty"},
		{"Parallel with empty tasks", flowable("Parallel, tasks: []"), "tasks[0].tasks: The 'tasks' property cannot be empty"},
		{"WorkingDirectory without tasks", flowable("WorkingDirectory"), "tasks[0].tasks: The 'tasks' property cannot be empty"},
		{"WorkingDirectory with a flowable", flowable("WorkingDirectory, tasks: [{id: p, type: io.kestra.plugin.core.flow.Pause}]"), "Only runnable tasks are allowed as children of a WorkingDirectory task"},
		{"Switch with nothing to choose", flowable("Switch, value: a, cases: {}, defaults: null"), "tasks[0]: No task defined, neither cases or default have any tasks"},
		{"If without then", flowable("If, condition: '{{ true }}'"), "3:9: tasks[0].then: The 'then' property cannot be empty"},
		{"Subflow of its own flow", flowable("Subflow, namespace: b, flowId: a"), "Recursive call to flow [b.a]"},
		{"retry longer than it may last", head + "tasks: [{id: t, type: io.kestra.plugin.core.debug.Return, retry: {type: constant, interval: PT2S, maxDuration: PT1S}}]\n", "retry.interval: 'interval' must be less than 'maxDuration'"},
		{"concurrency of none", head + tasks + "concurrency: {limit: 0}\n", "4:22: concurrency.limit: must be greater than or equal to 1"},
		{"workerGroup", head + tasks + "workerGroup: {key: k}\n", "4:1: workerGroup: is a feature of Kestra's Enterprise Edition"},
		{"duplicate key of YAML", head + tasks + "tasks: []\n", "4:1: duplicate key `tasks`, first at line 3, column 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set, found := engine.Core().Load([]*flow.Source{{Name: "flow.yml", YAML: []byte(tt.text)}})
			var lines []string
			for _, d := range found.Errors() {
				if saysUnsupported(d.Message) && strings.Contains(d.Message, "yet") {
					return
				}
				lines = append(lines, d.Error())
			}
			if all := strings.Join(lines, "\n"); set.Len() > 0 || !strings.Contains(all, tt.want) {
				t.Errorf("found %q, want %q\n%s", all, tt.want, tt.text)
			}
		})
	}
}
