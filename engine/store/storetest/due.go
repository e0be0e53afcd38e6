package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// testPark checks when a parked execution is due by its time, and that it is handed over once.
func testPark(t *testing.T, s execution.Store) {
	at, never := hello(), hello()
	acceptParked(t, s, at, execution.Park{Wake: after(10)})
	acceptParked(t, s, never, execution.Park{})
	for _, tt := range []struct {
		now  time.Time
		due  []string
		next time.Time
	}{
		{after(9), nil, after(10)},
		{after(10), []string{at.ID}, time.Time{}},
		{after(1000), nil, time.Time{}},
	} {
		ids, next := claim(t, s, 10, tt.now)
		if diff := cmp.Diff(tt.due, ids); diff != "" || !next.Equal(tt.next) {
			t.Errorf("at %v: next %v, want %v; due (-want +got):\n%s", tt.now, next, tt.next, diff)
		}
	}
	check(t, s, at, 2)
	check(t, s, never, 1)

	changes := begin()
	write(t, s, execution.Write{ID: at.ID, Version: 2, Changes: changes, Park: &execution.Park{Wake: after(20)}})
	execution.Apply(at, changes)
	check(t, s, at, 3)
	checkDue(t, s, after(19))
	checkDue(t, s, after(20), at.ID)
	check(t, s, at, 4)
}

func testParkOrder(t *testing.T, s execution.Store) {
	ids := make([]string, 6)
	for i, wake := range []int{30, 10, 20, 10, 40, 0} {
		st := hello()
		ids[i] = st.ID
		p := execution.Park{Wake: after(wake)}
		if wake == 0 {
			p = execution.Park{}
		}
		acceptParked(t, s, st, p)
	}
	commit(t, s, &execution.Batch{Signals: []execution.Signal{{To: ids[5], ID: "s"}, {To: ids[4], ID: "s"}}})
	got, next := claim(t, s, 100, after(30))
	want := []string{ids[4], ids[5], ids[1], ids[3], ids[2], ids[0]}
	if diff := cmp.Diff(want, got); diff != "" || !next.IsZero() {
		t.Errorf("next %v; due (-want +got):\n%s", next, diff)
	}
}

// testParkAgain writes to executions that are parked: what the write says of parking replaces what was said before.
func testParkAgain(t *testing.T, s execution.Store) {
	later, sooner, driven, place := hello(), hello(), hello(), hello()
	for _, st := range []*execution.State{later, sooner, driven, place} {
		acceptParked(t, s, st, execution.Park{Wake: after(10), For: "k"})
	}
	for id, p := range map[string]*execution.Park{later.ID: {Wake: after(20)}, sooner.ID: {Wake: after(5)}, driven.ID: nil, place.ID: {For: "l"}} {
		write(t, s, execution.Write{ID: id, Version: 1, Park: p})
	}
	give(t, s, "k", "k", "k", "k")
	checkDue(t, s, after(4))
	checkDue(t, s, after(19), sooner.ID)
	checkDue(t, s, after(1000), later.ID)
	give(t, s, "l")
	checkDue(t, s, epoch, place.ID)
}

// testParkEnded checks that an execution that has ended is never due, even if it is parked.
func testParkEnded(t *testing.T, s execution.Store) {
	st, accepted := hello(), hello()
	acceptParked(t, s, st, execution.Park{Wake: after(1), For: "k"})
	execution.Apply(accepted, end())
	acceptParked(t, s, accepted, execution.Park{Wake: after(1), For: "k"})
	write(t, s, execution.Write{ID: st.ID, Version: 1, Changes: end(), Park: &execution.Park{Wake: after(1), For: "k"}})
	commit(t, s, &execution.Batch{Signals: []execution.Signal{{To: st.ID, ID: "s"}, {To: accepted.ID, ID: "s"}}})
	give(t, s, "k", "k")
	checkDue(t, s, after(1000))

	write(t, s, execution.Write{ID: st.ID, Version: 2, Changes: begin(), Park: &execution.Park{Wake: after(1)}}) // it goes on
	checkDue(t, s, after(1), st.ID)
}

func testClaim(t *testing.T, s execution.Store) {
	want := make([]string, 5)
	for i := range want {
		st := hello()
		want[i] = st.ID
		acceptParked(t, s, st, execution.Park{Wake: after(i)})
	}
	now := after(3)
	if ids, next := claim(t, s, 0, now); len(ids) > 0 || next.IsZero() || next.After(now) {
		t.Errorf("of none: %q, next %v", ids, next)
	}
	ids, next := claim(t, s, 3, now)
	if diff := cmp.Diff(want[:3], ids); diff != "" || next.IsZero() || next.After(now) {
		t.Errorf("with one more that is due: next %v, want not after %v; due (-want +got):\n%s", next, now, diff)
	}
	ids, next = claim(t, s, 3, now)
	if diff := cmp.Diff(want[3:4], ids); diff != "" || !next.Equal(after(4)) {
		t.Errorf("with one that is not due: next %v, want %v; due (-want +got):\n%s", next, after(4), diff)
	}
	for _, id := range want[:4] {
		if v := versionOf(t, s, id); v != 2 {
			t.Errorf("version %d", v)
		}
	}
}

// testClaimFences checks that the driver of an execution can no longer commit after it was parked and claimed by another one.
func testClaimFences(t *testing.T, s execution.Store) {
	st := hello()
	accept(t, s, st)
	write(t, s, execution.Write{ID: st.ID, Version: 1, Park: &execution.Park{Wake: after(1)}})
	due, _, err := s.Claim(t.Context(), 1, after(1))
	if err != nil || len(due) != 1 || due[0].Version != 3 {
		t.Fatalf("claim: %+v, %v", due, err)
	}
	refuse(t, s, &execution.Batch{Write: []execution.Write{{ID: st.ID, Version: 2, Changes: end()}}}, execution.ErrConflict)
	write(t, s, execution.Write{ID: st.ID, Version: 3, Changes: begin()})
}

// testClaimRace lets many claim, park and wake: each execution has one driver at a time.
func testClaimRace(t *testing.T, s execution.Store) {
	const claimers, executions, rounds = 4, 20, 5
	left := map[string]int{}
	driven := map[string]bool{}
	var mu sync.Mutex
	for range executions {
		st := hello()
		left[st.ID] = rounds
		acceptParked(t, s, st, execution.Park{Wake: epoch})
	}
	var wg sync.WaitGroup
	for range claimers {
		wg.Go(func() {
			for {
				due, next, err := s.Claim(t.Context(), 3, epoch)
				if err != nil {
					t.Error(err)
					return
				}
				if len(due) == 0 && next.IsZero() {
					return // what others drive they will claim
				}
				for _, st := range due {
					mu.Lock()
					if driven[st.ID] {
						t.Errorf("two drive %s", st.ID)
					}
					driven[st.ID] = true
					mu.Unlock()
				}
				for _, st := range due {
					w := execution.Write{ID: st.ID, Version: st.Version, Changes: end()}
					mu.Lock()
					driven[st.ID] = false
					if left[st.ID]--; left[st.ID] > 0 {
						w.Changes, w.Park = begin(), &execution.Park{Wake: epoch}
					}
					mu.Unlock()
					if err := s.Commit(t.Context(), &execution.Batch{Write: []execution.Write{w}}); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	for id, n := range left {
		if n != 0 {
			t.Errorf("%s: %d rounds left", id, n)
		}
	}
}
