package sqlite

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// TestExpiredDeliveriesGo checks that those which have expired go, a few whenever others are kept.
func TestExpiredDeliveriesGo(t *testing.T) {
	s := openFile(t, filepath.Join(t.TempDir(), "kestra.db")).(fileStore)
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	n := byte(0)
	deliver := func(at int64) {
		n++
		st := &execution.State{Start: execution.Start{ID: execution.NewID()}}
		st.History = execution.History{{Status: execution.Created, At: time.Unix(at, 0)}}
		d := &execution.Delivery{Key: execution.DeliveryKey{n}, At: time.Unix(at, 0), Expires: time.Unix(at+10, 0)}
		if err := s.Commit(t.Context(), &execution.Batch{Delivery: d, Accept: []execution.Accept{{State: st}}}); err != nil {
			t.Fatal(err)
		}
	}
	kept := func() (rows int) {
		if err := s.db.QueryRowContext(t.Context(), "SELECT count(*) FROM delivery").Scan(&rows); err != nil {
			t.Fatal(err)
		}
		return rows
	}
	for range 20 {
		deliver(0)
	}
	if rows := kept(); rows != 20 {
		t.Fatalf("%d are kept", rows)
	}
	for _, want := range []int{17, 14, 11, 8, 5, 6, 7} {
		deliver(10)
		if rows := kept(); rows != want {
			t.Errorf("%d are kept, want %d", rows, want)
		}
	}
}
