package conformance

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// compareChildren returns what differs between the executions that the tasks of an execution have started, in Kestra and here.
func (s *server) compareChildren(t *testing.T, c recorded, parent *execution.State) []difference {
	t.Helper()
	var found []difference
	seen := map[string]int{} // how many were compared, by who has started them
	for _, related := range c.Related {
		theirs := object(string(related.Execution))
		by, _ := theirs["trigger"].(map[string]any)
		if kind, _ := by["type"].(string); !strings.HasSuffix(kind, ".Subflow") && !strings.HasSuffix(kind, "$ForEachItemExecutable") {
			continue
		}
		variables := by["variables"].(map[string]any)
		name := starter(variables)
		mine := s.children(t, parent, name)
		if seen[name] >= len(mine) {
			found = append(found, difference{"children." + name, "an execution", "none"})
			continue
		}
		child := mine[seen[name]]
		seen[name]++
		delete(variables, "taskRunOutputs") // of the attempt before, and in a ForEachItem where its outputs are to be
		changed, err := json.Marshal(theirs)
		if err != nil {
			t.Fatal(err)
		}
		own := decode(child.Trigger.Variables.JSON).(map[string]any)
		text := string(changed)
		for _, id := range []string{"executionId", "taskRunId"} { // of the parent, wherever they stand
			text = strings.ReplaceAll(text, variables[id].(string), own[id].(string))
		}
		plan := execution.NewPlan(s.set.Flow(child.Namespace, child.FlowID), child.Revision)
		for _, d := range compareExecutions(text, child, plan) {
			d.what = "child of " + name + ": " + d.what
			found = append(found, d)
		}
	}
	return found
}

// starter names who has started an execution: the task, and the value of its loop.
func starter(variables map[string]any) string {
	task, _ := variables["taskId"].(string)
	loop, _ := variables["taskRunValue"].(string)
	return strings.TrimSuffix(task+"="+loop, "=")
}

// children returns the executions that a task of another one has started, when they have ended, the first one first.
func (s *server) children(t *testing.T, parent *execution.State, name string) []*execution.State {
	t.Helper()
	all, _, err := s.engine.List(t.Context(), execution.Query{Limit: execution.MaxListLimit})
	if err != nil {
		t.Fatal(err)
	}
	var found []*execution.State
	for _, summary := range slices.Backward(all) {
		child := s.wait(t, answer{execution: summary.ID})
		if variables, _ := decode(child.Trigger.Variables.JSON).(map[string]any); variables["executionId"] == parent.ID && starter(variables) == name {
			found = append(found, child)
		}
	}
	return found
}
