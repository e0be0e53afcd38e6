package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// testRecovery opens a store again, twice. Nothing is lost, and the drivers of before can no longer commit.
func testRecovery(t *testing.T, h Harness, again func(testing.TB, execution.Store) execution.Store) {
	s := h.Open(t)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	driven, timed, waiting, signalled, ended := hello(), hello(), hello(), hello(), hello()
	commit(t, s, &execution.Batch{
		Delivery: delivery("key"),
		Accept: []execution.Accept{
			{State: driven},
			{State: timed, Park: &execution.Park{Wake: after(1_000_000)}},
			{State: waiting, Park: &execution.Park{For: "k"}},
			{State: signalled, Park: &execution.Park{}},
			{State: ended},
		},
		Signals:  []execution.Signal{{To: signalled.ID, ID: "a", Event: execution.Event{Kind: execution.Woke, At: epoch}}},
		Take:     []execution.Place{{Key: "k", Limit: 1}},
		Else:     &execution.Batch{},
		Triggers: []execution.TriggerState{{Namespace: "n", FlowID: "f", TriggerID: "t", Hash: [32]byte{1}, Disabled: true}},
		Pairs:    []execution.Pair{{Namespace: "n", Key: "k", Value: []byte("1"), Expires: after(1), Updated: epoch}},
		Logs:     []execution.LogLine{{Execution: driven.ID, Run: "r", Task: "t", Attempt: 1, Level: "INFO", At: epoch, Message: "m"}},
	})
	changes := begin()
	changes.Rows = []execution.Row{row(driven.ID, 0, execution.Success), row(driven.ID, 1, execution.Running)}
	write(t, s, execution.Write{ID: driven.ID, Version: 1, Changes: changes})
	write(t, s, execution.Write{ID: ended.ID, Version: 1, Changes: end()})
	source := execution.FlowSource{Namespace: "n", ID: "f", Hash: [32]byte{1}, Source: []byte("id: f")}
	ref, err := s.PutValue(t.Context(), driven.ID, []byte("value"))
	_, flowErr := s.PutFlow(t.Context(), source)
	if err := errors.Join(err, flowErr); err != nil {
		t.Fatal(err)
	}
	checkStats(t, s, 5, 4)
	unfinished := []string{driven.ID, timed.ID, waiting.ID, signalled.ID}
	if !s.Durable() {
		t.Error("a store that remembers is not durable")
	}

	seen := look(t, s)
	for range 2 {
		s = again(t, s)
		now := look(t, s)
		versions := map[string]int64{}
		for i, st := range now.States {
			if i < len(seen.States) && st.Version < seen.States[i].Version {
				t.Errorf("version %d after %d", st.Version, seen.States[i].Version)
			}
			versions[st.ID] = st.Version
		}
		if diff := cmp.Diff(seen, now, sameStates, cmpopts.IgnoreFields(execution.State{}, "Version")); diff != "" {
			t.Fatalf("kept (-before +now):\n%s", diff)
		}
		if versions[ended.ID] != 2 {
			t.Errorf("version %d of what has ended", versions[ended.ID])
		}
		checkStats(t, s, 5, 4)
		if data, err := s.GetValue(t.Context(), ref); err != nil || string(data) != "value" {
			t.Errorf("value %q, %v", data, err)
		}
		if got, err := s.Flow(t.Context(), "n", "f", 1); err != nil || !cmp.Equal(source, got) {
			t.Errorf("flow %+v, %v", got, err)
		}
		if revision, err := s.PutFlow(t.Context(), source); err != nil || revision != 1 {
			t.Errorf("revision %d, %v", revision, err)
		}
		checkDelivered(t, s, delivery("key"), driven.ID)
		if id, isNew := deliver(t, s, delivery("key")); isNew || id != driven.ID {
			t.Errorf("delivered again: %s, new %v", id, isNew)
		}
		if taken(t, s, execution.Place{Key: "k", Limit: 1}) {
			t.Error("a place that was taken is free")
		}
		ids, next := claim(t, s, 100, epoch)
		if diff := cmp.Diff(unfinished, ids); diff != "" || !next.IsZero() {
			t.Errorf("next %v; due (-want +got):\n%s", next, diff)
		}
		for _, id := range unfinished {
			refuse(t, s, &execution.Batch{Write: []execution.Write{{ID: id, Version: versions[id]}}}, execution.ErrConflict)
		}
	}

	// Numbers and references continue.
	st := hello()
	commit(t, s, &execution.Batch{
		Accept:  []execution.Accept{{State: st}},
		Signals: []execution.Signal{{To: signalled.ID, ID: "a"}, {To: signalled.ID, ID: "b"}},
		Logs:    []execution.LogLine{{Execution: driven.ID, Message: "later"}},
	})
	now := look(t, s)
	if in := now.Signals[signalled.ID]; len(in) != 2 || in[1].ID != "b" || in[1].Seq <= in[0].Seq {
		t.Errorf("signals %+v", in)
	}
	if lines := now.Lines[driven.ID]; len(lines) != 2 || lines[1].Message != "later" || lines[1].Seq <= lines[0].Seq {
		t.Errorf("lines %+v", lines)
	}
	if last := now.States[len(now.States)-1]; last.ID != st.ID {
		t.Error("a new execution is not the newest")
	}
	other, err := s.PutValue(t.Context(), driven.ID, []byte("other"))
	if err != nil || other == ref {
		t.Errorf("reference %q, %v", other, err)
	}
}
