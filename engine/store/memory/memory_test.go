package memory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) execution.Store { return New(Options{}) })
}

func state(id string, status execution.Status) *execution.State {
	return &execution.State{ID: id, History: execution.History{{Status: status, At: time.Unix(0, 0)}}}
}

// kept returns the ids that are kept, the newest first.
func kept(t *testing.T, s *Store) string {
	t.Helper()
	states, err := s.List(t.Context(), execution.Query{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, st := range states {
		ids = append(ids, st.ID)
	}
	return strings.Join(ids, " ")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestEndedAreDroppedByNumber(t *testing.T) {
	s := New(Options{Ended: 3})
	for i := range 4 {
		must(t, s.Accept(t.Context(), state(fmt.Sprintf("open%d", i), execution.Created)))
	}
	for i := range 5 {
		must(t, s.Accept(t.Context(), state(fmt.Sprintf("done%d", i), execution.Success)))
	}
	if got, want := kept(t, s), "done4 done3 done2 open3 open2 open1 open0"; got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
	// What ends last stays longest, whenever it was accepted.
	end := []execution.Change{{Header: &execution.Header{History: state("", execution.Failed).History}}}
	must(t, s.Commit(t.Context(), "open2", 1, end))
	if got, want := kept(t, s), "done4 done3 open3 open2 open1 open0"; got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
	if err := s.Commit(t.Context(), "done0", 1, nil); !errors.Is(err, execution.ErrNotFound) {
		t.Errorf("commit to a dropped execution: %v", err)
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
	must(t, s.Accept(ctx, state("open", execution.Running)))
	put("a", 4000)
	must(t, s.Accept(ctx, state("a", execution.Success)))
	put("b", 4000)
	must(t, s.Accept(ctx, state("b", execution.Success)))
	if got, want := kept(t, s), "b a open"; got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
	c := state("c", execution.Success)
	c.Outputs.JSON = make([]byte, 2000)
	must(t, s.Accept(ctx, c))
	if got, want := kept(t, s), "c b open"; got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
	put("c", 4000) // a value that comes late counts too
	if got, want := kept(t, s), "c open"; got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
	for id, ref := range refs {
		_, err := s.GetValue(ctx, ref)
		if gone := id == "a" || id == "b"; errors.Is(err, execution.ErrNotFound) != gone {
			t.Errorf("value of %s: %v", id, err)
		}
	}
	must(t, s.Accept(ctx, func() *execution.State {
		st := state("huge", execution.Success)
		st.Outputs.JSON = make([]byte, 20_000)
		return st
	}()))
	if got, want := kept(t, s), "open"; got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
	if s.endedBytes != 0 || s.ended.Len() != 0 || len(s.values) != 1 || len(s.entries) != 1 {
		t.Errorf("left: %d bytes, %d ended, %d values, %d entries", s.endedBytes, s.ended.Len(), len(s.values), len(s.entries))
	}
}

func BenchmarkAcceptEnded(b *testing.B) {
	s := New(Options{})
	st := state("", execution.Success)
	st.Trigger.Variables.JSON = []byte(strings.Repeat("x", 1000))
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		st.ID = execution.NewID()
		must(b, s.Accept(ctx, st))
	}
}

func BenchmarkAcceptCommitParallel(b *testing.B) {
	s := New(Options{})
	end := []execution.Change{{Header: &execution.Header{History: state("", execution.Success).History}}}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		ctx := context.Background()
		for pb.Next() {
			st := state(execution.NewID(), execution.Created)
			must(b, s.Accept(ctx, st))
			must(b, s.Commit(ctx, st.ID, 1, end))
		}
	})
}
