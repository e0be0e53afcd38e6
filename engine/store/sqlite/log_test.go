package sqlite

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// openSmallLog opens a store whose log is to stay small.
func openSmallLog(t *testing.T) *Store {
	t.Helper()
	s := newStore(filepath.Join(t.TempDir(), "kestra.db"), Options{})
	s.logLimit = 6 << 20 // SQLite itself lets it become 4 MiB
	if err := s.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	close(s.tidied)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func logBytes(t *testing.T, s *Store) int64 {
	t.Helper()
	info, err := os.Stat(s.path + walSuffix)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// beginReading begins to read, and goes on until the transaction is ended.
func beginReading(s *Store) (*sql.Tx, error) {
	tx, err := s.db.BeginTx(context.Background(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	var n int
	return tx, tx.QueryRow("SELECT count(*) FROM flow").Scan(&n)
}

// TestLogWithEndlessReader writes while one reads on and on. The log grows until that ends, and then is small again.
func TestLogWithEndlessReader(t *testing.T) {
	s := openSmallLog(t)
	tx, err := beginReading(s)
	if err != nil {
		t.Fatal(err)
	}
	for logBytes(t, s) < 3*s.logLimit {
		ended(t, s, execution.Success, time.Now(), 100_000)
	}
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
	for range 2 * s.logLimit / 100_000 {
		ended(t, s, execution.Success, time.Now(), 100_000)
	}
	if n := logBytes(t, s); n > s.logLimit {
		t.Errorf("the log has %d bytes", n)
	}
}
