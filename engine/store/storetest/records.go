package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

func testLogs(t *testing.T, s execution.Store) {
	st, other := hello(), hello()
	accept(t, s, st)
	accept(t, s, other)
	var want []execution.LogLine
	for i := range 5 {
		b := &execution.Batch{}
		for _, id := range []string{st.ID, other.ID, st.ID} {
			line := execution.LogLine{
				Execution: id, Run: "run", Task: "task", Attempt: int32(i), Level: "INFO", At: after(-i), // numbers order them, not times
				Message: fmt.Sprint("line ", len(want), "\n\x00ü"),
			}
			b.Logs = append(b.Logs, line)
			if id == st.ID {
				want = append(want, line)
			}
		}
		commit(t, s, b)
		if b.Logs[0].Seq != 0 {
			t.Error("commit changed the batch")
		}
	}
	got, err := s.Logs(t.Context(), st.ID, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(execution.LogLine{}, "Seq")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	last := int64(0)
	for _, line := range got {
		if line.Seq <= last {
			t.Errorf("number %d after %d", line.Seq, last)
		}
		last = line.Seq
	}
	for _, tt := range []struct {
		id       string
		after    int64
		limit    int
		from, to int // of got
	}{
		{st.ID, 0, 3, 0, 3},
		{st.ID, got[2].Seq, 3, 3, 6},
		{st.ID, got[8].Seq, 3, 9, 10},
		{st.ID, got[9].Seq, 3, 10, 10},
		{st.ID, 0, 0, 0, 0},
		{"nobody", 0, 3, 0, 0},
	} {
		part, err := s.Logs(t.Context(), tt.id, tt.after, tt.limit)
		if diff := cmp.Diff(got[tt.from:tt.to], part, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Errorf("after %d: %v (-want +got):\n%s", tt.after, err, diff)
		}
	}
	check(t, s, st, 1) // a line is not a change of the execution
}

// keys returns those of the pairs of a namespace.
func keys(t *testing.T, s execution.Store, namespace string, now time.Time) (keys []string) {
	t.Helper()
	pairs, err := s.Pairs(t.Context(), namespace, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pairs {
		if p.Namespace != namespace || p.Value != nil {
			t.Errorf("pair %+v", p)
		}
		keys = append(keys, p.Key)
	}
	return keys
}

func testPairs(t *testing.T, s execution.Store) {
	set := func(pairs ...execution.Pair) { commit(t, s, &execution.Batch{Pairs: pairs}) }
	want := execution.Pair{
		Namespace: "n", Key: "b", Type: "t", Value: []byte("{\n \"a\": \"<&>\" }"), Description: "d\nü", Expires: after(1000), Updated: after(1),
	}
	set(want, execution.Pair{Namespace: "n", Key: "a"}, execution.Pair{Namespace: "n", Key: "B"}, execution.Pair{Namespace: "m", Key: "b", Value: []byte("1")})
	got, err := s.Pair(t.Context(), "n", "b", epoch)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if diff := cmp.Diff([]string{"B", "a", "b"}, keys(t, s, "n", epoch)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	pairs, err := s.Pairs(t.Context(), "n", epoch)
	if err != nil {
		t.Fatal(err)
	}
	bare := want
	bare.Value = nil
	if diff := cmp.Diff(bare, pairs[2]); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	// Another value, with other attributes.
	want = execution.Pair{Namespace: "n", Key: "b", Value: []byte("2"), Updated: after(2)}
	set(want)
	got, err = s.Pair(t.Context(), "n", "b", after(2000))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	// Deletions, also of a pair that is not there. The last write of a batch counts.
	set(execution.Pair{Namespace: "n", Key: "a", Delete: true}, execution.Pair{Namespace: "x", Key: "b", Delete: true},
		execution.Pair{Namespace: "n", Key: "c", Value: []byte("1")}, execution.Pair{Namespace: "n", Key: "c", Delete: true},
		execution.Pair{Namespace: "n", Key: "b", Delete: true}, execution.Pair{Namespace: "n", Key: "b", Value: []byte("3")})
	if diff := cmp.Diff([]string{"B", "b"}, keys(t, s, "n", epoch)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, err := s.Pair(t.Context(), "n", "b", epoch); err != nil || string(got.Value) != "3" {
		t.Errorf("pair %+v, %v", got, err)
	}
	for _, missing := range [][2]string{{"n", "a"}, {"n", "c"}, {"N", "b"}, {"m", "B"}, {"", ""}} {
		if _, err := s.Pair(t.Context(), missing[0], missing[1], epoch); !errors.Is(err, execution.ErrNotFound) {
			t.Errorf("pair %q: %v", missing, err)
		}
	}
	if got := keys(t, s, "x", epoch); len(got) > 0 {
		t.Errorf("keys %q", got)
	}
}

func testPairRoom(t *testing.T, s execution.Store) {
	room := func(now time.Time) int64 {
		t.Helper()
		n, err := s.PairRoom(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	full := room(epoch)
	large := execution.Pair{Namespace: "n", Key: "k", Value: bytes.Repeat([]byte("1"), 1000), Description: "d", Updated: epoch, Expires: after(1)}
	commit(t, s, &execution.Batch{Pairs: []execution.Pair{large}})
	unlimited := full == math.MaxInt64
	if got := full - room(epoch); got != large.Size() && !unlimited {
		t.Errorf("a pair of %d bytes takes %d", large.Size(), got)
	}
	small := execution.Pair{Namespace: "n", Key: "k", Value: []byte("1"), Updated: epoch, Expires: after(2)}
	commit(t, s, &execution.Batch{Pairs: []execution.Pair{small, {Namespace: "m", Key: "k", Updated: epoch}, {Namespace: "m", Key: "k", Delete: true, Updated: epoch}}})
	if got := full - room(epoch); got != small.Size() && !unlimited {
		t.Errorf("a pair of %d bytes takes %d", small.Size(), got)
	}
	if got := room(after(2)); got != full {
		t.Errorf("there is room for %d bytes when all pairs have expired, want %d", got, full)
	}
}

func testPairsExpire(t *testing.T, s execution.Store) {
	pairs := []execution.Pair{
		{Namespace: "n", Key: "never", Updated: epoch},
		{Namespace: "n", Key: "1", Updated: epoch, Expires: after(1)},
		{Namespace: "n", Key: "2", Updated: epoch, Expires: after(2)},
		{Namespace: "n", Key: "3", Updated: epoch, Expires: after(3)},
	}
	commit(t, s, &execution.Batch{Pairs: pairs})
	write := func(now time.Time) { // stores may forget what has expired then
		commit(t, s, &execution.Batch{Pairs: []execution.Pair{{Namespace: "m", Key: "k", Updated: now}}})
	}
	for _, tt := range []struct {
		now  time.Time
		want []string
	}{
		{epoch, []string{"1", "2", "3", "never"}},
		{after(1), []string{"2", "3", "never"}},
		{after(2), []string{"3", "never"}},
		{after(3), []string{"never"}},
	} {
		for range 2 {
			if diff := cmp.Diff(tt.want, keys(t, s, "n", tt.now)); diff != "" {
				t.Errorf("at %v (-want +got):\n%s", tt.now, diff)
			}
			for _, p := range pairs {
				_, err := s.Pair(t.Context(), "n", p.Key, tt.now)
				if expired := !p.Expires.IsZero() && !p.Expires.After(tt.now); errors.Is(err, execution.ErrNotFound) != expired {
					t.Errorf("pair %s at %v: %v", p.Key, tt.now, err)
				}
			}
			write(tt.now)
		}
	}
	// A pair that has expired is created anew.
	commit(t, s, &execution.Batch{Pairs: []execution.Pair{{Namespace: "n", Key: "1", Updated: after(4)}}})
	if diff := cmp.Diff([]string{"1", "never"}, keys(t, s, "n", after(5))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func testTriggers(t *testing.T, s execution.Store) {
	of := func(namespace, flow, trigger string, hash byte, disabled bool) execution.TriggerState {
		return execution.TriggerState{Namespace: namespace, FlowID: flow, TriggerID: trigger, Hash: [32]byte{31: hash}, Disabled: disabled}
	}
	for i, step := range []struct {
		set  []execution.TriggerState
		want []execution.TriggerState
	}{
		{nil, nil},
		{
			[]execution.TriggerState{of("n", "f", "t", 1, true), of("n", "f", "u", 1, true), of("m", "f", "t", 1, true)},
			[]execution.TriggerState{of("n", "f", "t", 1, true), of("n", "f", "u", 1, true), of("m", "f", "t", 1, true)},
		},
		{
			[]execution.TriggerState{of("n", "f", "t", 2, true), of("n", "f", "u", 2, false), of("x", "f", "t", 1, false)},
			[]execution.TriggerState{of("n", "f", "t", 1, true), of("n", "f", "t", 2, true), of("n", "f", "u", 1, true), of("m", "f", "t", 1, true)},
		},
		{
			[]execution.TriggerState{of("n", "f", "t", 1, false), of("n", "f", "t", 2, true), of("n", "f", "u", 1, false)},
			[]execution.TriggerState{of("n", "f", "t", 2, true), of("m", "f", "t", 1, true)},
		},
	} {
		commit(t, s, &execution.Batch{Triggers: step.set})
		got, err := s.Triggers(t.Context())
		sorted := cmpopts.SortSlices(func(a, b execution.TriggerState) bool { return nameOf(a) < nameOf(b) })
		if diff := cmp.Diff(step.want, got, sorted, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Errorf("step %d: %v (-want +got):\n%s", i, err, diff)
		}
	}
}
