package storetest

import (
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// testIsolation changes everything that was handed in and out, and looks whether it shows.
func testIsolation(t *testing.T, s execution.Store) {
	spoil := func(st *execution.State) {
		st.FlowID = "spoilt"
		st.Labels[0].Value = "spoilt"
		copy(st.Trigger.Variables.JSON, "spoilt")
		st.History[0].Status = "SPOILT"
		for i := range st.TaskRuns {
			st.TaskRuns[i].TaskID = "spoilt"
			st.TaskRuns[i].History[0].Status = "SPOILT"
			st.TaskRuns[i].Attempts[0].History[0].Status = "SPOILT"
			copy(st.TaskRuns[i].Outputs.JSON, "spoilt")
		}
		copy(st.Outputs.JSON, "spoilt")
	}
	st := newState("company.team", "hello")
	want := st.Clone()
	accept(t, s, st)
	spoil(st)
	check(t, s, want, 1)

	changes := []execution.Change{taskRun(want, 0, execution.Success), header(execution.Created, execution.Success)}
	commit(t, s, want.ID, 1, changes...)
	execution.Apply(want, changes)
	want = want.Clone()
	row := &changes[0].TaskRun.TaskRun
	row.History[0].Status, row.Attempts[0].History[0].Status = "SPOILT", "SPOILT"
	copy(row.Outputs.JSON, "spoilt")
	changes[1].Header.History[0].Status = "SPOILT"
	copy(changes[1].Header.Outputs.JSON, "spoilt")
	check(t, s, want, 2)

	loaded, err := s.Load(t.Context(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	spoil(loaded)
	check(t, s, want, 2)

	listed, err := s.List(t.Context(), execution.Query{})
	if err != nil || len(listed) != 1 {
		t.Fatalf("list: %d, %v", len(listed), err)
	}
	spoil(listed[0])
	check(t, s, want, 2)

	ref, err := s.PutValue(t.Context(), want.ID, []byte("value"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		data, err := s.GetValue(t.Context(), ref)
		if err != nil || string(data) != "value" {
			t.Errorf("value %q, %v", data, err)
		}
		copy(data, "SPOILT")
	}
}
