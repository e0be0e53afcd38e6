package execution

import (
	"runtime"
	"testing"
	"weak"
)

// TestChangedRowsAreApart checks that a store that keeps one changed task run does not keep the memory of the others with it.
func TestChangedRowsAreApart(t *testing.T) {
	s := &State{Runs: []Run{{TaskID: "a"}, {TaskID: "b"}}, changed: []int32{0, 1}}
	rows := s.Changes().Rows
	kept, dropped := rows[0].Run, weak.Make(rows[1].Run)
	runtime.GC()
	if dropped.Value() != nil {
		t.Error("a row keeps another one")
	}
	if kept.TaskID != "a" || &s.Runs[0] == kept {
		t.Errorf("kept row %+v", kept)
	}
}
