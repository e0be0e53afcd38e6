package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

var epoch = time.Date(2026, 6, 1, 10, 11, 12, 123456789, time.UTC)

// newState returns a state with something in every member, as one that was just created.
func newState(namespace, flowID string) *execution.State {
	return &execution.State{
		ID:        execution.NewID(),
		Namespace: namespace,
		FlowID:    flowID,
		Revision:  7,
		Core:      execution.Core,
		Seed:      1<<63 + 12345,
		Labels:    []flow.Label{{Key: "system.from", Value: "trigger"}, {Key: "a", Value: "ü \x00 '"}},
		Trigger: execution.Trigger{
			ID:        "webhook",
			Type:      "io.kestra.plugin.core.trigger.Webhook",
			Variables: execution.Datum{JSON: []byte("{\"body\":{\n \"z\": \"<&>\", \"a\": 1.10},\"headers\":{}}")},
		},
		History: execution.History{{Status: execution.Created, At: epoch}},
	}
}

// taskRun returns a row with something in every member.
func taskRun(s *execution.State, ordinal int, status execution.Status) execution.Change {
	history := execution.History{
		{Status: execution.Created, At: epoch.Add(time.Second)},
		{Status: execution.Running, At: epoch.Add(2 * time.Second)},
		{Status: status, At: epoch.Add(3 * time.Second)},
	}
	return execution.Change{TaskRun: &execution.TaskRunRow{Ordinal: ordinal, TaskRun: execution.TaskRun{
		ID:       execution.TaskRunID(s.ID, ordinal),
		TaskID:   fmt.Sprintf("task-%d", ordinal),
		History:  history,
		Attempts: []execution.Attempt{{History: slices.Clone(history)}},
		Outputs:  execution.Datum{JSON: []byte(`{"value":"x"}`)},
	}}}
}

func header(statuses ...execution.Status) execution.Change {
	h := &execution.Header{}
	for i, status := range statuses {
		h.History = append(h.History, execution.Transition{Status: status, At: epoch.Add(time.Duration(i) * time.Second)})
	}
	if h.History.Current().Terminated() {
		h.Outputs = execution.Datum{JSON: []byte(`{"o":1}`)}
	}
	return execution.Change{Header: h}
}

func accept(t *testing.T, s execution.Store, st *execution.State) {
	t.Helper()
	if err := s.Accept(t.Context(), st); err != nil {
		t.Fatalf("accept: %v", err)
	}
}

func commit(t *testing.T, s execution.Store, id string, version int64, changes ...execution.Change) {
	t.Helper()
	if err := s.Commit(t.Context(), id, version, changes); err != nil {
		t.Fatalf("commit: %v", err)
	}
}

// check compares what is kept of want.ID with want at that version.
func check(t *testing.T, s execution.Store, want *execution.State, version int64) {
	t.Helper()
	got, err := s.Load(t.Context(), want.ID)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	want = want.Clone()
	want.Version = version
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}
