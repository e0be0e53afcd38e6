package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"testing"
)

// BenchmarkBare measures the driver alone, to compare [BenchmarkGroup] with: rows of as many bytes as an execution takes, one inserted
// and changed for each, in groups that share a transaction as those of 64 callers do.
func BenchmarkBare(b *testing.B) {
	const group, size = 64, 1600
	db, err := sql.Open("sqlite", fileName(filepath.Join(b.TempDir(), "bare.db"), url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)"}}))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "CREATE TABLE t (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, data BLOB NOT NULL) STRICT"); err != nil {
		b.Fatal(err)
	}
	var prepared []*sql.Stmt
	defer func() {
		for _, s := range prepared {
			_ = s.Close()
		}
	}()
	prepare := func(query string) *sql.Stmt {
		s, err := conn.PrepareContext(ctx, query)
		if err != nil {
			b.Fatal(err)
		}
		prepared = append(prepared, s)
		return s
	}
	begin, commit := prepare("BEGIN IMMEDIATE"), prepare("COMMIT")
	insert, change := prepare("INSERT INTO t (id, data) VALUES (?, ?)"), prepare("UPDATE t SET data = ? WHERE id = ?")
	data := bytes.Repeat([]byte("x"), size)
	do := func(s *sql.Stmt, args ...any) {
		if _, err := s.ExecContext(ctx, args...); err != nil {
			b.Fatal(err)
		}
	}
	n := 0
	defer reportProcessorTime(b)()
	for b.Loop() {
		if n%group == 0 {
			do(begin)
		}
		id := fmt.Sprintf("%022d", n)
		do(insert, id, data)
		do(change, data, id)
		if n++; n%group == 0 {
			do(commit)
		}
	}
	if n%group != 0 {
		do(commit)
	}
}
