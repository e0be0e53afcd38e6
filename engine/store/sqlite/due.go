package sqlite

import (
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
