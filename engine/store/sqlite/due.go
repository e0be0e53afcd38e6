package sqlite

import (
	"context"
	"database/sql"
	"math"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// parking is what the columns say of an execution that is left, or is not.
type parking struct {
	parked bool
	wake   sql.NullInt64
	place  sql.NullString
}

// parking returns the columns for a Park.
func (w *writer) parking(p *execution.Park, over, unread bool) (c parking) {
	switch {
	case p == nil || over:
	case unread:
		c.parked, c.wake.Valid = true, true
	default:
		c.parked = true
		c.place = sql.NullString{String: p.For, Valid: p.For != ""}
		c.wake = wakeAt(p.Wake)
	}
	return c
}

// hintParked tells of an execution that has ended or is due at some time.
func (w *writer) hintParked(e *entry, over bool, p parking) {
	if over || p.wake.Valid {
		w.hint(execution.Hint{ID: e.id, Ended: over, Due: p.wake.Valid})
	}
}

// wakeAt returns a time as the column has it. One before 1970 is the first moment, one that the column cannot have the last.
func wakeAt(t time.Time) sql.NullInt64 {
	switch {
	case t.IsZero():
		return sql.NullInt64{}
	case t.Year() < 1970:
		return sql.NullInt64{Int64: 1, Valid: true}
	case t.Year() > 2200:
		return sql.NullInt64{Int64: math.MaxInt64, Valid: true}
	}
	return sql.NullInt64{Int64: max(t.UnixNano(), 1), Valid: true}
}

// wake makes a parked execution due at once, and reports whether it was not before.
func (w *writer) wake(seq int64) (bool, error) {
	changed, err := w.exec("UPDATE execution SET wake = 0, place = NULL WHERE seq = ? AND parked AND (wake IS NULL OR wake <> 0)", seq)
	return changed > 0, err
}

// free reports whether places can be taken.
func (w *writer) free(take []execution.Place) (bool, error) {
	for i, p := range take {
		taken := 0
		if _, err := w.row("SELECT taken FROM place WHERE key = ?", []any{p.Key}, &taken); err != nil {
			return false, err
		}
		for _, other := range take[:i] {
			if other.Key == p.Key {
				taken++
			}
		}
		if taken >= p.Limit {
			return false, nil
		}
	}
	return true, nil
}

// move takes places and gives them back. One that is given back goes to nobody: the execution that has waited longest is told, and
// takes it like anybody else.
func (w *writer) move(take, give []execution.Place) error {
	for _, p := range take {
		if _, err := w.exec("INSERT INTO place (key, taken) VALUES (?, 1) ON CONFLICT DO UPDATE SET taken = taken + 1", p.Key); err != nil {
			return err
		}
	}
	for _, p := range give {
		if err := w.give(p.Key); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) give(key string) error {
	left, err := w.exec("UPDATE place SET taken = taken - 1 WHERE key = ? AND taken > 1", key)
	if err == nil && left == 0 {
		_, err = w.exec("DELETE FROM place WHERE key = ?", key)
	}
	if err != nil {
		return err
	}
	var seq int64
	var id string
	found, err := w.row("SELECT seq, id FROM execution WHERE place = ? ORDER BY seq LIMIT 1", []any{key}, &seq, &id)
	if !found {
		return err
	}
	w.hint(execution.Hint{ID: id, Due: true})
	_, err = w.wake(seq)
	return err
}

// Claim implements [execution.Store].
func (s *Store) Claim(ctx context.Context, n int, now time.Time) (due []*execution.State, next time.Time, err error) {
	var claimed []claim
	err = s.write(ctx, func(w *writer) (err error) {
		claimed, next, err = w.claim(n, now)
		return err
	})
	if err != nil {
		return nil, time.Time{}, err
	}
	for _, c := range claimed {
		st, err := s.Load(ctx, c.id)
		if err != nil {
			return nil, time.Time{}, err
		}
		due = append(due, st)
	}
	return due, next, nil
}

// claim is an execution that is handed over.
type claim struct {
	seq int64
	id  string
}

func (w *writer) claim(n int, now time.Time) (claimed []claim, next time.Time, err error) {
	const due = "SELECT seq, id, wake FROM execution WHERE wake IS NOT NULL ORDER BY wake, seq LIMIT ?"
	limit := wakeAt(now).Int64
	err = w.rows(due, []any{max(n, 0) + 1}, func(scan func(...any) error) error {
		var c claim
		var wake int64
		if err := scan(&c.seq, &c.id, &wake); err != nil || !next.IsZero() {
			return err
		}
		switch {
		case wake > limit:
			next = time.Unix(0, wake).UTC()
		case len(claimed) == n:
			next = now
		default:
			claimed = append(claimed, c)
		}
		return nil
	})
	for _, c := range claimed {
		if err == nil {
			_, err = w.exec("UPDATE execution SET version = version + 1, parked = 0, wake = NULL, place = NULL WHERE seq = ?", c.seq)
		}
	}
	return claimed, next, err
}
