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

// delivery returns one that comes and expires so many seconds after 1970.
func delivery(key byte, at, expires int64) *execution.Delivery {
	return &execution.Delivery{Key: execution.DeliveryKey{key}, At: time.Unix(at, 0), Expires: time.Unix(expires, 0)}
}

func deliver(t *testing.T, s *Store, d *execution.Delivery, id string) error {
	t.Helper()
	return s.Commit(t.Context(), &execution.Batch{Delivery: d, Accept: []execution.Accept{{State: state(id, execution.Success)}}})
}

// TestDeliveriesAreForgotten checks that there are never more than may be, that of too many those go which expire first, and that those
// which have expired go as others come.
func TestDeliveriesAreForgotten(t *testing.T) {
	const ten = 10
	for _, tt := range []struct {
		name    string
		options Options
		at      func(i int64) int64
		kept    int
		last    byte // the first one that is kept
	}{
		{"expired", Options{}, func(i int64) int64 { return i }, 5, 95},
		{"too many", Options{Deliveries: ten}, func(int64) int64 { return 0 }, ten, 90},
		{"too large", Options{EndedBytes: 4 * ten * deliveryBytes}, func(int64) int64 { return 0 }, ten, 90},
	} {
		s := New(tt.options)
		for i := range int64(100) {
			must(t, deliver(t, s, delivery(byte(i), tt.at(i), i+5), execution.NewID()))
		}
		if n := len(s.deliveries.kept); n != tt.kept || s.deliveries.expiring.Len() != n {
			t.Errorf("%s: %d are kept, %d in order, want %d", tt.name, n, s.deliveries.expiring.Len(), tt.kept)
		}
		for i := range 100 {
			if s.deliveries.kept[execution.DeliveryKey{byte(i)}] != nil != (i >= int(tt.last)) {
				t.Errorf("%s: %d", tt.name, i)
			}
		}
	}
	s := New(Options{})
	for i := range 100 {
		must(t, deliver(t, s, delivery(byte(i), 0, 1000), execution.NewID()))
	}
	before := s.endedBytes
	s.LimitEnded(int64(before))
	if n := 4 * s.deliveries.bytes(); n > before || s.endedBytes+s.deliveries.bytes() > before {
		t.Errorf("%d bytes of deliveries and %d of executions are kept in %d", s.deliveries.bytes(), s.endedBytes, before)
	}
}

func TestDeliveryOutlivesItsExecution(t *testing.T) {
	s := New(Options{Ended: 1})
	d := delivery(1, 1, 2)
	must(t, deliver(t, s, d, "a"))
	accept(t, s, state("b", execution.Success))
	checkKept(t, s, "b")
	if err := deliver(t, s, d, "c"); !isDelivered(err, "a") {
		t.Errorf("another one: %v", err)
	}
	must(t, deliver(t, s, d, "a")) // the same execution was accepted before, and has ended
	checkKept(t, s, "b")
}

func isDelivered(err error, id string) bool {
	delivered, ok := errors.AsType[*execution.Delivered](err)
	return ok && delivered.ID == id
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
