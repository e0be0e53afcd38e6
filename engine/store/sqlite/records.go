package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// setPair keeps a pair or deletes it.
func (w *writer) setPair(p *execution.Pair) error {
	if p.Delete {
		_, err := w.exec("DELETE FROM pair WHERE namespace = ? AND key = ?", p.Namespace, p.Key)
		return err
	}
	_, err := w.exec("REPLACE INTO pair (namespace, key, type, value, description, expires, updated) VALUES (?, ?, ?, ?, ?, ?, ?)",
		p.Namespace, p.Key, p.Type, p.Value, p.Description, nanoseconds(p.Expires), nanoseconds(p.Updated))
	return err
}

// dropPairs drops some pairs that have expired, and reports whether there were any.
func (w *writer) dropPairs(now time.Time, atMost int) (bool, error) {
	if w.store.retention.Load() == nil {
		return false, nil
	}
	const query = `DELETE FROM pair WHERE (namespace, key) IN (SELECT namespace, key FROM pair WHERE expires <= ? LIMIT ?)`
	n, err := w.exec(query, now.UnixNano(), atMost)
	return n > 0, err
}

// nanoseconds returns a time as columns have it; NULL for the zero time.
func nanoseconds(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixNano(), Valid: !t.IsZero()}
}

func fromNanoseconds(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.Unix(0, n.Int64).UTC()
}

// Pair implements [execution.Store].
func (s *Store) Pair(ctx context.Context, namespace, key string, now time.Time) (execution.Pair, error) {
	const query = `SELECT type, value, description, expires, updated FROM pair WHERE namespace = ? AND key = ? AND (expires IS NULL OR expires > ?)`
	p := execution.Pair{Namespace: namespace, Key: key}
	found := false
	err := s.query(ctx, query, []any{namespace, key, now.UnixNano()}, func(scan func(...any) error) error {
		var expires, updated sql.NullInt64
		found = true
		err := scan(&p.Type, &p.Value, &p.Description, &expires, &updated)
		p.Expires, p.Updated = fromNanoseconds(expires), fromNanoseconds(updated)
		return err
	})
	if err == nil && !found {
		err = fmt.Errorf("key %s of namespace %s: %w", key, namespace, execution.ErrNotFound)
	}
	if err != nil {
		return execution.Pair{}, err
	}
	return p, nil
}

// Pairs implements [execution.Store].
func (s *Store) Pairs(ctx context.Context, namespace string, now time.Time) (found []execution.Pair, err error) {
	const query = `SELECT key, type, description, expires, updated FROM pair WHERE namespace = ? AND (expires IS NULL OR expires > ?) ORDER BY key`
	err = s.query(ctx, query, []any{namespace, now.UnixNano()}, func(scan func(...any) error) error {
		p := execution.Pair{Namespace: namespace}
		var expires, updated sql.NullInt64
		err := scan(&p.Key, &p.Type, &p.Description, &expires, &updated)
		p.Expires, p.Updated = fromNanoseconds(expires), fromNanoseconds(updated)
		found = append(found, p)
		return err
	})
	return found, err
}

// PairRoom implements [execution.Store]: pairs are not in memory, so there is always room.
func (s *Store) PairRoom(context.Context, time.Time) (int64, error) {
	if !s.begin() {
		return 0, execution.ErrClosed
	}
	defer s.end()
	return math.MaxInt64, nil
}

func (w *writer) setTrigger(t *execution.TriggerState) error {
	if !t.Disabled {
		_, err := w.exec("DELETE FROM trigger_state WHERE namespace = ? AND flow = ? AND trigger_id = ? AND hash = ?", t.Namespace, t.FlowID, t.TriggerID, t.Hash[:])
		return err
	}
	_, err := w.exec(`INSERT INTO trigger_state (namespace, flow, trigger_id, hash) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		t.Namespace, t.FlowID, t.TriggerID, t.Hash[:])
	return err
}

// Triggers implements [execution.Store]. They come in the order of their names.
func (s *Store) Triggers(ctx context.Context) (all []execution.TriggerState, err error) {
	const query = `SELECT namespace, flow, trigger_id, hash FROM trigger_state ORDER BY namespace, flow, trigger_id, hash`
	err = s.query(ctx, query, nil, func(scan func(...any) error) error {
		t := execution.TriggerState{Disabled: true}
		var hash []byte
		err := scan(&t.Namespace, &t.FlowID, &t.TriggerID, &hash)
		copy(t.Hash[:], hash)
		all = append(all, t)
		return err
	})
	return all, err
}

// PutFlow implements [execution.Store].
func (s *Store) PutFlow(ctx context.Context, f execution.FlowSource) (revision int, err error) {
	var hash []byte
	const last = `SELECT revision, hash FROM flow WHERE namespace = ? AND id = ? ORDER BY revision DESC LIMIT 1`
	err = s.query(ctx, last, []any{f.Namespace, f.ID}, func(scan func(...any) error) error { return scan(&revision, &hash) })
	if err != nil || string(hash) == string(f.Hash[:]) { // most have not changed since the last start
		return revision, err
	}
	err = s.write(ctx, func(w *writer) error {
		revision, hash = 0, nil
		_, err := w.row(last, []any{f.Namespace, f.ID}, &revision, &hash)
		if err != nil || string(hash) == string(f.Hash[:]) {
			return err
		}
		revision++
		_, err = w.exec("INSERT INTO flow (namespace, id, revision, hash, source) VALUES (?, ?, ?, ?, ?)", f.Namespace, f.ID, revision, f.Hash[:], notNull(f.Source))
		return err
	})
	return revision, err
}

// Flow implements [execution.Store].
func (s *Store) Flow(ctx context.Context, namespace, id string, revision int) (execution.FlowSource, error) {
	f := execution.FlowSource{Namespace: namespace, ID: id}
	found := false
	const query = `SELECT hash, source FROM flow WHERE namespace = ? AND id = ? AND revision = ?`
	err := s.query(ctx, query, []any{namespace, id, revision}, func(scan func(...any) error) error {
		var hash []byte
		found = true
		err := scan(&hash, &f.Source)
		copy(f.Hash[:], hash)
		return err
	})
	if err == nil && !found {
		err = fmt.Errorf("flow %s.%s revision %d: %w", namespace, id, revision, execution.ErrNotFound)
	}
	if err != nil {
		return execution.FlowSource{}, err
	}
	return f, nil
}
