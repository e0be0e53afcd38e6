package storetest

import (
	"context"
	"iter"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// hints commits b, and returns the hints about the executions in it, joined by execution.
func hints(t *testing.T, s execution.Store, b *execution.Batch) []execution.Hint {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	next, stop := iter.Pull(s.Watch(ctx))
	defer stop()
	commit(t, s, b)
	last := hello() // when this is told, all of b has been
	execution.Apply(last, end())
	accept(t, s, last)
	var got []execution.Hint
	for {
		h, ok := next()
		switch i := slices.IndexFunc(got, func(other execution.Hint) bool { return other.ID == h.ID }); {
		case !ok:
			t.Fatal("the hints ended")
		case h.ID == last.ID:
			return got
		case i < 0:
			got = append(got, h)
		default:
			got[i].Ended, got[i].Signalled, got[i].Due = got[i].Ended || h.Ended, got[i].Signalled || h.Signalled, got[i].Due || h.Due
		}
	}
}

func testWatch(t *testing.T, s execution.Store) {
	driven, parked, timed, waiting, coming := hello(), hello(), hello(), hello(), hello()
	accept(t, s, driven)
	acceptParked(t, s, parked, execution.Park{})
	acceptParked(t, s, timed, execution.Park{Wake: after(10)})
	acceptParked(t, s, waiting, execution.Park{For: "k"})
	for _, tt := range []struct {
		name string
		b    *execution.Batch
		want []execution.Hint
	}{
		{"a signal to who is driven", signals(driven.ID, "a"), []execution.Hint{{ID: driven.ID, Signalled: true}}},
		{"a signal to who is parked", signals(parked.ID, "a"), []execution.Hint{{ID: parked.ID, Signalled: true, Due: true}}},
		{"a signal to who is due", signals(parked.ID, "b"), []execution.Hint{{ID: parked.ID, Signalled: true}}},
		{"the same signal", signals(parked.ID, "b"), nil},
		{"a signal before its time", signals(timed.ID, "a"), []execution.Hint{{ID: timed.ID, Signalled: true, Due: true}}},
		{"a place", &execution.Batch{Give: []execution.Place{{Key: "k"}}}, []execution.Hint{{ID: waiting.ID, Due: true}}},
		{"a place for nobody", &execution.Batch{Give: []execution.Place{{Key: "k"}}}, nil},
		{
			"an execution that is parked until a time",
			&execution.Batch{Accept: []execution.Accept{{State: coming, Park: &execution.Park{Wake: after(10)}}}},
			[]execution.Hint{{ID: coming.ID, Due: true}},
		},
		{
			"another time",
			&execution.Batch{Write: []execution.Write{{ID: coming.ID, Version: 1, Park: &execution.Park{Wake: after(5)}}}},
			[]execution.Hint{{ID: coming.ID, Due: true}},
		},
		{
			"parked with a signal",
			&execution.Batch{Write: []execution.Write{{ID: driven.ID, Version: 1, Park: &execution.Park{}}}},
			[]execution.Hint{{ID: driven.ID, Due: true}},
		},
		{
			"an end",
			&execution.Batch{Write: []execution.Write{{ID: driven.ID, Version: 2, Changes: end()}}},
			[]execution.Hint{{ID: driven.ID, Ended: true}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, hints(t, s, tt.b), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// testWatchEnds checks that watching ends with its context, and with the store.
func testWatchEnds(t *testing.T, s execution.Store) {
	accepted := hello()
	execution.Apply(accepted, end())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	watched, other := s.Watch(ctx), s.Watch(t.Context())
	accept(t, s, accepted)
	for h := range watched {
		if h.ID != accepted.ID {
			t.Errorf("hint %+v", h)
		}
		cancel()
	}
	for h := range other {
		if h.ID != accepted.ID {
			t.Errorf("hint %+v", h)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for h := range s.Watch(t.Context()) {
		t.Errorf("hint %+v of a closed store", h)
	}
}

// testWatchDelaysNobody makes many commits while a watcher reads no hints.
func testWatchDelaysNobody(t *testing.T, s execution.Store) {
	st := hello()
	accept(t, s, st)
	watched := s.Watch(t.Context())
	const commits = 1200 // more than there is room for
	for i := range commits {
		write(t, s, execution.Write{ID: st.ID, Version: int64(i + 1), Changes: end()})
	}
	n := 0
	for h := range watched { // at least one is still there
		if n++; h.ID != st.ID {
			t.Errorf("hint %+v", h)
		}
		break
	}
	if n != 1 {
		t.Error("no hint at all")
	}
	check := hints(t, s, &execution.Batch{Write: []execution.Write{{ID: st.ID, Version: commits + 1, Changes: end()}}})
	if len(check) != 1 || !check[0].Ended {
		t.Errorf("hints to another: %+v", check)
	}
}
