package memory

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

func TestOldDeliveriesAreForgotten(t *testing.T) {
	s := New(Options{Deliveries: 3})
	deliver := func(key string) error {
		return s.Commit(t.Context(), &execution.Batch{Delivery: key, Accept: []execution.Accept{{State: state(execution.NewID(), execution.Created)}}})
	}
	for i := range 5 {
		must(t, deliver(fmt.Sprint(i)))
	}
	var delivered *execution.Delivered
	for i := range 5 {
		if _, ok := s.deliveries.ids[fmt.Sprint(i)]; ok != (i >= 2) {
			t.Errorf("key %d is kept: %v", i, ok)
		}
	}
	if err := deliver("2"); !errors.As(err, &delivered) {
		t.Errorf("a key that is kept: %v", err)
	}
	must(t, deliver("0"))
	if len(s.deliveries.ids) != 3 || len(s.deliveries.keys) != 3 {
		t.Errorf("%d keys, %d in order", len(s.deliveries.ids), len(s.deliveries.keys))
	}
}

func TestDeliveryOutlivesItsExecution(t *testing.T) {
	s := New(Options{Ended: 1})
	deliver := func(id string) error {
		return s.Commit(t.Context(), &execution.Batch{Delivery: "key", Accept: []execution.Accept{{State: state(id, execution.Success)}}})
	}
	must(t, deliver("a"))
	accept(t, s, state("b", execution.Success))
	checkKept(t, s, "b")
	var delivered *execution.Delivered
	if err := deliver("c"); !errors.As(err, &delivered) || delivered.ID != "a" {
		t.Errorf("another one: %v", err)
	}
	must(t, deliver("a")) // the same execution was accepted before, and has ended
	checkKept(t, s, "b")
}

// TestOldLinesAreForgotten checks that the newest lines of an execution are kept, and that a line in the place of the others says how
// many they were.
func TestOldLinesAreForgotten(t *testing.T) {
	for _, tt := range []struct {
		options Options
		sizes   []int // of the messages
		want    int   // lines that are left
	}{
		{Options{Lines: 3}, []int{1, 1, 1, 1, 1}, 3},
		{Options{LineBytes: 1000}, []int{350, 350, 350, 350}, 2},
		{Options{LineBytes: 1000}, []int{1, 1, 965, 1}, 2},
		{Options{LineBytes: 1000}, []int{1, 5000}, 1}, // the last one stays, however long
	} {
		s := New(tt.options)
		accept(t, s, state("x", execution.Created))
		for _, size := range tt.sizes {
			must(t, s.Commit(t.Context(), &execution.Batch{Logs: []execution.LogLine{{Execution: "x", Message: strings.Repeat("m", size)}}}))
		}
		gone := len(tt.sizes) - tt.want
		for after := range int64(len(tt.sizes)) {
			lines, err := s.Logs(t.Context(), "x", after, 100)
			must(t, err)
			if after < int64(gone) {
				note := execution.LogLine{Execution: "x", Seq: int64(gone), Level: "WARN", At: lines[0].At, Message: fmt.Sprint(gone, " earlier lines are left out")}
				if lines[0] != note {
					t.Errorf("%+v: the first line is %v, want %v", tt, lines[0], note)
				}
				lines = lines[1:]
			}
			first := max(gone, int(after))
			if len(lines) != len(tt.sizes)-first || lines[0].Seq != int64(first+1) || len(lines[0].Message) != tt.sizes[first] {
				t.Errorf("%+v: %d lines are left after %d, want %d", tt, len(lines), after, tt.want)
			}
		}
	}
}

func TestExpiredPairsAreForgotten(t *testing.T) {
	s := New(Options{})
	at := func(second int64) time.Time { return time.Unix(second, 0) }
	set := func(key string, updated, expires int64) {
		p := execution.Pair{Namespace: "n", Key: key, Updated: at(updated), Expires: at(expires)}
		must(t, s.Commit(t.Context(), &execution.Batch{Pairs: []execution.Pair{p}}))
	}
	for i := range int64(10) {
		set(fmt.Sprint(i), 0, 10-i)
	}
	set("5", 0, 100) // later than before
	set("last", 7, 100)
	var left []string
	for key := range s.pairs.namespaces["n"] {
		left = append(left, key)
	}
	slices.Sort(left)
	if got := strings.Join(left, " "); got != "0 1 2 5 last" || s.pairs.expiring.Len() != len(left) {
		t.Errorf("left: %s, %d expire", got, s.pairs.expiring.Len())
	}
}

// TestOrderForgets accepts far more executions than are kept: the list of their order must not grow with them.
func TestOrderForgets(t *testing.T) {
	s := New(Options{Ended: 10})
	for i := range 1000 {
		accept(t, s, state(fmt.Sprint(i), execution.Success))
		if i%100 == 0 {
			accept(t, s, state(fmt.Sprint("open", i), execution.Created))
		}
	}
	if n := len(s.order.numbers); n > 2*(len(s.executions)+len(s.archive.seqs))+1 {
		t.Errorf("%d numbers for %d executions and %d in the archive", n, len(s.executions), len(s.archive.seqs))
	}
	checkKept(t, s, "999 998 997 996 995 994 993 992 991 990 open900 open800 open700 open600 open500 open400 open300 open200 open100 open0")
}

// TestListLooksPieceByPiece looks for every other of many executions.
func TestListLooksPieceByPiece(t *testing.T) {
	const number = 6*piece + 5
	s := New(Options{})
	var want []string
	for i := range number {
		st := state(fmt.Sprint(i), execution.Success)
		if i%2 == 0 {
			st = state(fmt.Sprint(i), execution.Created)
			want = append(want, st.ID)
		}
		accept(t, s, st)
	}
	slices.Reverse(want)
	var got []string
	for q := (execution.Query{Unfinished: true, Limit: execution.MaxListLimit}); ; {
		found, next, err := s.List(t.Context(), q)
		must(t, err)
		for _, f := range found {
			got = append(got, f.ID)
		}
		if q.Before = next; next == 0 {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d were listed, want %d", len(got), len(want))
	}
}

// TestParkedAreForgottenByQueues checks that queues hold no execution that is driven or has ended.
func TestParkedAreForgottenByQueues(t *testing.T) {
	s := New(Options{})
	for i := range 100 {
		p := &execution.Park{For: fmt.Sprint("k", i%3), Wake: time.Unix(int64(i), 0)}
		must(t, s.Commit(t.Context(), &execution.Batch{Accept: []execution.Accept{{State: state(fmt.Sprint(i), execution.Created), Park: p}}}))
	}
	for i := range 50 {
		must(t, s.Commit(t.Context(), write(fmt.Sprint(2*i), 1, state("", execution.Success).Head)))
	}
	due, _, err := s.Claim(t.Context(), 1000, time.Unix(1000, 0))
	if err != nil || len(due) != 50 {
		t.Errorf("%d due, %v", len(due), err)
	}
	if s.due.Len() != 0 || len(s.waiting) != 0 {
		t.Errorf("left: %d due, %d keys", s.due.Len(), len(s.waiting))
	}
}

// TestWatchersAreForgotten breaks off reading the hints of one of two watchers.
func TestWatchersAreForgotten(t *testing.T) {
	s := New(Options{})
	left := s.Watch(t.Context())
	s.Watch(t.Context())
	accept(t, s, state("x", execution.Success))
	for range left {
		break
	}
	if s.watchers.Len() != 1 {
		t.Errorf("%d watchers", s.watchers.Len())
	}
}
