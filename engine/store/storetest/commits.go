package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

func testAccept(t *testing.T, s execution.Store) {
	st := newState("company.team", "hello")
	accept(t, s, st)
	if st.Version != 0 {
		t.Errorf("accept set the version %d in the state handed in", st.Version)
	}
	check(t, s, st, 1)

	bare := &execution.State{ID: execution.NewID(), History: execution.History{{Status: execution.Created, At: epoch}}}
	accept(t, s, bare)
	check(t, s, bare, 1)
}

func testAcceptEnded(t *testing.T, s execution.Store) {
	st := newState("company.team", "hello")
	execution.Apply(st, []execution.Change{
		taskRun(st, 0, execution.Success), taskRun(st, 1, execution.Failed), header(execution.Created, execution.Running, execution.Failed),
	})
	accept(t, s, st)
	check(t, s, st, 1)
}

func testAcceptTwice(t *testing.T, s execution.Store) {
	st := newState("company.team", "hello")
	accept(t, s, st)
	twin := newState("company.team", "other")
	twin.ID = st.ID
	if err := s.Accept(t.Context(), twin); !errors.Is(err, execution.ErrExists) {
		t.Errorf("accepted twice: %v", err)
	}
	check(t, s, st, 1)
}

func testCommit(t *testing.T, s execution.Store) {
	st := newState("company.team", "hello")
	accept(t, s, st)
	commits := [][]execution.Change{
		{header(execution.Created, execution.Running), taskRun(st, 0, execution.Running)},
		{taskRun(st, 0, execution.Success), taskRun(st, 1, execution.Running)},
		{taskRun(st, 1, execution.Warning)},
		{header(execution.Created, execution.Running, execution.Warning)},
	}
	for i, changes := range commits {
		commit(t, s, st.ID, int64(i+1), changes...)
		execution.Apply(st, changes)
		check(t, s, st, int64(i+2))
	}
	apart := execution.Change{Header: &execution.Header{History: st.History, Outputs: execution.Datum{Ref: "r", JSON: []byte(`{}`)}}}
	commit(t, s, st.ID, 5, apart)
	st.Outputs = execution.Datum{Ref: "r"}
	check(t, s, st, 6)
}

func testCommitNothing(t *testing.T, s execution.Store) {
	st := newState("company.team", "hello")
	accept(t, s, st)
	commit(t, s, st.ID, 1)
	check(t, s, st, 2)
}

func testCommitConflict(t *testing.T, s execution.Store) {
	st := newState("company.team", "hello")
	accept(t, s, st)
	change := header(execution.Created, execution.Running)
	commit(t, s, st.ID, 1, change)
	execution.Apply(st, []execution.Change{change})
	for _, version := range []int64{-1, 0, 1, 3} {
		err := s.Commit(t.Context(), st.ID, version, []execution.Change{taskRun(st, 0, execution.Success), header(execution.Created, execution.Failed)})
		if !errors.Is(err, execution.ErrConflict) {
			t.Errorf("commit on version %d of 2: %v", version, err)
		}
	}
	check(t, s, st, 2)
}

func testCommitNotFound(t *testing.T, s execution.Store) {
	accept(t, s, newState("company.team", "hello"))
	if err := s.Commit(t.Context(), "nope", 1, nil); !errors.Is(err, execution.ErrNotFound) {
		t.Errorf("commit: %v", err)
	}
}

// testCommitRace checks that of many commits on one version exactly one succeeds, again and again.
func testCommitRace(t *testing.T, s execution.Store) {
	const writers, rounds = 8, 20
	st := newState("company.team", "hello")
	accept(t, s, st)
	change := func(writer int) []execution.Change {
		shared := taskRun(st, 0, execution.Running)
		shared.TaskRun.TaskRun.TaskID = fmt.Sprintf("writer-%d", writer)
		return []execution.Change{shared, taskRun(st, writer+1, execution.Running)}
	}
	for round := range rounds {
		errs := make([]error, writers)
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				errs[w] = s.Commit(t.Context(), st.ID, int64(round+1), change(w))
			})
		}
		wg.Wait()
		var won []int
		for w, err := range errs {
			if err == nil {
				won = append(won, w)
			} else if !errors.Is(err, execution.ErrConflict) {
				t.Fatalf("round %d: %v", round, err)
			}
		}
		if len(won) != 1 {
			t.Fatalf("round %d: writers %v won", round, won)
		}
		execution.Apply(st, change(won[0]))
		check(t, s, st, int64(round+2))
	}
}
