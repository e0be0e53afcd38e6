package flowable

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestSubflowLoad(t *testing.T) {
	for _, tt := range []struct{ name, yaml, want string }{
		{"all", `{type: core.flow.Subflow, namespace: a.b, flowId: f, revision: 3, inputs: {x: "{{ 1 }}"}, labels: {a: b}, inheritLabels: "{{ true }}", wait: false, transmitFailed: false, scheduleDate: "2026-01-02T03:04:05Z", restartBehavior: NEW_EXECUTION}`, ""},
		{"labels as a list", `{type: core.flow.Subflow, namespace: a.b, flowId: f, labels: [{key: a, value: b}]}`, ""},
		{"old name", `{type: io.kestra.core.tasks.flows.Subflow, namespace: a.b, flowId: f}`, ""},
		{"older name", `{type: io.kestra.core.tasks.flows.Flow, namespace: a.b, flowId: f}`, ""},
		{"nothing", `{type: core.flow.Subflow}`, "flow.yml:4:3: tasks[0].namespace: is missing\nflow.yml:4:3: tasks[0].flowId: is missing"},
		{"itself", `{type: core.flow.Subflow, namespace: company.team, flowId: hello}`, "flow.yml:4:86: tasks[0].flowId: Recursive call to flow [company.team.hello]"},
		{"itself, inside", `{type: core.flow.Sequential, tasks: [{id: s, type: core.flow.Subflow, namespace: company.team, flowId: hello}]}`, "flow.yml:4:147: tasks[0].tasks[0].flowId: Recursive call to flow [company.team.hello]"},
		{"perhaps itself", `{type: core.flow.Subflow, namespace: "{{ flow.namespace }}", flowId: hello}`, ""},
		{"revision 0", `{type: core.flow.Subflow, namespace: a.b, flowId: f, revision: 0}`, "flow.yml:4:90: tasks[0].revision: must be greater than or equal to 1"},
		{"a label of the engine", `{type: core.flow.Subflow, namespace: a.b, flowId: f, labels: {system.from: x}}`, "flow.yml:4:88: tasks[0].labels: system labels can only be set by the engine itself, offending label: system.from"},
		{"no date", `{type: core.flow.Subflow, namespace: a.b, flowId: f, scheduleDate: soon}`, "flow.yml:4:94: tasks[0].scheduleDate: must be a date-time as in 2024-02-29T11:12:13Z"},
		{"outputs", `{type: core.flow.Subflow, namespace: a.b, flowId: f, outputs: {x: y}}`, "warning: flow.yml:4:89: tasks[0].outputs: has no effect: the task has the outputs that the flow declares"},
		{"wait as an expression", `{type: core.flow.Subflow, namespace: a.b, flowId: f, wait: "{{ true }}"}`, "flow.yml:4:86: tasks[0].wait: must be true or false"},
		{"unknown member", `{type: core.flow.Subflow, namespace: a.b, flowid: f}`, "flow.yml:4:3: tasks[0].flowId: is missing\nflow.yml:4:69: tasks[0]: unknown member `flowid`; did you mean `flowId`?"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, found := tasktest.Load(t, withLeaves(), with(tt.yaml))
			got := ""
			for i, d := range found {
				if i > 0 {
					got += "\n"
				}
				if d.Severity == flow.SeverityWarning {
					got += "warning: "
				}
				got += d.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func text(m *value.Map) string {
	if m == nil {
		return "null"
	}
	return value.JSON(value.FromMap(m))
}

func TestSubflowCall(t *testing.T) {
	for _, tt := range []struct{ name, yaml, want string }{
		{"defaults", `flowId: f`, "a.b/f revision 0, inputs null, labels [], wait true"},
		{"all", `flowId: "{{ trigger.body.name }}", revision: 3, inputs: {n: "{{ trigger.body.n }}", l: [1, "{{ trigger.body.n }}"]}, labels: {l: "{{ trigger.body.n }}"}, inheritLabels: true, wait: false`, `a.b/bob revision 3, inputs {"n":"1","l":[1,"1"]}, labels [{l 1}] and inherited ones, wait false`},
		{"inheritLabels as an expression", `flowId: f, inheritLabels: "{{ trigger.body.n == 1 }}"`, "a.b/f revision 0, inputs null, labels [] and inherited ones, wait true"},
		{"inheritLabels as an expression that is false", `flowId: f, inheritLabels: "{{ trigger.body.n == 2 }}"`, "a.b/f revision 0, inputs null, labels [], wait true"},
		{"a label without a value", `flowId: f, labels: {a: "{{ '' }}", b: c}`, "a.b/f revision 0, inputs null, labels [{b c}], wait true"},
		{"a label of the engine", `flowId: f, labels: {"{{ 'system.x' }}": y}`, "system labels can only be set by the engine itself, offending label: system.x"},
		{"a date", `flowId: f, scheduleDate: "{{ '2026-01-02T03:04:05.5+01:00[Europe/Paris]' }}"`, "a.b/f revision 0, inputs null, labels [], wait true, at 2026-01-02 02:04:05.5 +0000 UTC"},
		{"no date", `flowId: f, scheduleDate: "{{ 'soon' }}"`, "scheduleDate: must be a date-time as in 2024-02-29T11:12:13Z"},
		{"inputs that fail", `flowId: f, inputs: {x: "{{ trigger.nope }}"}`, "x: unable to find `nope` used in the expression `{{ trigger.nope }}` at line 1:12"},
		{"a flow that fails", `flowId: "{{ trigger.nope }}"`, "unable to find `nope` used in the expression `{{ trigger.nope }}` at line 1:12"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			call, failure := tasktest.Call(t, withLeaves(), with(`{type: core.flow.Subflow, namespace: a.b, `+tt.yaml+`}`), body)
			got := failure
			if failure == "" {
				inherited, at := "", ""
				if call.Inherit {
					inherited = " and inherited ones"
				}
				if !call.At.IsZero() {
					at = ", at " + call.At.UTC().String()
				}
				got = fmt.Sprintf("%s/%s revision %d, inputs %s, labels %v%s, wait %v%s", call.Namespace, call.FlowID, call.Revision, text(call.Inputs), call.Labels, inherited, call.Wait, at)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
