package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// testBatchKeepsNothing commits batches of everything in which one precondition fails.
func testBatchKeepsNothing(t *testing.T, s execution.Store) {
	first, parked, ended := hello(), hello(), hello()
	commit(t, s, &execution.Batch{Delivery: delivery("taken"), Accept: []execution.Accept{{State: first}, {State: parked, Park: &execution.Park{For: "k"}}, {State: ended}}})
	write(t, s, execution.Write{ID: ended.ID, Version: 1, Changes: end()})
	commit(t, s, &execution.Batch{Take: []execution.Place{{Key: "k", Limit: 1}}, Else: &execution.Batch{}})

	for _, tt := range []struct {
		name  string
		spoil func(b *execution.Batch)
		want  error // nil: Delivered, naming first
	}{
		{"delivered", func(b *execution.Batch) { b.Delivery = delivery("taken") }, nil},
		{"delivered, by another one than it replaces", func(b *execution.Batch) {
			b.Delivery = delivery("taken")
			b.Delivery.Replaces = ended.ID
		}, nil},
		{"an old version", func(b *execution.Batch) { b.Write[1].Version = 1 }, execution.ErrConflict},
		{"a version to come", func(b *execution.Batch) { b.Write[0].Version = 2 }, execution.ErrConflict},
		{"version 0", func(b *execution.Batch) { b.Write[0].Version = 0 }, execution.ErrConflict},
		{"written twice", func(b *execution.Batch) { b.Write[1] = b.Write[0] }, execution.ErrConflict},
		{"written twice, in order", func(b *execution.Batch) { b.Write[1] = b.Write[0]; b.Write[1].Version = 2 }, execution.ErrConflict},
		{"write to nobody", func(b *execution.Batch) { b.Write[1].ID = "nobody" }, execution.ErrNotFound},
		{"write to what comes", func(b *execution.Batch) { b.Write[1].ID = b.Accept[0].State.ID }, execution.ErrNotFound},
		{"signal to nobody", func(b *execution.Batch) { b.Signals[1].To = "nobody" }, execution.ErrNotFound},
		{"line of nobody", func(b *execution.Batch) { b.Logs[1].Execution = "nobody" }, execution.ErrNotFound},
		{"no place, and Else conflicts", func(b *execution.Batch) {
			b.Take = []execution.Place{{Key: "k", Limit: 1}}
			b.Else.Write = []execution.Write{{ID: first.ID, Version: 7}}
		}, execution.ErrConflict},
		{"no place, and a conflict beside it", func(b *execution.Batch) {
			b.Take = []execution.Place{{Key: "k", Limit: 1}}
			b.Write[0].Version = 7
		}, execution.ErrConflict},
	} {
		t.Run(tt.name, func(t *testing.T) {
			st := hello()
			b := &execution.Batch{
				Delivery: delivery("d"),
				Accept:   []execution.Accept{{State: st}},
				Write: []execution.Write{
					{ID: first.ID, Version: 1, Changes: begin()},
					{ID: ended.ID, Version: 2, Changes: begin()},
				},
				Signals:  []execution.Signal{{To: parked.ID, ID: "a"}, {To: st.ID, ID: "b"}},
				Take:     []execution.Place{{Key: "free", Limit: 1}},
				Give:     []execution.Place{{Key: "k", Limit: 1}},
				Else:     &execution.Batch{Pairs: []execution.Pair{{Namespace: "n", Key: "else"}}},
				Triggers: []execution.TriggerState{{Namespace: "n", FlowID: "f", TriggerID: "t", Disabled: true}},
				Pairs:    []execution.Pair{{Namespace: "n", Key: "k"}},
				Logs:     []execution.LogLine{{Execution: first.ID}, {Execution: st.ID}},
			}
			tt.spoil(b)
			seen := look(t, s)
			err := s.Commit(t.Context(), b)
			var delivered *execution.Delivered
			if tt.want == nil && (!errors.As(err, &delivered) || delivered.ID != first.ID) || !errors.Is(err, tt.want) && tt.want != nil {
				t.Errorf("commit: %v", err)
			}
			if st.Version != 0 {
				t.Errorf("the version %d was set", st.Version)
			}
			seen.check(t, s)
			if ids, next := claim(t, s, 10, after(1000)); len(ids) > 0 || !next.IsZero() {
				t.Errorf("due: %q, next %v", ids, next)
			}
		})
	}
	// Neither the delivery nor a place was taken.
	b := &execution.Batch{Delivery: delivery("d"), Accept: []execution.Accept{{State: hello()}}, Take: []execution.Place{{Key: "free", Limit: 1}}, Else: &execution.Batch{}}
	commit(t, s, b)
	if b.Instead {
		t.Error("a place was taken by a batch that was not kept")
	}
}

// testBatchOfTwo commits a child, with the write of its parent, and everything else at once.
func testBatchOfTwo(t *testing.T, s execution.Store) {
	parent, child := hello(), newState("company.team", "child")
	accept(t, s, parent)
	changes := begin()
	trigger := execution.TriggerState{Namespace: "n", FlowID: "f", TriggerID: "t", Hash: [32]byte{1, 31: 2}, Disabled: true}
	pair := execution.Pair{Namespace: "n", Key: "k", Value: []byte(`{"a": 1}`), Updated: epoch}
	line := execution.LogLine{Execution: child.ID, Run: "run", Task: "task", Attempt: 2, Level: "WARN", At: epoch, Message: "ü \x00 '"}
	signal := execution.Signal{To: child.ID, ID: "s", Event: execution.Event{Kind: execution.Woke, Run: 3, Attempt: 1, At: epoch}}
	commit(t, s, &execution.Batch{
		Accept:   []execution.Accept{{State: child, Park: &execution.Park{}}},
		Write:    []execution.Write{{ID: parent.ID, Version: 1, Changes: changes, Park: &execution.Park{}}},
		Signals:  []execution.Signal{signal},
		Triggers: []execution.TriggerState{trigger},
		Pairs:    []execution.Pair{pair},
		Logs:     []execution.LogLine{line},
	})
	execution.Apply(parent, changes)
	parent.Version = 2
	got := look(t, s)
	if len(got.Signals[child.ID]) == 1 {
		signal.Seq = got.Signals[child.ID][0].Seq
	}
	if len(got.Lines[child.ID]) == 1 {
		line.Seq = got.Lines[child.ID][0].Seq
	}
	want := &world{
		States:   []*execution.State{parent, child},
		Signals:  map[string][]execution.Signal{child.ID: {signal}},
		Lines:    map[string][]execution.LogLine{child.ID: {line}},
		Triggers: []execution.TriggerState{trigger},
		Pairs:    []execution.Pair{pair},
	}
	if diff := cmp.Diff(want, got, sameStates); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	checkDue(t, s, epoch, child.ID)

	// The child ends and tells its parent.
	commit(t, s, &execution.Batch{
		Write:   []execution.Write{{ID: child.ID, Version: 2, Changes: end()}},
		Signals: []execution.Signal{{To: parent.ID, ID: child.ID}},
	})
	checkDue(t, s, epoch, parent.ID)
}

// testBatchWithoutSense commits batches that make no sense and are refused.
func testBatchWithoutSense(t *testing.T, s execution.Store) {
	for name, b := range map[string]*execution.Batch{
		"a delivery of nothing": {Delivery: delivery("d")},
		"places without Else":   {Take: []execution.Place{{Key: "k", Limit: 1}}, Pairs: []execution.Pair{{Namespace: "n", Key: "k"}}},
	} {
		if err := s.Commit(t.Context(), b); err == nil {
			t.Errorf("%s was kept", name)
		}
	}
	(&world{}).check(t, s)
	commit(t, s, &execution.Batch{})
}
