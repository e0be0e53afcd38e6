package memory

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// pagesOf returns how many bytes the pages take, and how many pages there are.
func pagesOf(s *Store) (bytes, number int) {
	for _, p := range s.archive.pages {
		if p != nil {
			bytes += cap(p.bytes)
			number++
		}
	}
	return bytes, number
}

// TestPagesGo lets executions of many sizes end, far more than are kept: their pages must go with them, and hold little else.
func TestPagesGo(t *testing.T) {
	s := New(Options{Ended: 1000})
	for i := range 10_000 {
		st := state(fmt.Sprint(i), execution.Success)
		st.Outputs.JSON = make([]byte, i%100*100)
		accept(t, s, st)
	}
	if len(s.executions) != 0 || len(s.archive.seqs) != 1000 {
		t.Errorf("%d are in the archive, %d are not", len(s.archive.seqs), len(s.executions))
	}
	if bytes, number := pagesOf(s); bytes > s.endedBytes*5/4 || number > 300 {
		t.Errorf("%d pages take %d bytes, for executions of %d", number, bytes, s.endedBytes)
	}
	s.LimitEnded(1)
	if bytes, _ := pagesOf(s); bytes != 0 || s.endedBytes != 0 || len(s.archive.seqs) != 0 || len(s.order.numbers) > 1 {
		t.Errorf("left: %d bytes of pages, %d counted, %d in the archive, %d numbers", bytes, s.endedBytes, len(s.archive.seqs), len(s.order.numbers))
	}
}

// TestTakenOutOfTheArchive writes to executions in the archive: they leave it for good, and pages are not filled by that.
func TestTakenOutOfTheArchive(t *testing.T) {
	s := New(Options{})
	for _, id := range []string{"a", "b", "c", "d"} {
		st := state(id, execution.Success)
		st.Trigger.Variables.JSON = []byte(`{"of":"` + id + `"}`)
		accept(t, s, st)
	}
	line := func(text string) {
		must(t, s.Commit(t.Context(), &execution.Batch{Logs: []execution.LogLine{{Execution: "a", Message: text}}}))
	}
	line("one")
	line("two")
	must(t, s.Commit(t.Context(), &execution.Batch{Signals: []execution.Signal{{To: "b", ID: "signal"}}}))
	must(t, s.Commit(t.Context(), write("c", 1, state("", execution.Running).Head)))
	must(t, s.Commit(t.Context(), write("c", 2, state("", execution.Failed).Head)))
	if len(s.executions) != 3 || len(s.archive.seqs) != 1 {
		t.Errorf("%d are in the archive, %d are not", len(s.archive.seqs), len(s.executions))
	}
	checkKept(t, s, "d c b a")
	for id, want := range map[string]string{"a": "SUCCESS 1", "b": "SUCCESS 1", "c": "FAILED 3", "d": "SUCCESS 1"} {
		st, err := s.Load(t.Context(), id)
		must(t, err)
		if got := fmt.Sprint(st.Status(), " ", st.Version); got != want || string(st.Trigger.Variables.JSON) != `{"of":"`+id+`"}` {
			t.Errorf("%s is %s with %s, want %s", id, got, st.Trigger.Variables.JSON, want)
		}
	}
	lines, err := s.Logs(t.Context(), "a", 0, 10)
	must(t, err)
	signals, err := s.Inbox(t.Context(), "b", 0)
	must(t, err)
	if len(lines) != 2 || lines[0].Message != "one" || len(signals) != 1 {
		t.Errorf("lines %v, signals %v", lines, signals)
	}
	s.LimitEnded(1)
	checkKept(t, s, "")
}

// TestArchiveIsReadWhileItChanges holds on to what was read while the page it stood in goes.
func TestArchiveIsReadWhileItChanges(t *testing.T) {
	s := New(Options{Ended: 1})
	st := state("x", execution.Success)
	st.Namespace, st.Outputs.JSON = "company.team", []byte(`{"long":"`+strings.Repeat("o", 1000)+`"}`)
	accept(t, s, st)
	loaded, err := s.Load(t.Context(), "x")
	must(t, err)
	found, _, err := s.List(t.Context(), execution.Query{Namespace: "company.team"})
	must(t, err)
	for i := range 1000 {
		next := state(fmt.Sprint(i), execution.Success)
		next.Outputs.JSON = make([]byte, 1000)
		accept(t, s, next)
	}
	if _, err := s.Load(t.Context(), "x"); !errors.Is(err, execution.ErrNotFound) {
		t.Errorf("it is still there: %v", err)
	}
	if len(found) != 1 || found[0].Namespace != "company.team" || string(found[0].Head.Outputs.JSON) != string(st.Outputs.JSON) || string(loaded.Outputs.JSON) != string(st.Outputs.JSON) {
		t.Errorf("read %v and %v", found, loaded)
	}
}

// TestEqualHashes gives two ids the same hash: the second execution stays out of the archive.
func TestEqualHashes(t *testing.T) {
	s := New(Options{})
	accept(t, s, state("a", execution.Success))
	s.archive.seqs[s.archive.hash("b")] = s.archive.seqs[s.archive.hash("a")]
	if s.has("b") {
		t.Error("there is an execution that was not accepted")
	}
	accept(t, s, state("b", execution.Success))
	if s.archived("b") != nil || !s.has("b") {
		t.Error("it is in the archive, or lost")
	}
	checkKept(t, s, "b a")
}
