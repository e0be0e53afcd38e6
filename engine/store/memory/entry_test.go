package memory

import (
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// TestViewStaysAsItWas writes to an execution between the two halves of a Load.
func TestViewStaysAsItWas(t *testing.T) {
	s := New(Options{})
	st := state("x", execution.Created)
	st.Runs = []execution.Run{{TaskID: "before"}}
	accept(t, s, st)
	s.mu.RLock()
	v := s.executions["x"].view()
	s.mu.RUnlock()
	b := write("x", 1, state("", execution.Running).Head)
	b.Write[0].Changes.Rows = []execution.Row{{Row: 0, Run: &execution.Run{TaskID: "after"}}}
	must(t, s.Commit(t.Context(), b))
	if got := v.state(); got.Runs[0].TaskID != "before" || got.Status() != execution.Created || got.Version != 1 {
		t.Errorf("version %d, %s, task run %s", got.Version, got.Status(), got.Runs[0].TaskID)
	}
	if got, err := s.Load(t.Context(), "x"); err != nil || got.Runs[0].TaskID != "after" {
		t.Errorf("loaded %+v, %v", got, err)
	}
}
