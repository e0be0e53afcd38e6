package engine

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The flows of these tests fail as long as a key is missing, which the flow fix sets.
const (
	needsKey = `{id: need, type: io.kestra.plugin.core.debug.Return, format: "{{ kv('fixed') }} {{ trigger.body.n ?? '' }}"}`
	fix      = "- {id: set, type: io.kestra.plugin.core.kv.Set, key: fixed, value: 'yes', kvType: STRING}"
)

// restartFlows are flows that fail: one with lists around, two of the same place, and one that starts one that fails.
func restartFlows() []string {
	return []string{
		taskFlow("fix", fix, ""),
		taskFlow("fails", "- {id: first, type: io.kestra.plugin.core.debug.Return, format: \"{{ uuid() }}\"}\n- "+needsKey+"\n- {id: last, type: io.kestra.plugin.core.debug.Return, format: \"{{ labels.system.restarted ?? 'no' }}\"}", "stopAfter: [SUCCESS]",
			"errors: [{id: sorry, type: io.kestra.plugin.core.log.Log, message: sorry}]", "finally: [{id: done, type: io.kestra.plugin.core.log.Log, message: done}]",
			"outputs: [{id: o, type: STRING, value: '{{ outputs.need.value }}'}]"),
		taskFlow("limited", "- "+needsKey, "", "concurrency: {limit: 1}"),
		taskFlow("parent", "- {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: company.team, flowId: fails}\n- {id: after, type: io.kestra.plugin.core.debug.Return, format: '{{ outputs.call.outputs.o }}'}", ""),
		taskFlow("anew", "- {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: company.team, flowId: fails, restartBehavior: NEW_EXECUTION}", ""),
	}
}

// runsOf returns the task runs of an execution with their statuses and the number of their attempts, in the order in which they began.
func runsOf(s *execution.State) string {
	var texts []string
	for i := range s.Runs {
		if r := &s.Runs[i]; !r.Free() {
			texts = append(texts, r.TaskID+" "+string(r.Status())+strings.Repeat("'", max(0, len(r.Attempts)-1)))
		}
	}
	return strings.Join(texts, ", ")
}

// outputOf returns an output of a task.
func outputOf(s *execution.State, taskID, name string) string {
	for i := range s.Runs {
		if s.Runs[i].TaskID == taskID {
			m, err := value.DecodeMembers(s.Runs[i].Outputs.JSON)
			if err != nil {
				return err.Error()
			}
			v, _ := m.Get(name)
			return v.Str()
		}
	}
	return ""
}

// onEachStore runs a test with the store in memory, and with the one in a file.
func onEachStore(t *testing.T, test func(t *testing.T, e *Engine)) {
	t.Run("memory", func(t *testing.T) { test(t, openEngine(t)) })
	t.Run("sqlite", func(t *testing.T) {
		e, _ := onDisk(t)()
		test(t, e)
	})
}

// TestRestart lets executions go on from where they have failed.
func TestRestart(t *testing.T) { onEachStore(t, testRestart) }

func testRestart(t *testing.T, e *Engine) {
	s := newSite(t, e, SiteOptions{}, restartFlows()...)
	e.Serve(s)
	ids := map[string]string{}
	first := map[string]*execution.State{}
	for _, id := range []string{"fails", "limited", "parent", "anew"} {
		ids[id] = send(s, id, `{"n":7}`).ExecutionID
		first[id] = waitFor(t, e, ids[id])
	}
	for id, want := range map[string]string{
		"fails": "first SUCCESS, need FAILED, sorry SUCCESS, done SUCCESS", "limited": "need FAILED", "parent": "call FAILED", "anew": "call FAILED",
	} {
		if got := runsOf(first[id]); got != want {
			t.Fatalf("%s ended as %s", id, got)
		}
	}
	child := outputOf(first["parent"], "call", "executionId")
	if err := e.Restart(t.Context(), ids["limited"]); err != nil {
		t.Fatal(err)
	}
	if got := waitFor(t, e, ids["limited"]); got.Status() != execution.Failed || runsOf(got) != "need FAILED'" {
		t.Errorf("the one that is not mended: %s, %s", got.Status(), runsOf(got))
	}
	waitFor(t, e, send(s, "fix", "{}").ExecutionID)
	before, err := e.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if found, _, err := e.List(t.Context(), execution.Query{FlowID: "fails"}); err != nil || len(found) != 3 ||
		found[0].StartedBy != ids["anew"] || found[1].StartedBy != ids["parent"] || found[2].StartedBy != "" {
		t.Errorf("the list says by whom they were started: %+v, %v", found, err)
	}
	again := map[string]*execution.State{}
	for id := range ids {
		if err := e.Restart(t.Context(), ids[id]); err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		again[id] = waitFor(t, e, ids[id])
		if again[id].Status() != execution.Success {
			t.Errorf("%s ended %s: %s", id, again[id].Status(), runsOf(again[id]))
		}
	}
	for id, want := range map[string]string{
		"fails": "first SUCCESS, need SUCCESS', last SUCCESS, done SUCCESS", "limited": "need SUCCESS''", "parent": "call SUCCESS, after SUCCESS", "anew": "call SUCCESS'",
	} {
		if got := runsOf(again[id]); got != want {
			t.Errorf("%s ended as %s, want %s", id, got, want)
		}
	}
	if got, want := outputOf(again["fails"], "first", "value"), outputOf(first["fails"], "first", "value"); got != want || got == "" {
		t.Errorf("what had succeeded has the output %q, and had %q", got, want)
	}
	if got := string(again["fails"].Outputs.JSON); got != `{"o":"yes 7"}` {
		t.Errorf("outputs %s", got)
	}
	if got := outputOf(again["fails"], "last", "value"); got != "true" {
		t.Errorf("the label is %q", got)
	}
	if got := outputOf(again["parent"], "call", "executionId"); got != child {
		t.Errorf("the execution of a subflow is %s, and was %s", got, child)
	}
	if got, was := outputOf(again["anew"], "call", "executionId"), outputOf(first["anew"], "call", "executionId"); got == was {
		t.Errorf("with NEW_EXECUTION the execution of a subflow is %s as before", got)
	}
	want := []flow.Label{{Key: "system.restarted", Value: "true"}}
	if got := again["fails"].Labels; cmp.Diff(want, got[len(got)-1:]) != "" {
		t.Errorf("labels %v", got)
	}
	after, err := e.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if after.Executions != before.Executions+1 || after.Unfinished != 0 { // the one of anew
		t.Errorf("the store has %+v, and had %+v", after, before)
	}
	if shown, err := e.Show(t.Context(), ids["fails"]); err != nil || shown.Metadata.AttemptNumber != 2 || shown.OriginalID != ids["fails"] {
		t.Errorf("it is shown as %+v, %v", shown.Metadata, err)
	}
	if r := send(s, "fails", "{}"); r.Status != 409 { // stopAfter
		t.Errorf("the webhook answers %d after the success", r.Status)
	}
	for id, want := range map[string]error{ids["fails"]: execution.ErrNothingToRestart, "nobody": ErrNotFound} {
		if err := e.Restart(t.Context(), id); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", id, err, want)
		}
	}
}

// TestRestartPaused lets all go on that is paused.
func TestRestartPaused(t *testing.T) { onEachStore(t, testRestartPaused) }

func testRestartPaused(t *testing.T, e *Engine) {
	s := newSite(t, e, SiteOptions{}, taskFlow("f", "- {id: p, type: io.kestra.plugin.core.flow.Pause}", ""))
	e.Serve(s)
	id := send(s, "f", "{}").ExecutionID
	for st := range e.FollowExecution(t.Context(), id) {
		if st.Status() == execution.Paused {
			break
		}
	}
	if err := e.Restart(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if st := waitFor(t, e, id); st.Status() != execution.Success {
		t.Errorf("it ended %s", st.Status())
	}
}

// TestRestartGoesOnAfterwards ends the process when an execution that was restarted is under way, in the place of its flow.
func TestRestartGoesOnAfterwards(t *testing.T) {
	open := onDisk(t)
	g := newGate(t, t.Name())
	texts := []string{
		taskFlow("fix", fix, ""),
		taskFlow("f", "- {id: first, type: io.kestra.plugin.core.debug.Return, format: '{{ uuid() }}'}\n- "+needsKey+"\n- {id: gate, type: test.Gate, gate: "+t.Name()+"}", "", "concurrency: {limit: 1}"),
	}
	e, _ := open()
	s := newSite(t, e, SiteOptions{}, texts...)
	e.Serve(s)
	id := send(s, "f", "{}").ExecutionID
	first := waitFor(t, e, id)
	waitFor(t, e, send(s, "fix", "{}").ExecutionID)

	e, _ = open() // it ended in another process
	s = newSite(t, e, SiteOptions{}, texts...)
	e.Serve(s)
	if err := e.Restart(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	<-g.entered
	other := send(s, "f", "{}").ExecutionID // it waits for the place
	if st, err := e.Get(t.Context(), other); err != nil || st.Status() != execution.Queued {
		t.Errorf("another one is %s, %v", st.Status(), err)
	}

	e, _ = open()
	e.Serve(newSite(t, e, SiteOptions{}, texts...))
	<-g.entered
	close(g.open)
	last := waitFor(t, e, id)
	if got, want := runsOf(last), "first SUCCESS, need SUCCESS', gate SUCCESS'"; got != want || last.Status() != execution.Success {
		t.Errorf("it ended %s as %s, want %s", last.Status(), got, want)
	}
	if got, want := outputOf(last, "first", "value"), outputOf(first, "first", "value"); got != want {
		t.Errorf("what had succeeded has the output %q, and had %q", got, want)
	}
	if st := waitFor(t, e, other); st.Status() != execution.Success {
		t.Errorf("the other one ended %s", st.Status())
	}
}

// TestReplayFrom does executions anew from a task run on, by this and by other revisions of their flow.
func TestReplayFrom(t *testing.T) { onEachStore(t, testReplayFrom) }

func testReplayFrom(t *testing.T, e *Engine) {
	const large = 300 << 10 // which is kept apart
	first := "- {id: first, type: io.kestra.plugin.core.debug.Return, format: \"{{ uuid() }}{{ trigger.body.large }}\"}\n- "
	outputs := "outputs: [{id: o, type: STRING, value: '{{ outputs.need.value }} {{ outputs.first.value | length }}'}]"
	s := newSite(t, e, SiteOptions{}, taskFlow("f", first+needsKey, "", outputs))
	e.Serve(s)
	id := send(s, "f", `{"n":7,"large":"`+strings.Repeat("x", large)+`"}`).ExecutionID
	before := waitFor(t, e, id)
	failed := before.Runs[1].ID
	mended := `{id: need, type: io.kestra.plugin.core.debug.Return, format: mended}`
	s = newSite(t, e, SiteOptions{}, taskFlow("f", first+mended, "", outputs))
	e.Serve(s)
	for _, tt := range []struct {
		name     string
		how      Replay
		revision int
		status   execution.Status
		label    string
	}{
		{"by the flow as it is now", Replay{TaskRun: failed}, 2, execution.Success, "system.replay"},
		{"by the first revision", Replay{TaskRun: failed, Revision: 1}, 1, execution.Failed, "system.replay"},
		{"from what has failed", Replay{Failed: true, Revision: 2}, 2, execution.Success, "system.restarted"},
	} {
		next, _, err := s.Replay(t.Context(), id, tt.how)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		got := waitFor(t, e, next)
		if got.Status() != tt.status || got.Revision != tt.revision || got.Origin.Before != id || got.Labels[len(got.Labels)-1].Key != tt.label {
			t.Errorf("%s: %s by revision %d, %+v, %v", tt.name, got.Status(), got.Revision, got.Origin, got.Labels)
		}
		if outputOf(got, "first", "value") != outputOf(before, "first", "value") || got.Runs[0].Outputs.Ref == before.Runs[0].Outputs.Ref {
			t.Errorf("%s: what came before has other outputs, or the same value", tt.name)
		}
		if tt.status == execution.Success && !strings.HasPrefix(string(got.Outputs.JSON), `{"o":"mended 307`) {
			t.Errorf("%s: outputs %.60s", tt.name, got.Outputs.JSON)
		}
		if shown, err := e.Show(t.Context(), next); err != nil || shown.Metadata.AttemptNumber != 2 {
			t.Errorf("%s: it is shown as %+v, %v", tt.name, shown.Metadata, err)
		}
	}
	var missing *NoRevisionError
	if _, _, err := s.Replay(t.Context(), id, Replay{Revision: 9}); !errors.As(err, &missing) {
		t.Errorf("a revision that is not kept: %v", err)
	}
	if _, _, err := s.Replay(t.Context(), id, Replay{TaskRun: "nobody"}); !errors.Is(err, ErrNothingToRestart) {
		t.Errorf("no task run: %v", err)
	}
	if next, _, err := s.Replay(t.Context(), id, Replay{Revision: 1}); err != nil || waitFor(t, e, next).Revision != 1 {
		t.Errorf("all of it by the first revision: %v", err)
	}
}
