package sqlite

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/store/storetest"
)

func TestMain(m *testing.M) {
	// Each case has files of its own, so they are a third of those that other stores get; `.ci/run` tries more, by the same flag.
	_ = flag.Set("rapid.checks", "33") // never fails
	os.Exit(m.Run())
}

// fileStore is a store that knows its file.
type fileStore struct {
	*Store
	path string
}

func openFile(t testing.TB, path string) execution.Store {
	t.Helper()
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return fileStore{s, path}
}

var harness = storetest.Harness{
	Open: func(t testing.TB) execution.Store {
		return openFile(t, filepath.Join(t.TempDir(), "kestra", "kestra.db"))
	},
	Reopen: func(t testing.TB, s execution.Store) execution.Store {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return openFile(t, s.(fileStore).path)
	},
	Crash: func(t testing.TB, s execution.Store) execution.Store {
		left := filepath.Join(t.TempDir(), "kestra.db")
		for _, suffix := range []string{"", "-wal"} { // as they lie there when a process is killed
			data, err := os.ReadFile(s.(fileStore).path + suffix)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(left+suffix, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return openFile(t, left)
	},
}

func TestStore(t *testing.T) { storetest.Run(t, harness) }

func BenchmarkStore(b *testing.B) { storetest.Benchmark(b, harness) }

// BenchmarkGroup accepts and ends executions of two tasks by many callers at once, which share transactions.
func BenchmarkGroup(b *testing.B) {
	for _, commits := range []int{1, 2} {
		b.Run(fmt.Sprint("commits=", commits), func(b *testing.B) {
			s := harness.Open(b)
			ended, changes := storetest.TwoTasks(1000)
			begun := ended.Share()
			execution.Apply(ended, changes)
			b.ReportAllocs()
			b.SetParallelism(32)
			defer reportProcessorTime(b)()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					st := *begun
					if commits == 1 {
						st = *ended
					}
					st.ID = execution.NewID()
					err := s.Commit(b.Context(), &execution.Batch{Accept: []execution.Accept{{State: &st}}})
					if err == nil && commits == 2 {
						err = s.Commit(b.Context(), &execution.Batch{Write: []execution.Write{{ID: st.ID, Version: 1, Changes: changes}}})
					}
					if err != nil {
						b.Error(err)
						return
					}
				}
			})
			if err := s.Close(); err != nil {
				b.Error(err)
			}
		})
	}
}

// TestCommitted checks that whoever counts hears of every write, in the transactions in which they were kept, and of none that failed.
func TestCommitted(t *testing.T) {
	var transactions, writes atomic.Int64
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "kestra.db"), Options{Committed: func(n int, took time.Duration) {
		transactions.Add(1)
		writes.Add(int64(n))
		if took <= 0 {
			t.Errorf("a transaction took %v", took)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	before := writes.Load() // of opening
	const callers = 50
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			pair := execution.Pair{Namespace: "n", Key: strconv.Itoa(i), Value: []byte("1")}
			if err := s.Commit(context.Background(), &execution.Batch{Pairs: []execution.Pair{pair}}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Commit(t.Context(), &execution.Batch{}); err == nil {
		t.Error("a closed store keeps something")
	}
	if n := writes.Load() - before; n != callers || transactions.Load() > callers+1 {
		t.Errorf("%d writes in %d transactions, want %d", n, transactions.Load(), callers)
	}
}
