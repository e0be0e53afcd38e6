package memory

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

func state(id string, status execution.Status) *execution.State {
	st := &execution.State{Start: execution.Start{ID: id}}
	st.History = execution.History{{Status: status, At: time.Unix(0, 0)}}
	return st
}

// kept returns the ids that are kept, the newest first.
func kept(t *testing.T, s *Store) string {
	t.Helper()
	found, _, err := s.List(t.Context(), execution.Query{Limit: 1000})
	must(t, err)
	var ids []string
	for _, f := range found {
		ids = append(ids, f.ID)
	}
	return strings.Join(ids, " ")
}

func checkKept(t *testing.T, s *Store, want string) {
	t.Helper()
	if got := kept(t, s); got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func accept(t testing.TB, s *Store, st *execution.State) {
	t.Helper()
	must(t, s.Commit(t.Context(), &execution.Batch{Accept: []execution.Accept{{State: st}}}))
}

func write(id string, version int64, head execution.Head) *execution.Batch {
	return &execution.Batch{Write: []execution.Write{{ID: id, Version: version, Changes: execution.Changes{Head: &head}}}}
}

func TestEndedAreDroppedByNumber(t *testing.T) {
	s := New(Options{Ended: 3})
	for i := range 4 {
		accept(t, s, state(fmt.Sprintf("open%d", i), execution.Created))
	}
	for i := range 5 {
		accept(t, s, state(fmt.Sprintf("done%d", i), execution.Success))
	}
	checkKept(t, s, "done4 done3 done2 open3 open2 open1 open0")
	// The execution that ended last stays longest, whenever it was accepted.
	must(t, s.Commit(t.Context(), write("open2", 1, state("", execution.Failed).Head)))
	checkKept(t, s, "done4 done3 open3 open2 open1 open0")
	if err := s.Commit(t.Context(), write("done0", 1, execution.Head{})); !errors.Is(err, execution.ErrNotFound) {
		t.Errorf("commit to a dropped execution: %v", err)
	}
	// An execution that goes on after its end does not count as ended, until it ends again.
	must(t, s.Commit(t.Context(), write("done3", 1, state("", execution.Running).Head)))
	accept(t, s, state("done5", execution.Success))
	checkKept(t, s, "done5 done4 done3 open3 open2 open1 open0")
	must(t, s.Commit(t.Context(), write("done3", 2, state("", execution.Success).Head)))
	checkKept(t, s, "done5 done3 open3 open2 open1 open0")
}

func TestForgotten(t *testing.T) {
	var got []string
	s := New(Options{Ended: 1, Forgotten: func(namespace, flowID, id string) { got = append(got, namespace+"/"+flowID+"/"+id) }})
	for i := range 3 {
		st := state(fmt.Sprintf("done%d", i), execution.Success)
		st.Namespace, st.FlowID = "company.team", "f"
		accept(t, s, st)
	}
	if want := "company.team/f/done0 company.team/f/done1"; strings.Join(got, " ") != want {
		t.Errorf("forgotten are %v, want %s", got, want)
	}
	s.options.Remembers = func() bool { return false }
	accept(t, s, state("done3", execution.Success))
	if len(got) != 2 {
		t.Errorf("told of %v, although nothing is kept of them", got[2:])
	}
}

func TestEndedAreDroppedBySize(t *testing.T) {
	s := New(Options{EndedBytes: 10_000})
	ctx := t.Context()
	refs := map[string]string{}
	put := func(id string, size int) {
		ref, err := s.PutValue(ctx, id, make([]byte, size))
		must(t, err)
		refs[id] = ref
	}
	put("open", 50_000)
	accept(t, s, state("open", execution.Running))
	put("a", 4000)
	accept(t, s, state("a", execution.Success))
	put("b", 4000)
	accept(t, s, state("b", execution.Success))
	checkKept(t, s, "b a open")
	c := state("c", execution.Success)
	c.Outputs.JSON = make([]byte, 2000)
	accept(t, s, c)
	checkKept(t, s, "c b open")
	put("c", 4000) // values that come late count too
	checkKept(t, s, "c open")
	accept(t, s, state("d", execution.Success))
	checkKept(t, s, "d c open")
	line := execution.LogLine{Execution: "d", Message: strings.Repeat("x", 3200)}
	must(t, s.Commit(ctx, &execution.Batch{Logs: []execution.LogLine{line}}))
	checkKept(t, s, "d open")
	signal := execution.Signal{To: "d", ID: "s", Event: execution.Event{Outputs: execution.Datum{JSON: make([]byte, 6500)}}}
	must(t, s.Commit(ctx, &execution.Batch{Signals: []execution.Signal{signal}}))
	checkKept(t, s, "open")
	for id, ref := range refs {
		_, err := s.GetValue(ctx, ref)
		if gone := id != "open"; errors.Is(err, execution.ErrNotFound) != gone {
			t.Errorf("value of %s: %v", id, err)
		}
	}
	huge := state("huge", execution.Success)
	huge.Runs = []execution.Run{{Outputs: execution.Datum{JSON: make([]byte, 20_000)}}}
	accept(t, s, huge)
	checkKept(t, s, "open")
	if s.endedBytes != 0 || s.ended.left != 0 || len(s.values) != 1 || len(s.executions) != 1 {
		t.Errorf("left: %d bytes, %d ended, %d values, %d executions", s.endedBytes, s.ended.left, len(s.values), len(s.executions))
	}
}

// TestSizeFollowsChanges checks that a size that is updated with each change equals the size counted from scratch.
func TestSizeFollowsChanges(t *testing.T) {
	s := New(Options{Lines: 2})
	accept(t, s, state("x", execution.Created))
	row := func(row int32, outputs int, attempts int) execution.Row {
		return execution.Row{Row: row, Run: &execution.Run{
			History: make(execution.History, attempts), Attempts: make([]execution.Attempt, attempts), Outputs: execution.Datum{JSON: make([]byte, outputs)},
		}}
	}
	version := int64(1)
	step := func(b *execution.Batch) {
		b.Write[0].ID, b.Write[0].Version = "x", version
		version++
		must(t, s.Commit(t.Context(), b))
	}
	step(&execution.Batch{
		Write:   []execution.Write{{Changes: execution.Changes{Rows: []execution.Row{row(2, 1000, 3), row(0, 10, 1)}}}},
		Signals: []execution.Signal{{To: "x", ID: "a"}, {To: "x", ID: "b"}},
		Logs:    []execution.LogLine{{Execution: "x", Message: "first"}, {Execution: "x", Message: "2"}, {Execution: "x", Message: "3"}},
	})
	is := func(when string, got, want, ended int) {
		t.Helper()
		if got != want || s.endedBytes != ended {
			t.Errorf("%s counted %d bytes, %d of the ended, want %d, %d", when, got, s.endedBytes, want, ended)
		}
	}
	head := state("", execution.Running).Head
	head.Outputs.JSON = make([]byte, 500)
	step(&execution.Batch{Write: []execution.Write{{
		Changes:  execution.Changes{Head: &head, Rows: []execution.Row{row(2, 2000, 4), row(1, 0, 0)}},
		Consumed: s.last.signal,
	}}})
	e := s.executions["x"]
	is("under way:", e.bytes, e.size()+len(e.lines.bytes), 0)
	head.History = state("", execution.Success).History
	step(&execution.Batch{Write: []execution.Write{{Changes: execution.Changes{Head: &head}}}})
	filed := s.look("x")
	is("in the archive:", filed.bytes, archivedBytes+filed.packedSize(), filed.bytes)
	must(t, s.Commit(t.Context(), &execution.Batch{Logs: []execution.LogLine{{Execution: "x", Message: "a fourth line"}}}))
	e = s.executions["x"]
	is("out of it:", e.bytes, e.size()+len(e.lines.bytes), e.bytes)
}

// TestReplacedValuesGo checks that a value which an execution names no more is let go at once, not when it has ended.
func TestReplacedValuesGo(t *testing.T) {
	s := New(Options{})
	accept(t, s, state("x", execution.Created))
	put := func(n int) execution.Datum {
		ref, err := s.PutValue(t.Context(), "x", make([]byte, n))
		must(t, err)
		return execution.Datum{Ref: ref}
	}
	for version := int64(1); version < 4; version++ {
		head := state("", execution.Running).Head
		head.Variables, head.Outputs = put(1000), put(100)
		row := execution.Row{Row: 1, Run: &execution.Run{Outputs: put(10)}}
		must(t, s.Commit(t.Context(), &execution.Batch{Write: []execution.Write{{
			ID: "x", Version: version, Changes: execution.Changes{Head: &head, Rows: []execution.Row{row}},
		}}}))
	}
	e := s.executions["x"]
	if len(s.values) != 3 || len(e.refs) != 3 || e.bytes != e.size()+1110 {
		t.Errorf("it has %d values of %d, and %d bytes beside its state", len(e.refs), len(s.values), e.bytes-e.size())
	}
}

// TestHeldFollowsParking checks that the store tells what executions take while they are parked, and that it takes all of it back.
func TestHeldFollowsParking(t *testing.T) {
	held := map[string]int{}
	s := New(Options{Held: func(namespace, flowID string, bytes int) { held[namespace+"/"+flowID] += bytes }})
	x := state("x", execution.Created)
	name := x.Namespace + "/" + x.FlowID
	ref, err := s.PutValue(t.Context(), "x", make([]byte, 3000))
	must(t, err)
	x.Trigger.Variables.Ref = ref
	is := func(when string, parked bool) {
		t.Helper()
		want := 0
		if parked {
			want = s.executions["x"].bytes
			if want <= 3000 {
				t.Errorf("%s it takes %d bytes", when, want)
			}
		}
		if held[name] != want || len(held) > 1 {
			t.Errorf("%s %d bytes are held, want %d; all: %v", when, held[name], want, held)
		}
	}
	wake := time.Unix(1000, 0)
	must(t, s.Commit(t.Context(), &execution.Batch{Accept: []execution.Accept{{State: x, Park: &execution.Park{Wake: wake}}}}))
	is("when it is parked", true)
	must(t, s.Commit(t.Context(), &execution.Batch{Logs: []execution.LogLine{{Execution: "x", Message: "a line"}}}))
	is("after a line", true)
	must(t, s.Commit(t.Context(), &execution.Batch{Signals: []execution.Signal{{To: "x", ID: "a"}}}))
	is("after a signal", true)
	claimed, _, err := s.Claim(t.Context(), 1, wake)
	must(t, err)
	is("when it was claimed", false)
	must(t, s.Commit(t.Context(), &execution.Batch{Write: []execution.Write{{ID: "x", Version: claimed[0].Version, Consumed: 1, Park: &execution.Park{For: "place"}}}}))
	is("when it is parked again", true)
	head := state("", execution.Success).Head
	claimed, _, err = s.Claim(t.Context(), 1, wake)
	must(t, err)
	if len(claimed) > 0 {
		t.Error("it waits for a place, and is due")
	}
	must(t, s.Commit(t.Context(), &execution.Batch{Write: []execution.Write{{ID: "x", Version: 3, Changes: execution.Changes{Head: &head}}}}))
	is("when it has ended", false)
}

// TestSizeIsThatOfMemory compares the counted size with the memory on the heap.
func TestSizeIsThatOfMemory(t *testing.T) {
	for _, rows := range []int{0, 2, 20} {
		const number = 2000
		s := New(Options{EndedBytes: 1 << 30})
		before := valuetest.Heap()
		for range number {
			st := state(execution.NewID(), execution.Created)
			st.Trigger.Variables.JSON = make([]byte, 500)
			accept(t, s, st)
			head := state("", execution.Success).Head
			b := write(st.ID, 1, head)
			for i := range rows {
				history := make(execution.History, 3)
				b.Write[0].Changes.Rows = append(b.Write[0].Changes.Rows, execution.Row{Row: int32(i), Run: &execution.Run{
					ID: execution.NewID(), History: history, Attempts: []execution.Attempt{{History: make(execution.History, 3)}},
					Outputs: execution.Datum{JSON: make([]byte, 100)},
				}})
				b.Logs = append(b.Logs, execution.LogLine{
					Execution: st.ID, Run: execution.NewID(), Task: "task", Level: "DEBUG", At: time.Unix(1, 2), Message: strings.Repeat("m", 40),
				})
			}
			must(t, s.Commit(t.Context(), b))
		}
		grown := int(valuetest.Heap() - before)
		if counted := s.endedBytes; counted < grown*3/4 || counted > grown*4/3 {
			t.Errorf("%d rows: counted %d bytes for an execution, the heap has grown by %d", rows, counted/number, grown/number)
		}
		runtime.KeepAlive(s)
	}
}

func TestLimitEnded(t *testing.T) {
	s := New(Options{})
	for i := range 5 {
		st := state(fmt.Sprint(i), execution.Success)
		st.Outputs.JSON = make([]byte, 10_000)
		accept(t, s, st)
	}
	s.LimitEnded(25_000)
	checkKept(t, s, "4 3")
	accept(t, s, state("5", execution.Success))
	checkKept(t, s, "5 4 3")
	must(t, s.Close())
	s.LimitEnded(1)
}
