package storetest

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// taken takes places, and reports whether they were free.
func taken(t tester, s execution.Store, places ...execution.Place) bool {
	t.Helper()
	b := &execution.Batch{Take: places, Else: &execution.Batch{}}
	commit(t, s, b)
	return !b.Instead
}

func give(t tester, s execution.Store, keys ...string) {
	t.Helper()
	b := &execution.Batch{}
	for _, key := range keys {
		b.Give = append(b.Give, execution.Place{Key: key})
	}
	commit(t, s, b)
}

func testPlaces(t *testing.T, s execution.Store) {
	one := func(key string) execution.Place { return execution.Place{Key: key, Limit: 1} }
	two := func(key string) execution.Place { return execution.Place{Key: key, Limit: 2} }
	for i, step := range []struct {
		take []execution.Place
		give string
		free bool
	}{
		{[]execution.Place{two("a")}, "", true},
		{[]execution.Place{one("a")}, "", false}, // the limit may change
		{[]execution.Place{two("a"), two("a")}, "", false},
		{[]execution.Place{two("b"), two("b")}, "", true},
		{[]execution.Place{two("a")}, "", true},
		{[]execution.Place{two("a")}, "", false},
		{[]execution.Place{two("c"), two("a")}, "", false},
		{[]execution.Place{two("c"), two("c")}, "", true}, // the step before took neither
		{nil, "a", true},
		{[]execution.Place{two("a")}, "", true},
		{nil, "a", true},
		{nil, "a", true},
		{nil, "a", true}, // nobody has it
		{[]execution.Place{one("a")}, "", true},
		{[]execution.Place{one("a")}, "", false},
		{[]execution.Place{{Key: "d"}}, "", false}, // a limit of 0
	} {
		if step.give != "" {
			give(t, s, step.give)
		} else if free := taken(t, s, step.take...); free != step.free {
			t.Errorf("step %d: free %v", i, free)
		}
	}
}

// testPlacesElse checks that the batch in Else is kept in place of another one, with the same delivery, and nothing of the
// other one is.
func testPlacesElse(t *testing.T, s execution.Store) {
	batch := func() (*execution.Batch, *execution.State, *execution.State) {
		st := hello()
		queued := copyOf(st)
		queued.Labels[0].Value = "queued"
		return &execution.Batch{
			Delivery: delivery(st.ID),
			Accept:   []execution.Accept{{State: st}},
			Take:     []execution.Place{{Key: "k", Limit: 1}},
			Logs:     []execution.LogLine{{Execution: st.ID, Message: "runs", At: epoch}},
			Else: &execution.Batch{
				Accept: []execution.Accept{{State: queued, Park: &execution.Park{For: "k"}}},
				Logs:   []execution.LogLine{{Execution: st.ID, Message: "waits", At: epoch}},
			},
		}, st, queued
	}
	for _, instead := range []bool{false, true, true} {
		b, st, queued := batch()
		kept, other, message := st, queued, "runs"
		if instead {
			kept, other, message = queued, st, "waits"
		}
		want := copyOf(kept)
		commit(t, s, b)
		if b.Instead != instead || kept.Version != 1 || other.Version != 0 {
			t.Errorf("instead %v, version %d of what is kept, %d of the other", b.Instead, kept.Version, other.Version)
		}
		check(t, s, want, 1)
		lines, err := s.Logs(t.Context(), st.ID, 0, 10)
		if err != nil || len(lines) != 1 || lines[0].Message != message {
			t.Errorf("lines: %+v, %v", lines, err)
		}
		again := hello()
		refused := &execution.Batch{Delivery: b.Delivery, Accept: []execution.Accept{{State: again}}}
		if err := s.Commit(t.Context(), refused); err == nil {
			t.Error("the delivery was not kept")
		}
	}
	// Else may want other places, and have an Else of its own.
	last := &execution.Batch{Pairs: []execution.Pair{{Namespace: "n", Key: "last"}}}
	chain := func() *execution.Batch {
		return &execution.Batch{
			Take: []execution.Place{{Key: "k", Limit: 1}},
			Else: &execution.Batch{Take: []execution.Place{{Key: "l", Limit: 1}}, Pairs: []execution.Pair{{Namespace: "n", Key: "middle"}}, Else: last},
		}
	}
	for _, want := range [][]string{{"middle"}, {"last", "middle"}} {
		commit(t, s, chain())
		pairs, err := s.Pairs(t.Context(), "n", epoch)
		got := make([]string, len(pairs))
		for i, p := range pairs {
			got[i] = p.Key
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
}

// testPlacesWake checks that each place that is given back makes one execution due, the oldest first.
func testPlacesWake(t *testing.T, s execution.Store) {
	ids := make([]string, 6)
	for i := range ids {
		st := hello()
		ids[i] = st.ID
		p := execution.Park{For: "k"}
		if i == 1 {
			p.For = "other"
		}
		acceptParked(t, s, st, p)
	}
	checkDue(t, s, after(1000))
	give(t, s, "k")
	give(t, s, "k") // the first is due already
	checkDue(t, s, epoch, ids[0], ids[2])
	give(t, s, "nobody")
	checkDue(t, s, epoch)
	give(t, s, "k", "k", "k", "k") // more than there are
	checkDue(t, s, epoch, ids[3], ids[4], ids[5])

	// An execution that parks again keeps the place in the queue that its age gives it.
	for _, i := range []int{3, 0} {
		write(t, s, execution.Write{ID: ids[i], Version: 2, Park: &execution.Park{For: "k"}})
	}
	give(t, s, "k")
	checkDue(t, s, epoch, ids[0])

	// An execution that is due for another reason does not use up the place that was given back.
	write(t, s, execution.Write{ID: ids[0], Version: 4, Park: &execution.Park{For: "k"}})
	commit(t, s, &execution.Batch{Signals: []execution.Signal{{To: ids[0], ID: "s"}}})
	give(t, s, "k")
	checkDue(t, s, epoch, ids[0], ids[3])

	// The batch that gives back a place also ends one execution and parks another.
	commit(t, s, &execution.Batch{
		Give: []execution.Place{{Key: "k"}},
		Write: []execution.Write{
			{ID: ids[3], Version: 4, Changes: end()},
			{ID: ids[4], Version: 2, Park: &execution.Park{For: "k"}},
		},
	})
	checkDue(t, s, epoch, ids[4])
}

// testPlacesPassedOn takes a place and gives it back at once. If the execution that becomes due for it does not take it, the
// next one becomes due.
func testPlacesPassedOn(t *testing.T, s execution.Store) {
	first, second := hello(), hello()
	acceptParked(t, s, first, execution.Park{For: "k"})
	acceptParked(t, s, second, execution.Park{For: "k"})
	place := []execution.Place{{Key: "k", Limit: 1}}
	if !taken(t, s, place...) {
		t.Fatal("no place was free")
	}
	pass := func(id string) bool {
		b := &execution.Batch{Take: place, Give: place, Else: &execution.Batch{}}
		b.Write = []execution.Write{{ID: id, Version: versionOf(t, s, id), Changes: end()}}
		commit(t, s, b)
		return !b.Instead
	}
	if pass(first.ID) {
		t.Error("a place was passed on that was not free")
	}
	checkDue(t, s, epoch)
	give(t, s, "k")
	checkDue(t, s, epoch, first.ID)
	if !pass(first.ID) {
		t.Error("the place was not free")
	}
	checkDue(t, s, epoch, second.ID)
	if !taken(t, s, place...) || taken(t, s, place...) {
		t.Error("what was passed on is not one place")
	}
}

// testPlacesRace lets executions share two places, each of which gives its place back at its end, until all have had one.
func testPlacesRace(t *testing.T, s execution.Store) {
	const workers, each, limit = 4, 10, 2
	place := []execution.Place{{Key: "k", Limit: limit}}
	var mu sync.Mutex
	running, most := 0, 0
	count := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		running += n
		most = max(most, running)
	}
	// try commits a batch that takes a place, and runs the executions that got one.
	try := func(b *execution.Batch, id string, version int64) {
		if err := s.Commit(t.Context(), b); err != nil {
			t.Error(err)
		}
		if b.Instead {
			return
		}
		count(1)
		count(-1)
		ended := &execution.Batch{Write: []execution.Write{{ID: id, Version: version, Changes: end()}}, Give: place}
		if err := s.Commit(t.Context(), ended); err != nil {
			t.Error(err)
		}
	}
	// goOn tries all executions that are due, and reports whether there were any.
	goOn := func() bool {
		due, _, err := s.Claim(t.Context(), 3, epoch)
		if err != nil {
			t.Error(err)
		}
		for _, st := range due {
			b := &execution.Batch{Write: []execution.Write{{ID: st.ID, Version: st.Version}}, Take: place}
			b.Else = &execution.Batch{Write: []execution.Write{{ID: st.ID, Version: st.Version, Park: &execution.Park{For: "k"}}}}
			try(b, st.ID, st.Version+1)
		}
		return len(due) > 0
	}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				st := hello()
				b := &execution.Batch{Accept: []execution.Accept{{State: st}}, Take: place}
				b.Else = &execution.Batch{Accept: []execution.Accept{{State: copyOf(st), Park: &execution.Park{For: "k"}}}}
				try(b, st.ID, 1)
				goOn()
			}
		})
	}
	wg.Wait()
	for goOn() { // if no wake-up is lost, all have run when none is due
	}
	left, _, err := s.List(t.Context(), execution.Query{Unfinished: true})
	if err != nil || len(left) > 0 {
		t.Errorf("%d executions wait for ever, %v", len(left), err)
	}
	if most > limit {
		t.Errorf("%d ran at once", most)
	}
}
