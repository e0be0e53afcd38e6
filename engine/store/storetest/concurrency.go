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
	p := twoTasks()
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range each {
				st := execution.New(p, epoch, nil, execution.Trigger{ID: "webhook"})
				accept(t, s, st)
				ref, err := s.PutValue(t.Context(), st.ID, []byte(st.ID))
				if err != nil {
					t.Error(err)
				}
				drive(t, p, st, func() {
					line := execution.LogLine{Execution: st.ID, Message: string(st.Status())}
					write := execution.Write{ID: st.ID, Version: st.Version, Changes: st.Changes()}
					st.Version++
					if err := s.Commit(t.Context(), &execution.Batch{Write: []execution.Write{write}, Logs: []execution.LogLine{line}}); err != nil {
						t.Error(err)
					}
				})
				if data, err := s.GetValue(t.Context(), ref); err != nil || string(data) != st.ID {
					t.Errorf("value %q, %v", data, err)
				}
			}
		})
	}
	wg.Go(func() {
		for range each {
			found, _, err := s.List(t.Context(), execution.Query{Limit: 100})
			if err != nil {
				t.Error(err)
			}
			for _, f := range found {
				st, err := s.Load(t.Context(), f.ID)
				if err != nil {
					t.Error(err)
					continue
				}
				if ended := st.Over(); st.Version < 1 || st.Version > 4 || ended != (st.Version == 4) {
					t.Errorf("version %d is %s", st.Version, st.Status())
					continue
				}
				running := 0
				for i := range st.Runs {
					if !st.Runs[i].Status().Terminated() {
						running++
					}
				}
				want := [][2]int{{0, 0}, {1, 1}, {2, 1}, {2, 0}}[st.Version-1]
				if got := [2]int{len(st.Runs), running}; got != want {
					t.Errorf("version %d has %d task runs, of which %d run", st.Version, got[0], got[1])
				}
				if lines, err := s.Logs(t.Context(), f.ID, 0, 10); err != nil || len(lines) < int(st.Version)-1 {
					t.Errorf("%d lines at version %d, %v", len(lines), st.Version, err)
				}
			}
		}
	})
	wg.Wait()
	found, _, err := s.List(t.Context(), execution.Query{Limit: 100, Statuses: []execution.Status{execution.Success}})
	if err != nil || len(found) != writers*each {
		t.Errorf("%d ended, %v, want %d", len(found), err, writers*each)
	}
}

func testClose(t *testing.T, s execution.Store) {
	st := hello()
	accept(t, s, st)
	ref, err := s.PutValue(t.Context(), st.ID, []byte("1"))
	if err != nil {
		t.Fatal(err)
	}
	s.Durable() // works in any state
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	for name, call := range map[string]func() error{
		"commit": func() error { return s.Commit(ctx, &execution.Batch{}) },
		"accept": func() error { return s.Commit(ctx, &execution.Batch{Accept: []execution.Accept{{State: hello()}}}) },
		"write": func() error {
			return s.Commit(ctx, &execution.Batch{Write: []execution.Write{{ID: st.ID, Version: 1}}})
		},
		"load":     func() error { _, err := s.Load(ctx, st.ID); return err },
		"list":     func() error { _, _, err := s.List(ctx, execution.Query{}); return err },
		"claim":    func() error { _, _, err := s.Claim(ctx, 1, epoch); return err },
		"inbox":    func() error { _, err := s.Inbox(ctx, st.ID, 0); return err },
		"logs":     func() error { _, err := s.Logs(ctx, st.ID, 0, 1); return err },
		"delete":   func() error { _, err := s.Delete(ctx, nil); return err },
		"lines":    func() error { _, err := s.DeleteLogs(ctx, st.ID, execution.LogFilter{}); return err },
		"stats":    func() error { _, err := s.Stats(ctx); return err },
		"triggers": func() error { _, err := s.Triggers(ctx); return err },
		"pair":     func() error { _, err := s.Pair(ctx, "n", "k", epoch); return err },
		"pairs":    func() error { _, err := s.Pairs(ctx, "n", epoch); return err },
		"room":     func() error { _, err := s.PairRoom(ctx, epoch); return err },
		"put flow": func() error { _, err := s.PutFlow(ctx, execution.FlowSource{}); return err },
		"flow":     func() error { _, err := s.Flow(ctx, "n", "f", 1); return err },
		"put":      func() error { _, err := s.PutValue(ctx, st.ID, nil); return err },
		"get":      func() error { _, err := s.GetValue(ctx, ref); return err },
	} {
		if err := call(); !errors.Is(err, execution.ErrClosed) {
			t.Errorf("%s after close: %v", name, err)
		}
	}
}
