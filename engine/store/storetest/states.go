package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

var epoch = time.Date(2026, 6, 1, 10, 11, 12, 123456789, time.UTC)

// after returns a time some seconds after the epoch.
func after(seconds int) time.Time { return epoch.Add(time.Duration(seconds) * time.Second) }

// newState returns the state of a new execution with something in every member.
func newState(namespace, flowID string) *execution.State {
	return &execution.State{
		Start: execution.Start{
			ID:        execution.NewID(),
			Namespace: namespace,
			FlowID:    flowID,
			Revision:  7,
			Core:      execution.Core,
			Seed:      1<<63 + 12345,
			Trigger: execution.Trigger{
				ID:        "webhook",
				Type:      "io.kestra.plugin.core.trigger.Webhook",
				Variables: execution.Datum{JSON: []byte("{\"body\":{\n \"z\": \"<&>\", \"a\": 1.10},\"headers\":{}}")},
			},
			Inputs: execution.Datum{JSON: []byte(`{"i": 1}`)},
			Parent: execution.Parent{ID: "parent", Run: 2, Attempt: 1, Iteration: 3},
			Trace:  "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		},
		Head: *head(execution.Created),
	}
}

// hello returns a state of a flow that is always the same.
func hello() *execution.State { return newState("company.team", "hello") }

// head returns a head with something in every member and these statuses.
func head(statuses ...execution.Status) *execution.Head {
	h := &execution.Head{
		Labels:    []flow.Label{{Key: "system.from", Value: "trigger"}, {Key: "a", Value: "ü \x00 '"}},
		Variables: execution.Datum{JSON: []byte(`{"v": "1.0"}`)},
		Wait:      execution.WaitEval,
		Since:     after(5),
		Progress:  execution.Progress{Next: int32(len(statuses)), Open: 1, Worst: execution.Warning},
	}
	for i, status := range statuses {
		h.History = append(h.History, execution.Transition{Status: status, At: after(i)})
	}
	value := "v"
	h.Breakpoints = []execution.Breakpoint{{ID: "b"}, {ID: "c", Value: &value}}
	if h.History.Current().Terminated() {
		h.Outputs = execution.Datum{JSON: []byte(`{"o":1}`)}
		h.Exit = h.History.Current()
	}
	return h
}

// row returns a task run with something in every member.
func row(id string, row int32, status execution.Status) execution.Row {
	history := execution.History{
		{Status: execution.Created, At: after(1)},
		{Status: execution.Running, At: after(2)},
		{Status: status, At: after(3)},
	}
	task := fmt.Sprintf("task-%d", row)
	return execution.Row{Row: row, Run: &execution.Run{
		ID:        execution.RunID(id, "", task, 1, 0),
		TaskID:    task,
		Node:      row + 1,
		Parent:    execution.RootRow,
		Value:     "\"v\"",
		Iteration: 1,
		History:   history,
		Attempts:  []execution.Attempt{{History: slices.Clone(history[:2])}, {History: slices.Clone(history)}},
		Outputs:   execution.Datum{JSON: []byte(`{"value":"x"}`)},
		Wait:      execution.WaitTimer,
		Wake:      after(9),
		Progress:  execution.Progress{Stage: execution.StageErrors, Case: 1, Next: 2, Open: 3, Broken: true, Worst: execution.Failed},
		Several:   &execution.Several{Total: 9, Next: 4, Open: []int32{1, 3}, Ended: []execution.Count{{Status: execution.Success, N: 2}}, Broken: true, Again: true, Given: `{"u":1}`},
	}}
}

// begin and end return the heads of an execution that runs, and of one that has ended.
func begin() execution.Changes {
	return execution.Changes{Head: head(execution.Created, execution.Running)}
}

func end() execution.Changes {
	return execution.Changes{Head: head(execution.Created, execution.Running, execution.Success)}
}

// commit commits a batch that must be kept.
func commit(t tester, s execution.Store, b *execution.Batch) {
	t.Helper()
	if err := s.Commit(t.Context(), b); err != nil {
		t.Fatalf("commit: %v", err)
	}
}

// refuse commits a batch that must be refused.
func refuse(t *testing.T, s execution.Store, b *execution.Batch, want error) {
	t.Helper()
	if err := s.Commit(t.Context(), b); !errors.Is(err, want) {
		t.Errorf("commit: %v, want %v", err, want)
	}
}

func accept(t tester, s execution.Store, st *execution.State) {
	t.Helper()
	commit(t, s, &execution.Batch{Accept: []execution.Accept{{State: st}}})
}

func acceptParked(t tester, s execution.Store, st *execution.State, p execution.Park) {
	t.Helper()
	commit(t, s, &execution.Batch{Accept: []execution.Accept{{State: st, Park: &p}}})
}

func write(t tester, s execution.Store, w execution.Write) {
	t.Helper()
	commit(t, s, &execution.Batch{Write: []execution.Write{w}})
}

// sameStates compares the kept parts of states. Nil and empty lists are equal there.
var sameStates = cmp.Options{cmpopts.IgnoreUnexported(execution.State{}, execution.Run{}), cmpopts.EquateEmpty()}

// copyOf returns a copy that shares nothing with st but texts that never change.
func copyOf(st *execution.State) *execution.State {
	c := *st
	c.Head = copyHead(st.Head)
	c.Runs = slices.Clone(st.Runs)
	for i := range c.Runs {
		c.Runs[i] = copyRun(c.Runs[i])
	}
	return &c
}

func copyHead(h execution.Head) execution.Head {
	h.Labels, h.History = slices.Clone(h.Labels), slices.Clone(h.History)
	return h
}

func copyRun(r execution.Run) execution.Run {
	r.History, r.Attempts = slices.Clone(r.History), slices.Clone(r.Attempts)
	for i := range r.Attempts {
		r.Attempts[i].History = slices.Clone(r.Attempts[i].History)
	}
	return r
}

// check compares what is kept of want.ID with want at that version.
func check(t *testing.T, s execution.Store, want *execution.State, version int64) {
	t.Helper()
	got, err := s.Load(t.Context(), want.ID)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	want = copyOf(want)
	want.Version = version
	if diff := cmp.Diff(want, got, sameStates); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}

// claim claims executions, and returns their ids and when to come again.
func claim(t tester, s execution.Store, n int, now time.Time) (ids []string, next time.Time) {
	t.Helper()
	due, next, err := s.Claim(t.Context(), n, now)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	for _, st := range due {
		ids = append(ids, st.ID)
	}
	return ids, next
}

// checkDue claims all executions that are due, and compares their ids.
func checkDue(t *testing.T, s execution.Store, now time.Time, want ...string) {
	t.Helper()
	got, _ := claim(t, s, 1000, now)
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("due (-want +got):\n%s", diff)
	}
}

// versionOf returns the version that is kept.
func versionOf(t tester, s execution.Store, id string) int64 {
	t.Helper()
	st, err := s.Load(t.Context(), id)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return st.Version
}
