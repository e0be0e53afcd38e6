package sqlite

import (
	"context"
	"encoding/json"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// Delete implements [execution.Store].
func (s *Store) Delete(ctx context.Context, ids []string) (deleted int, err error) {
	err = s.write(ctx, func(w *writer) error {
		deleted = 0
		for _, id := range ids {
			e, err := w.entry(id)
			if err != nil {
				return err
			}
			if e == nil || !e.over {
				continue
			}
			if err := w.delete(e); err != nil {
				return err
			}
			deleted++
		}
		return nil
	})
	return deleted, err
}

// delete drops an execution with all that belongs to it.
func (w *writer) delete(e *entry) error {
	if _, err := w.exec("DELETE FROM value WHERE execution = ?", e.id); err != nil {
		return err
	}
	for _, query := range []string{
		"DELETE FROM start WHERE execution = ?", "DELETE FROM run WHERE execution = ?", "DELETE FROM line WHERE execution = ?",
		"DELETE FROM line_gone WHERE execution = ?", "DELETE FROM signal WHERE execution = ?", "DELETE FROM execution WHERE seq = ?",
	} {
		if _, err := w.exec(query, e.seq); err != nil {
			return err
		}
	}
	return nil
}

// DeleteLogs implements [execution.Store].
func (s *Store) DeleteLogs(ctx context.Context, id string, f execution.LogFilter) (deleted int, err error) {
	err = s.write(ctx, func(w *writer) error {
		deleted = 0
		e, err := w.entry(id)
		if err != nil || e == nil {
			return err
		}
		deleted, err = w.deleteLogs(e, &f)
		return err
	})
	return deleted, err
}

func (w *writer) deleteLogs(e *entry, f *execution.LogFilter) (deleted int, err error) {
	rows := map[int64][]byte{} // the lines that one commit has added, by the number of the first
	err = w.rows("SELECT first, data FROM line WHERE execution = ?", []any{e.seq}, func(scan func(...any) error) error {
		var first int64
		var data []byte
		err := scan(&first, &data)
		rows[first] = data
		return err
	})
	freed := 0
	for first, data := range rows {
		if err != nil {
			break
		}
		var before, left []keptLine
		if err := json.Unmarshal(data, &before); err != nil {
			return 0, &failure{err}
		}
		for _, l := range before {
			if !f.Has(&execution.LogLine{Level: l.Level, At: l.At}) {
				left = append(left, l)
			}
		}
		var kept []byte
		switch {
		case len(left) == len(before):
			continue
		case len(left) == 0:
			_, err = w.exec("DELETE FROM line WHERE execution = ? AND first = ?", e.seq, first)
		default:
			if kept, err = json.Marshal(left); err != nil {
				return 0, &failure{err}
			}
			_, err = w.exec("UPDATE line SET data = ? WHERE execution = ? AND first = ?", kept, e.seq, first) // its count stays: up to which number they go
		}
		deleted += len(before) - len(left)
		freed += len(data) - len(kept)
	}
	if err == nil && freed > 0 {
		_, err = w.exec("UPDATE execution SET line_bytes = line_bytes - ? WHERE seq = ?", freed, e.seq)
	}
	return deleted, err
}
