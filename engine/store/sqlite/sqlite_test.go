package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/store/storetest"
)

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
			b.ReportAllocs()
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					st, changes := storetest.TwoTasks(1000)
					if commits == 1 {
						execution.Apply(st, changes)
					}
					err := s.Commit(b.Context(), &execution.Batch{Accept: []execution.Accept{{State: st}}})
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
