package storetest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

func testAccept(t *testing.T, s execution.Store) {
	st := hello()
	want := copyOf(st)
	accept(t, s, st)
	if st.Version != 1 {
		t.Errorf("accept set the version %d", st.Version)
	}
	check(t, s, want, 1)

	bare := &execution.State{Start: execution.Start{ID: execution.NewID()}}
	bare.History = execution.History{{Status: execution.Created, At: epoch}}
	accept(t, s, bare)
	check(t, s, bare, 1)
	if ids, next := claim(t, s, 10, after(1000)); len(ids) > 0 || !next.IsZero() {
		t.Errorf("what is driven is due: %q, next %v", ids, next)
	}
}

func testAcceptEnded(t *testing.T, s execution.Store) {
	st := hello()
	execution.Apply(st, end())
	execution.Apply(st, execution.Changes{Rows: []execution.Row{row(st.ID, 0, execution.Success), row(st.ID, 1, execution.Failed)}})
	want := copyOf(st)
	accept(t, s, st)
	check(t, s, want, 1)
}

// testAcceptEndedMemory uses the memory of executions again that have ended when they are accepted: the store must not see that. One is small,
// one is large, and one has a value of its own.
func testAcceptEndedMemory(t *testing.T, s execution.Store) {
	for _, outputs := range []int{10, execution.InlineLimit, 20} {
		st := hello()
		execution.Apply(st, end())
		execution.Apply(st, execution.Changes{Rows: []execution.Row{row(st.ID, 0, execution.Success), row(st.ID, 1, execution.Failed)}})
		st.Outputs.JSON = fmt.Appendf(nil, `{"a":"%s"}`, strings.Repeat("x", outputs))
		if outputs == 20 {
			ref, err := s.PutValue(t.Context(), st.ID, []byte(`"apart"`))
			if err != nil {
				t.Fatal(err)
			}
			st.Runs[0].Outputs = execution.Datum{Ref: ref}
		}
		texts := func(st *execution.State) []*execution.Datum {
			return []*execution.Datum{&st.Trigger.Variables, &st.Inputs, &st.Outputs, &st.Runs[1].Outputs}
		}
		want := copyOf(st)
		for _, d := range texts(want) {
			d.JSON = bytes.Clone(d.JSON)
		}
		accept(t, s, st)
		for _, d := range texts(st) {
			clear(d.JSON)
		}
		clear(st.Labels)
		clear(st.Runs[0].History)
		clear(st.Runs[0].Attempts[0].History)
		clear(st.Runs[0].Attempts)
		clear(st.Runs)
		st.Clear()
		check(t, s, want, 1)
	}
}

// testAcceptAgain accepts one execution twice: nothing of the batch is done again, and the caller sees no difference.
func testAcceptAgain(t *testing.T, s execution.Store) {
	other := hello()
	accept(t, s, other)
	st := hello()
	want := copyOf(st)
	batch := func(st *execution.State) *execution.Batch {
		return &execution.Batch{
			Delivery: delivery("d"),
			Accept:   []execution.Accept{{State: st}},
			Write:    []execution.Write{{ID: other.ID, Version: 1, Changes: begin()}},
			Signals:  []execution.Signal{{To: other.ID, ID: "s"}},
			Take:     []execution.Place{{Key: "k", Limit: 2}},
			Else:     &execution.Batch{},
			Logs:     []execution.LogLine{{Execution: st.ID, Message: "accepted", At: epoch}},
		}
	}
	commit(t, s, batch(st))
	seen := look(t, s)
	for _, d := range []*execution.Delivery{delivery("d"), nil} {
		again := copyOf(want)
		again.Labels[0].Value = "again"
		b := batch(again)
		b.Delivery = d
		commit(t, s, b)
		if again.Version != 1 {
			t.Errorf("the version is %d", again.Version)
		}
	}
	seen.check(t, s)
	check(t, s, want, 1)
	// One place of two was taken, so one is left.
	for _, instead := range []bool{false, true} {
		b := &execution.Batch{Take: []execution.Place{{Key: "k", Limit: 2}}, Else: &execution.Batch{}}
		commit(t, s, b)
		if b.Instead != instead {
			t.Errorf("no place was free: %v, want %v", b.Instead, instead)
		}
	}
}

// testAcceptAloneAgain accepts an execution twice by a batch that depends on nothing else that is kept, with what comes beside it.
func testAcceptAloneAgain(t *testing.T, s execution.Store) {
	st, beside := hello(), hello()
	want := copyOf(st)
	batch := func(st *execution.State, value string) *execution.Batch {
		return &execution.Batch{
			Accept:   []execution.Accept{{State: st}, {State: copyOf(beside), Park: &execution.Park{Wake: after(5)}}, {State: copyOf(beside)}}, // one twice
			Triggers: []execution.TriggerState{{Namespace: "n", FlowID: "f", TriggerID: value, Disabled: true}},
			Pairs:    []execution.Pair{{Namespace: "n", Key: "k", Value: []byte(value), Updated: epoch}},
			Logs:     []execution.LogLine{{Execution: st.ID, Message: "accepted", At: epoch}, {Execution: beside.ID, Message: "accepted", At: epoch}},
		}
	}
	commit(t, s, batch(st, `"first"`))
	seen := look(t, s)
	again := copyOf(want)
	again.Labels[0].Value = "again"
	commit(t, s, batch(again, `"second"`))
	if again.Version != 1 {
		t.Errorf("the version is %d", again.Version)
	}
	seen.check(t, s)
	check(t, s, want, 1)
	if p, err := s.Pair(t.Context(), "n", "k", epoch); err != nil || string(p.Value) != `"first"` {
		t.Errorf("the pair has %s, %v", p.Value, err)
	}
	if all, err := s.Triggers(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("triggers %v, %v", all, err)
	}
	if ids, _ := claim(t, s, 10, after(10)); len(ids) != 1 || ids[0] != beside.ID {
		t.Errorf("due are %q, want %s", ids, beside.ID)
	}
}

// testAcceptOneAgain accepts an execution once more, after another one that is new: as a batch is kept as a whole, the other is not kept.
func testAcceptOneAgain(t *testing.T, s execution.Store) {
	kept := hello()
	accept(t, s, copyOf(kept))
	seen := look(t, s)
	st, again := hello(), copyOf(kept)
	commit(t, s, &execution.Batch{
		Accept: []execution.Accept{{State: st}, {State: again}},
		Logs:   []execution.LogLine{{Execution: st.ID, Message: "accepted", At: epoch}},
	})
	if st.Version != 1 || again.Version != 1 {
		t.Errorf("the versions are %d and %d", st.Version, again.Version)
	}
	seen.check(t, s)
}

// testReferences checks that of a text with a reference only the reference is kept.
func testReferences(t *testing.T, s execution.Store) {
	apart := func(ref string) execution.Datum {
		return execution.Datum{Ref: ref, JSON: []byte(`{"filled":"in"}`)}
	}
	st := hello()
	st.Trigger.Variables, st.Inputs, st.Variables, st.Outputs = apart("a"), apart("b"), apart("c"), apart("d")
	run := row(st.ID, 0, execution.Success)
	run.Run.Outputs = apart("e")
	st.Runs = []execution.Run{*run.Run}
	accept(t, s, st)
	want := copyOf(st)
	keep := func() {
		want.Trigger.Variables, want.Inputs = want.Trigger.Variables.Kept(), want.Inputs.Kept()
		want.Variables, want.Outputs = want.Variables.Kept(), want.Outputs.Kept()
		for i := range want.Runs {
			want.Runs[i].Outputs = want.Runs[i].Outputs.Kept()
		}
	}
	keep()
	check(t, s, want, 1)

	c := begin()
	c.Head.Variables, c.Head.Outputs = apart("f"), apart("g")
	run.Row, run.Run.Outputs = 1, apart("h")
	c.Rows = []execution.Row{run}
	write(t, s, execution.Write{ID: st.ID, Version: 1, Changes: c})
	execution.Apply(want, c)
	keep()
	check(t, s, want, 2)

	event := execution.Event{Kind: execution.TaskEnded, Outputs: apart("i"), Variables: apart("j")}
	commit(t, s, &execution.Batch{Signals: []execution.Signal{{To: st.ID, ID: "s", Event: event}}})
	signals, err := s.Inbox(t.Context(), st.ID, 0)
	if err != nil || len(signals) != 1 || signals[0].Event.Outputs.JSON != nil || signals[0].Event.Variables.JSON != nil {
		t.Errorf("inbox: %+v, %v", signals, err)
	}
}
