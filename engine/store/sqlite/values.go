package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// PutValue implements [execution.Store].
func (s *Store) PutValue(ctx context.Context, id string, data []byte) (ref string, err error) {
	err = s.write(ctx, func(w *writer) error {
		number, err := w.insert("INSERT INTO value (execution, data) VALUES (?, ?)", id, notNull(data))
		if err != nil {
			return err
		}
		ref = strconv.FormatInt(number, 36)
		there, err := w.has(id)
		if err != nil || there {
			return err
		}
		w.early[id] = struct{}{}
		_, err = w.exec("INSERT INTO early (value, execution, at) VALUES (?, ?, ?)", number, id, time.Now().UnixNano())
		return err
	})
	return ref, err
}

// GetValue implements [execution.Store].
func (s *Store) GetValue(ctx context.Context, ref string) (data []byte, err error) {
	missing := fmt.Errorf("value %s: %w", ref, execution.ErrNotFound)
	number, ok := parseRef(ref)
	if !ok {
		return nil, missing
	}
	const query = `SELECT data FROM value v WHERE ref = ? AND NOT EXISTS (SELECT 1 FROM gone WHERE id = v.execution AND value >= v.ref)`
	found := false
	err = s.query(ctx, query, []any{number}, func(scan func(...any) error) error {
		found = true
		return scan(&data)
	})
	if err == nil && !found {
		err = missing
	}
	return data, err
}

func parseRef(ref string) (int64, bool) {
	number, err := strconv.ParseInt(ref, 36, 64)
	return number, err == nil && strconv.FormatInt(number, 36) == ref
}

// arrived notes that an execution is accepted, so that its values stay.
func (w *writer) arrived(id string) error {
	if _, early := w.early[id]; !early {
		return nil
	}
	_, err := w.exec("DELETE FROM early WHERE execution = ?", id)
	return err
}

// earlyTime is how long a value stays whose execution is not accepted: far longer than it takes to accept one.
const earlyTime = time.Hour

// dropEarly drops a value that has waited too long for its execution, and reports whether there was one.
func (w *writer) dropEarly(now time.Time, _ int) (bool, error) {
	var value int64
	var id string
	found, err := w.row("SELECT value, execution FROM early WHERE at < ? LIMIT 1", []any{now.Add(-earlyTime).UnixNano()}, &value, &id)
	if !found {
		if len(w.early) > mostEarly {
			err = w.recallEarly()
		}
		return false, err
	}
	if _, err = w.exec("DELETE FROM value WHERE ref = ?", value); err == nil {
		_, err = w.exec("DELETE FROM early WHERE value = ?", value)
	}
	return true, err
}

// mostEarly is how many executions that may have early values are remembered before those are forgotten that have none.
const mostEarly = 100

// recallEarly makes what is remembered of early values what the file has.
func (w *writer) recallEarly() error {
	clear(w.early)
	return w.rows("SELECT execution FROM early", nil, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		w.early[id] = struct{}{}
		return err
	})
}

// dropAllEarly drops the values whose executions were not accepted when the store was closed: they never will be.
func (w *writer) dropAllEarly() error {
	_, err := w.exec("DELETE FROM value WHERE ref IN (SELECT value FROM early)")
	if err == nil {
		_, err = w.exec("DELETE FROM early")
	}
	return err
}

// release drops the values that an execution names no more once it is changed.
func (w *writer) release(e *entry, c *execution.Changes) error {
	var dropped []string
	compare := func(before, after execution.Datum) {
		if before.Ref != "" && before.Ref != after.Ref {
			dropped = append(dropped, before.Ref)
		}
	}
	if c.Head != nil {
		var data []byte
		var before execution.Head
		if _, err := w.row("SELECT head FROM execution WHERE seq = ?", []any{e.seq}, &data); err != nil {
			return err
		}
		if err := decodeHead(data, &before); err != nil {
			return &failure{err}
		}
		compare(before.Variables, c.Head.Variables)
		compare(before.Outputs, c.Head.Outputs)
	}
	inline, err := splitRuns(e.runs)
	if err != nil {
		return &failure{err}
	}
	for i := range c.Rows {
		var data []byte
		var before execution.Run
		found := false
		if at := slices.IndexFunc(inline, func(r encodedRow) bool { return r.row == c.Rows[i].Row }); at >= 0 {
			data, found = inline[at].data, true
		} else if e.spread {
			if found, err = w.row("SELECT data FROM run WHERE execution = ? AND row = ?", []any{e.seq, c.Rows[i].Row}, &data); err != nil {
				return err
			}
		}
		if !found {
			continue
		}
		if err := decodeRun(data, &before); err != nil {
			return &failure{err}
		}
		compare(before.Outputs, c.Rows[i].Run.Outputs)
	}
	for _, ref := range dropped {
		if number, ok := parseRef(ref); ok {
			if _, err := w.exec("DELETE FROM value WHERE ref = ? AND execution = ?", number, e.id); err != nil {
				return err
			}
		}
	}
	return nil
}
