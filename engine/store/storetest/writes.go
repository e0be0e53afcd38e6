package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func testWrite(t *testing.T, s execution.Store) {
	st := hello()
	want := copyOf(st)
	accept(t, s, st)
	rows := func(rows ...execution.Row) execution.Changes { return execution.Changes{Rows: rows} }
	for i, c := range []execution.Changes{
		{Head: begin().Head, Rows: []execution.Row{row(st.ID, 0, execution.Running)}},
		rows(row(st.ID, 0, execution.Success), row(st.ID, 1, execution.Running)),
		rows(row(st.ID, 1, execution.Warning)),
		rows(row(st.ID, 4, execution.Running)), // those before it are empty
		rows(row(st.ID, 3, execution.Running), row(st.ID, 2, execution.Failed)),
		end(),
		begin(), // one that has ended may go on again
		end(),
	} {
		write(t, s, execution.Write{ID: st.ID, Version: int64(i + 1), Changes: c})
		execution.Apply(want, c)
		check(t, s, want, int64(i+2))
	}
}

func testWriteNothing(t *testing.T, s execution.Store) {
	st := hello()
	accept(t, s, st)
	write(t, s, execution.Write{ID: st.ID, Version: 1})
	check(t, s, st, 2)
}

// testWriteRace checks, several times, that exactly one of many writes to one version succeeds.
func testWriteRace(t *testing.T, s execution.Store) {
	const writers, rounds = 8, 20
	st := hello()
	want := copyOf(st)
	accept(t, s, st)
	changes := func(writer int) execution.Changes {
		shared := row(st.ID, 0, execution.Running)
		shared.Run.TaskID = fmt.Sprintf("writer-%d", writer)
		return execution.Changes{Rows: []execution.Row{shared, row(st.ID, int32(writer+1), execution.Running)}}
	}
	for round := range rounds {
		errs := make([]error, writers)
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				errs[w] = s.Commit(t.Context(), &execution.Batch{Write: []execution.Write{{ID: st.ID, Version: int64(round + 1), Changes: changes(w)}}})
			})
		}
		wg.Wait()
		var won []int
		for w, err := range errs {
			if err == nil {
				won = append(won, w)
			} else if !errors.Is(err, execution.ErrConflict) {
				t.Fatalf("round %d: %v", round, err)
			}
		}
		if len(won) != 1 {
			t.Fatalf("round %d: writers %v won", round, won)
		}
		execution.Apply(want, changes(won[0]))
		check(t, s, want, int64(round+2))
	}
}

// twoTasks returns a plan with two tasks, each of which is committed separately.
func twoTasks() *execution.Plan {
	spec := &flow.Spec{Type: "Task"}
	return execution.NewPlan(&flow.Flow{
		Namespace: "company.team", ID: "hello",
		Tasks: []*flow.Component{{ID: "first", Spec: spec}, {ID: "second", Spec: spec}},
	}, 7)
}

// drive steps an execution by the answers to its tasks, and calls commit at each barrier.
func drive(t tester, p *execution.Plan, st *execution.State, commit func()) {
	t.Helper()
	event := execution.Event{Kind: execution.Started, At: after(1)}
	for n := 2; ; n++ {
		var r execution.Result
		if err := execution.Step(p, st, event, &r); err != nil || r.Stale {
			t.Fatalf("step %d: %+v, %v", n, r, err)
		}
		if r.Barrier {
			commit()
		}
		if len(r.Effects) == 0 {
			return
		}
		event = execution.Event{
			Kind: execution.TaskEnded, Run: r.Effects[0].Run, Attempt: r.Effects[0].Attempt, At: after(n),
			Status: execution.Success, Outputs: execution.Datum{JSON: []byte(`{"value":"x"}`)},
		}
	}
}

// testSteps drives an execution that shares its memory with the store. What was kept or returned at one time must not show
// later changes.
func testSteps(t *testing.T, s execution.Store) {
	p := twoTasks()
	st := execution.New(p, epoch, []flow.Label{{Key: "a", Value: "b"}}, execution.Trigger{ID: "webhook"})
	var kept, loaded []*execution.State
	look := func() {
		kept = append(kept, copyOf(st))
		got, err := s.Load(t.Context(), st.ID)
		if err != nil {
			t.Fatal(err)
		}
		loaded = append(loaded, got)
	}
	accept(t, s, st)
	st.Changes()
	look()
	drive(t, p, st, func() {
		write(t, s, execution.Write{ID: st.ID, Version: st.Version, Changes: st.Changes()})
		st.Version++
		look()
	})
	if !st.Status().Terminated() || len(kept) != 4 {
		t.Fatalf("%s after %d commits", st.Status(), len(kept))
	}
	if diff := cmp.Diff(kept, loaded, sameStates); diff != "" {
		t.Errorf("kept at each commit (-want +got):\n%s", diff)
	}
}

// testIsolation changes states after they were handed to the store or returned by it, and checks that the store does not show
// it.
func testIsolation(t *testing.T, s execution.Store) {
	st := hello()
	st.Runs = []execution.Run{*row(st.ID, 0, execution.Running).Run}
	want := copyOf(st)
	spoil := func(st *execution.State) {
		st.FlowID = "spoilt"
		st.Labels = append(st.Labels, flow.Label{Key: "spoilt"})
		st.History = append(st.History, execution.Transition{Status: "SPOILT", At: time.Time{}})
		st.Variables = execution.Datum{Ref: "spoilt"}
		for i := range st.Runs {
			r := &st.Runs[i]
			r.TaskID, r.Wait = "spoilt", execution.WaitTask
			r.History = append(r.History, execution.Transition{Status: "SPOILT"})
			a := &r.Attempts[len(r.Attempts)-1]
			a.History = append(a.History, execution.Transition{Status: "SPOILT"})
			r.Attempts = append(r.Attempts, execution.Attempt{})
		}
		st.Runs = append(st.Runs, execution.Run{ID: "spoilt"})
	}
	grow := func(st *execution.State) { // leaves capacity at the ends of lists, as Step does
		st.Labels, st.History, st.Runs = slices.Grow(st.Labels, 9), slices.Grow(st.History, 9), slices.Grow(st.Runs, 9)
		for i := range st.Runs {
			r := &st.Runs[i]
			r.History, r.Attempts = slices.Grow(r.History, 9), slices.Grow(r.Attempts, 9)
			r.Attempts[0].History = slices.Grow(r.Attempts[0].History, 9)
		}
	}
	grow(st)
	acceptParked(t, s, st, execution.Park{Wake: after(1)})
	spoil(st)
	check(t, s, want, 1)

	for range 2 { // spoil what is handed out, twice: the first time must not leave room for the second
		loaded, err := s.Load(t.Context(), want.ID)
		if err != nil {
			t.Fatal(err)
		}
		spoil(loaded)
		check(t, s, want, 1)
	}
	claimed, _, err := s.Claim(t.Context(), 1, after(1))
	if err != nil || len(claimed) != 1 {
		t.Fatalf("claim: %d, %v", len(claimed), err)
	}
	want.Version = 2
	if diff := cmp.Diff(want, claimed[0], sameStates); diff != "" {
		t.Errorf("claimed (-want +got):\n%s", diff)
	}
	spoil(claimed[0])
	check(t, s, want, 2)

	// A head with capacity at the ends of its lists, which its owner uses after it was handed in.
	changes := begin()
	head := changes.Head
	head.Labels, head.History = slices.Grow(head.Labels, 9), slices.Grow(head.History, 9)
	write(t, s, execution.Write{ID: want.ID, Version: 2, Changes: changes})
	own := *head
	own.Labels = append(own.Labels, flow.Label{Key: "own"})
	own.History = append(own.History, execution.Transition{Status: "OWN"})
	listed, _, err := s.List(t.Context(), execution.Query{})
	if err != nil || len(listed) != 1 {
		t.Fatalf("list: %d, %v", len(listed), err)
	}
	listed[0].Head.History = append(listed[0].Head.History, execution.Transition{Status: "SPOILT"})
	listed[0].Head.Labels = append(listed[0].Head.Labels, flow.Label{Key: "spoilt"})
	if own.Labels[len(own.Labels)-1].Key != "own" || own.History.Current() != "OWN" {
		t.Error("what was handed in changed with what was handed out")
	}

	ref, err := s.PutValue(t.Context(), want.ID, []byte("value"))
	if err != nil {
		t.Fatal(err)
	}
	commit(t, s, &execution.Batch{
		Pairs:   []execution.Pair{{Namespace: "n", Key: "k", Value: []byte("value")}},
		Signals: []execution.Signal{{To: want.ID, ID: "signal"}},
		Logs:    []execution.LogLine{{Execution: want.ID, Message: "line"}},
	})
	if _, err := s.PutFlow(t.Context(), execution.FlowSource{Namespace: "n", ID: "f", Source: []byte("value")}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		data, err := s.GetValue(t.Context(), ref)
		pair, pairErr := s.Pair(t.Context(), "n", "k", epoch)
		source, flowErr := s.Flow(t.Context(), "n", "f", 1)
		if err := errors.Join(err, pairErr, flowErr); err != nil {
			t.Fatal(err)
		}
		for _, data := range [][]byte{data, pair.Value, source.Source} {
			if string(data) != "value" {
				t.Errorf("value %q", data)
			}
			copy(data, "SPOILT")
		}
		inbox, err := s.Inbox(t.Context(), want.ID, 0)
		lines, logsErr := s.Logs(t.Context(), want.ID, 0, 10)
		if err := errors.Join(err, logsErr); err != nil || len(inbox) != 1 || inbox[0].ID != "signal" || len(lines) != 1 || lines[0].Message != "line" {
			t.Fatalf("signals %+v, lines %+v, %v", inbox, lines, err)
		}
		inbox[0].ID, lines[0].Message = "spoilt", "spoilt"
	}
}
