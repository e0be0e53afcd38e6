package engine

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// TestUnknownCallees checks that a task which starts a flow that is not there is warned of, and that a flow of any namespace is
// found, whatever the site serves.
func TestUnknownCallees(t *testing.T) {
	const caller = `id: caller
namespace: served
tasks:
  - {id: known, type: io.kestra.plugin.core.flow.Subflow, namespace: other, flowId: callee}
  - id: s
    type: io.kestra.plugin.core.flow.Sequential
    tasks:
      - {id: unknown, type: io.kestra.plugin.core.flow.Subflow, namespace: other, flowId: calee}
      - {id: any, type: io.kestra.plugin.core.flow.Subflow, namespace: other, flowId: "{{ flow.id }}"}
`
	const callee = `id: callee
namespace: other
tasks: [{id: a, type: io.kestra.plugin.core.flow.Subflow, namespace: other, flowId: nope}]
`
	set, found := Load([]*flow.Source{{Name: "caller.yml", YAML: []byte(caller)}, {Name: "callee.yml", YAML: []byte(callee)}})
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
	want := []string{"caller.yml:8:91: tasks[1].tasks[0].flowId: there is no flow other/calee, so the task fails"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
