package sqlite

import (
	"context"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// Delete implements [execution.Store].
func (s *Store) Delete(ctx context.Context, ids []string) (deleted int, err error) {
	err = s.write(ctx, func(w *writer) error {
		deleted = 0
		for _, id := range ids {
			dropped, err := w.drop("id = ?", id)
			if err != nil {
				return err
			}
			if dropped {
				deleted++
			}
		}
		return nil
	})
	return deleted, err
}

// largeLines is from which size on the log lines of an execution, in bytes, are dropped after it, a little at a time.
const largeLines = 16 << 10

// drop drops an execution that has ended, and reports whether it did. What belongs to it, where that may be much, goes later: see
// [writer.clear].
func (w *writer) drop(which string, key any) (bool, error) {
	var seq, lines int64
	var f forgotten
	var status execution.Status
	var more, large bool
	query := `SELECT seq, id, namespace, flow, status, line_bytes,
		start IS NULL OR line > 0 AND (lines IS NULL OR line_bytes > length(lines)) OR EXISTS (SELECT 1 FROM signal s WHERE s.execution = e.seq),
		spread OR EXISTS (SELECT 1 FROM value v WHERE v.execution = e.id)
		FROM execution e WHERE over AND ` + which
	found, err := w.row(query, []any{key}, &seq, &f.id, &f.namespace, &f.flow, &status, &lines, &more, &large)
	if !found {
		return false, err
	}
	switch {
	case large || lines > largeLines:
		_, err = w.exec("INSERT INTO gone (id, execution, value) VALUES (?, ?, coalesce((SELECT max(ref) FROM value), 0))", f.id, seq)
		w.untidy = true
	case more:
		err = w.dropRows(seq, "start", "line", "line_gone", "signal")
	}
	if err == nil {
		_, err = w.exec("DELETE FROM execution WHERE seq = ?", seq)
	}
	w.count(true, status, -1)
	w.forgotten = append(w.forgotten, f)
	return true, err
}

// dropRows drops what an execution has in tables.
func (w *writer) dropRows(seq int64, tables ...string) error {
	for _, table := range tables {
		if _, err := w.exec("DELETE FROM "+table+" WHERE execution = ?", seq); err != nil {
			return err
		}
	}
	return nil
}

// The most rows that are dropped at once of an execution that is gone. Values are large, each more than [execution.InlineLimit].
const (
	clearedRows   = 256
	clearedValues = 1
)

// clear drops a little of what is left of executions that were dropped, and reports whether there was something.
func (w *writer) clear(time.Time, int) (bool, error) {
	var id string
	var seq, value int64
	found, err := w.row("SELECT id, execution, value FROM gone LIMIT 1", nil, &id, &seq, &value)
	if !found {
		return false, err
	}
	for _, few := range []struct {
		query string
		args  []any
	}{
		{"DELETE FROM run WHERE execution = ?1 AND row IN (SELECT row FROM run WHERE execution = ?1 LIMIT ?2)", []any{seq, clearedRows}},
		{"DELETE FROM line WHERE execution = ?1 AND first IN (SELECT first FROM line WHERE execution = ?1 LIMIT ?2)", []any{seq, clearedRows}},
		{"DELETE FROM value WHERE ref IN (SELECT ref FROM value WHERE execution = ? AND ref <= ? LIMIT ?)", []any{id, value, clearedValues}},
	} {
		if n, err := w.exec(few.query, few.args...); n > 0 || err != nil {
			return true, err
		}
	}
	if err := w.dropRows(seq, "start", "line_gone", "signal"); err != nil {
		return true, err
	}
	_, err = w.exec("DELETE FROM gone WHERE id = ? AND execution = ?", id, seq)
	return true, err
}
