package sqlite

import (
	"database/sql"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// entry is what the writer looks at before it changes an execution.
type entry struct {
	seq     int64
	id      string
	version int64
	over    bool
	spread  bool
	runs    []byte
}

// entry returns the execution with an id; nil when there is none.
func (w *writer) entry(id string) (*entry, error) {
	e := &entry{id: id}
	found, err := w.row("SELECT seq, version, over, spread, runs FROM execution WHERE id = ?", []any{id}, &e.seq, &e.version, &e.over, &e.spread, &e.runs)
	if !found {
		return nil, err
	}
	e.runs = notNull(e.runs)
	return e, nil
}

// notNull returns bytes that no column takes for NULL. What is empty is read as nil.
func notNull(data []byte) []byte {
	if data == nil {
		return []byte{}
	}
	return data
}

// startInline is up to which size, in bytes, what never changes of an execution is in its row, which is written with each change.
const startInline = 4 << 10

// accept keeps a new execution. One that is there already, because it is in the batch twice, stays as it is.
func (w *writer) accept(a *execution.Accept, t *encodedState) error {
	st := a.State
	e := &entry{id: st.ID, version: 1}
	start := t.start
	if len(start) > startInline {
		start = nil
	}
	inline := joinRuns(t.rows)
	spread := inline == nil
	p := w.parking(a.Park, st.Over(), false)
	changed, err := w.exec(`INSERT INTO execution (id, namespace, flow, status, over, version, parked, wake, place, start, head, runs, spread, line, line_bytes)
		VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, 0, 0) ON CONFLICT (id) DO NOTHING`,
		st.ID, st.Namespace, st.FlowID, string(st.Status()), st.Over(), p.parked, p.wake, p.place, start, t.head, notNull(inline), spread)
	if err != nil || changed == 0 {
		return err
	}
	if start == nil || spread {
		if _, err := w.row("SELECT seq FROM execution WHERE id = ?", []any{st.ID}, &e.seq); err != nil {
			return err
		}
	}
	if start == nil {
		if _, err := w.exec("INSERT INTO start (execution, data) VALUES (?, ?)", e.seq, t.start); err != nil {
			return err
		}
	}
	if spread {
		if err := w.putRuns(e, t.rows); err != nil {
			return err
		}
	}
	w.hintParked(e, st.Over(), p)
	return nil
}

// change changes an execution.
func (w *writer) change(e *entry, x *execution.Write, t *encodedState) error {
	if err := w.mergeRuns(e, t.rows); err != nil {
		return err
	}
	w.left.leave(e.seq)
	if x.Consumed > 0 {
		if _, err := w.exec("DELETE FROM signal WHERE execution = ? AND seq <= ?", e.seq, x.Consumed); err != nil {
			return err
		}
	}
	over := e.over
	var status sql.NullString
	if h := x.Changes.Head; h != nil {
		over, status = h.Over(), sql.NullString{String: string(h.History.Current()), Valid: true}
	}
	unread := false
	if x.Park != nil && !over {
		var err error
		if unread, err = w.unread(e.seq); err != nil {
			return err
		}
	}
	p := w.parking(x.Park, over, unread)
	_, err := w.exec(`UPDATE execution SET version = version + 1, status = coalesce(?, status), over = ?, parked = ?, wake = ?, place = ?,
		head = coalesce(?, head), runs = ?, spread = ? WHERE seq = ?`,
		status, over, p.parked, p.wake, p.place, t.head, e.runs, e.spread, e.seq)
	w.hintParked(e, over, p)
	return err
}
