package engine

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// TestCallees checks what is warned of in tasks that start flows, and that a flow of any namespace is found, whatever the site
// serves.
func TestCallees(t *testing.T) {
	const caller = `id: caller
namespace: served
tasks:
  - {id: known, type: io.kestra.plugin.core.flow.Subflow, namespace: other, flowId: callee}
  - id: s
    type: io.kestra.plugin.core.flow.Sequential
    tasks:
      - {id: unknown, type: io.kestra.plugin.core.flow.Subflow, namespace: other, flowId: calee}
      - {id: disabled, type: io.kestra.plugin.core.flow.Subflow, namespace: other, flowId: disabled}
      - {id: given, type: io.kestra.plugin.core.flow.Subflow, namespace: other, flowId: needs, inputs: {r: 1, od: 2}}
      - {id: lacking, type: io.kestra.plugin.core.flow.Subflow, namespace: other, flowId: needs}
      - {id: computed, type: io.kestra.plugin.core.flow.Subflow, namespace: other, flowId: needs, inputs: {"{{ 'r' }}": 1}}
      - {id: any, type: io.kestra.plugin.core.flow.Subflow, namespace: other, flowId: "{{ flow.id }}"}
`
	const callee = `id: callee
namespace: other
tasks: [{id: a, type: io.kestra.plugin.core.flow.Subflow, namespace: other, flowId: nope}]
`
	const disabled = `id: disabled
namespace: other
disabled: true
tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: a}]
`
	const needs = `id: needs
namespace: other
inputs: [{id: r, type: INT}, {id: old, type: INT, required: false}, {id: d, type: INT, defaults: 1}]
tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: a}]
`
	set, found := Core().Load([]*flow.Source{{Name: "caller.yml", YAML: []byte(caller)}, {Name: "callee.yml", YAML: []byte(callee)}, {Name: "disabled.yml", YAML: []byte(disabled)}, {Name: "needs.yml", YAML: []byte(needs)}})
	if len(found) > 0 {
		t.Fatal(found)
	}
	_, found, err := NewSite(set, SiteOptions{Namespaces: []string{"served"}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range found {
		got = append(got, d.Error())
	}
	want := []string{
		"caller.yml:8:91: tasks[1].tasks[0].flowId: there is no flow other/calee, so the task fails",
		"caller.yml:9:92: tasks[1].tasks[1].flowId: the flow other/disabled is disabled, so the task fails",
		"caller.yml:10:104: tasks[1].tasks[2].inputs: the flow other/needs has no input `od`; did you mean `old`?",
		"caller.yml:11:91: tasks[1].tasks[3].flowId: the flow other/needs needs the input `r`, so the task fails",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
