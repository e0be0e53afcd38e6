package storetest

import (
	"errors"
	"sync"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// testConcurrent lets many executions run beside readers.
func testConcurrent(t *testing.T, s execution.Store) {
	const writers, each = 4, 10
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range each {
				st := newState("company.team", "hello")
				if err := s.Accept(t.Context(), st); err != nil {
					t.Error(err)
				}
				ref, err := s.PutValue(t.Context(), st.ID, []byte(st.ID))
				if err != nil {
					t.Error(err)
				}
				for v, changes := range [][]execution.Change{
					{header(execution.Created, execution.Running), taskRun(st, 0, execution.Running)},
					{taskRun(st, 0, execution.Success), header(execution.Created, execution.Running, execution.Success)},
				} {
					if err := s.Commit(t.Context(), st.ID, int64(v+1), changes); err != nil {
						t.Error(err)
					}
				}
				if data, err := s.GetValue(t.Context(), ref); err != nil || string(data) != st.ID {
					t.Errorf("value %q, %v", data, err)
				}
			}
		})
	}
	wg.Go(func() {
		for range each {
			states, err := s.List(t.Context(), execution.Query{Limit: 100})
			if err != nil {
				t.Error(err)
			}
			for _, st := range states {
				if st.Version < 1 || st.Version > 3 || int64(len(st.History)) != st.Version {
					t.Errorf("version %d with the history %v", st.Version, st.History)
				}
			}
			for id, err := range s.Unfinished(t.Context()) {
				if err != nil || id == "" {
					t.Errorf("unfinished %q, %v", id, err)
				}
			}
		}
	})
	wg.Wait()
	states, err := s.List(t.Context(), execution.Query{Limit: 100, Statuses: []execution.Status{execution.Success}})
	if err != nil || len(states) != writers*each {
		t.Errorf("%d ended, %v, want %d", len(states), err, writers*each)
	}
	if ids := unfinished(t, s); len(ids) != 0 {
		t.Errorf("unfinished: %q", ids)
	}
}

func testClose(t *testing.T, s execution.Store) {
	st := newState("company.team", "hello")
	accept(t, s, st)
	ref, err := s.PutValue(t.Context(), st.ID, []byte("1"))
	if err != nil {
		t.Fatal(err)
	}
	s.Durable() // works in any state
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	calls := map[string]func() error{
		"accept":   func() error { return s.Accept(ctx, newState("a", "b")) },
		"commit":   func() error { return s.Commit(ctx, st.ID, 1, nil) },
		"load":     func() error { _, err := s.Load(ctx, st.ID); return err },
		"list":     func() error { _, err := s.List(ctx, execution.Query{}); return err },
		"revision": func() error { _, err := s.Revision(ctx, "a", "b", [32]byte{}); return err },
		"put":      func() error { _, err := s.PutValue(ctx, st.ID, nil); return err },
		"get":      func() error { _, err := s.GetValue(ctx, ref); return err },
		"unfinished": func() error {
			for _, err := range s.Unfinished(ctx) {
				return err
			}
			return nil
		},
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, execution.ErrClosed) {
			t.Errorf("%s after close: %v", name, err)
		}
	}
}
