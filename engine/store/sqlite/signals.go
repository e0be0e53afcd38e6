package sqlite

import (
	"context"
	"encoding/json"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// signal keeps a signal, and makes its execution due if it is parked.
func (w *writer) signal(s *execution.Signal) error {
	var seq int64
	if _, err := w.row("SELECT seq FROM execution WHERE id = ?", []any{s.To}, &seq); err != nil {
		return err
	}
	event, err := json.Marshal(s.Event)
	if err != nil {
		return &failure{err}
	}
	kept, err := w.exec("INSERT INTO signal (execution, id, data) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", seq, s.ID, event)
	if err != nil || kept == 0 {
		return err
	}
	due, err := w.wake(seq)
	w.hint(execution.Hint{ID: s.To, Signalled: true, Due: due})
	return err
}

// unread reports whether an execution has signals that are not done.
func (w *writer) unread(seq int64) (bool, error) {
	var one int
	return w.row("SELECT 1 FROM signal WHERE execution = ? LIMIT 1", []any{seq}, &one)
}

// Inbox implements [execution.Store].
func (s *Store) Inbox(ctx context.Context, id string, after int64) (found []execution.Signal, err error) {
	const query = `SELECT s.seq, s.id, s.data FROM signal s JOIN execution e ON e.seq = s.execution WHERE e.id = ? AND s.seq > ? ORDER BY s.seq`
	err = s.query(ctx, query, []any{id, after}, func(scan func(...any) error) error {
		signal := execution.Signal{To: id}
		var event []byte
		if err := scan(&signal.Seq, &signal.ID, &event); err != nil {
			return err
		}
		if err := json.Unmarshal(event, &signal.Event); err != nil {
			return err
		}
		found = append(found, signal)
		return nil
	})
	return found, err
}
