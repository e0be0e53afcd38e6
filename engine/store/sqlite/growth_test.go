package sqlite

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/store/storetest"
)

var stored = flag.Int("stored", 10_000, "how many executions are there in BenchmarkGrowth; 1000000 takes a minute and 2 GiB")

// BenchmarkGrowth accepts and ends executions beside very many that have ended, and beside none.
func BenchmarkGrowth(b *testing.B) {
	for _, n := range []int{0, *stored} {
		b.Run(fmt.Sprint("stored=", n), func(b *testing.B) {
			s := openEmpty(b, Options{})
			fill(b, s, n)
			b.ReportAllocs()
			b.SetParallelism(32)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					st, c := storetest.TwoTasks(1000)
					err := s.Commit(b.Context(), &execution.Batch{Accept: []execution.Accept{{State: st}}})
					if err == nil {
						err = s.Commit(b.Context(), &execution.Batch{Write: []execution.Write{{ID: st.ID, Version: 1, Changes: c}}})
					}
					if err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// fill puts copies of an execution that has ended into a store, with ids and times of their own.
func fill(b *testing.B, s *Store, n int) {
	b.Helper()
	if n == 0 {
		return
	}
	id := ended(b, s, execution.Success, time.Now().Add(-time.Hour), 1000)
	const chunk = 10_000
	for n--; n > 0; n -= chunk {
		err := s.write(b.Context(), func(w *writer) error { // it has accepted one, and so knows the last number
			made, err := w.exec(`WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < ?1)
				INSERT INTO execution (seq, id, namespace, flow, status, over, version, parked, ended, spread, refs, line, line_bytes, start, head, runs)
				SELECT ?2 + n, printf('%021d', ?2 + n), namespace, flow, status, over, version, parked, ended + n, spread, refs, line, line_bytes, start, head, runs
				FROM copy, execution WHERE id = ?3`, min(n, chunk), w.seq, id)
			w.seq += made
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	file, err := os.Open(s.path)
	if err == nil {
		err = errors.Join(file.Sync(), file.Close()) // what is measured shall not wait for that
	}
	if err != nil {
		b.Fatal(err)
	}
}
