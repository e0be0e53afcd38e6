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
	status  execution.Status
	over    bool
	spread  bool
	refs    bool // it names values that are kept apart, or did
	runs    []byte
	log     entryLog
}

// entry returns the execution with an id; nil when there is none.
func (w *writer) entry(id string) (*entry, error) {
	e := &entry{id: id}
	const query = "SELECT seq, version, status, over, spread, refs, runs, line, line_bytes, lines FROM execution WHERE id = ?"
	found, err := w.row(query, []any{id}, &e.seq, &e.version, &e.status, &e.over, &e.spread, &e.refs, &e.runs, &e.log.last, &e.log.bytes, &e.log.inline)
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

// accept keeps a new execution, and reports whether it did: one that is there already stays as it is.
func (w *writer) accept(a *execution.Accept, t *encodedState) (isNew bool, err error) {
	if err := w.lastSeq(); err != nil {
		return false, err
	}
	st := a.State
	e := &entry{seq: w.seq + 1, id: st.ID, version: 1}
	start := t.start
	if len(start) > startInline {
		start = nil
	}
	inline := joinRuns(t.rows)
	spread := inline == nil
	p := w.parking(a.Park, st.Over(), false)
	apart := w.number(e, t.lines)
	changed, err := w.exec(`INSERT INTO execution
		(seq, id, namespace, flow, status, over, version, parked, wake, place, start, head, runs, spread, line, line_bytes, lines, refs, ended)
		VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		e.seq, st.ID, st.Namespace, st.FlowID, string(st.Status()), st.Over(), p.parked, p.wake, p.place, start, t.head, notNull(inline), spread,
		e.log.last, e.log.bytes, e.log.inline, t.refs, endedAt(&st.Head))
	if err != nil || changed == 0 {
		return false, err
	}
	w.seq = e.seq
	if err := w.arrived(st.ID); err != nil {
		return true, err
	}
	w.count(st.Over(), st.Status(), 1)
	if start == nil {
		if _, err := w.exec("INSERT INTO start (execution, data) VALUES (?, ?)", e.seq, t.start); err != nil {
			return true, err
		}
	}
	if spread {
		if err := w.putRuns(e, t.rows); err != nil {
			return true, err
		}
	}
	if apart {
		if err := w.putLines(e, t.lines); err != nil {
			return true, err
		}
	}
	w.hintParked(e, st.Over(), p)
	return true, nil
}

// change changes an execution.
func (w *writer) change(e *entry, x *execution.Write, t *encodedState) error {
	if e.refs {
		if err := w.release(e, &x.Changes); err != nil {
			return err
		}
	}
	if err := w.mergeRuns(e, t.rows); err != nil {
		return err
	}
	w.left.leave(e.seq)
	if x.Consumed > 0 {
		if _, err := w.exec("DELETE FROM signal WHERE execution = ? AND seq <= ?", e.seq, x.Consumed); err != nil {
			return err
		}
	}
	over, status := e.over, e.status
	var ended sql.NullInt64
	if h := x.Changes.Head; h != nil {
		over, status, ended = h.Over(), h.History.Current(), endedAt(h)
		w.count(e.over, e.status, -1)
		w.count(over, status, 1)
	}
	unread := false
	if x.Park != nil && !over {
		var err error
		if unread, err = w.unread(e.seq); err != nil {
			return err
		}
	}
	if err := w.addLines(e, t.lines); err != nil {
		return err
	}
	p := w.parking(x.Park, over, unread)
	_, err := w.exec(`UPDATE execution SET version = version + 1, status = ?, over = ?, parked = ?, wake = ?, place = ?, head = coalesce(?, head),
		runs = ?, spread = ?, line = ?, line_bytes = ?, lines = ?, refs = ?, ended = CASE WHEN ? THEN ended ELSE ? END WHERE seq = ?`,
		string(status), over, p.parked, p.wake, p.place, t.head,
		e.runs, e.spread, e.log.last, e.log.bytes, e.log.inline, e.refs || t.refs, x.Changes.Head == nil, ended, e.seq)
	w.hintParked(e, over, p)
	return err
}

// lastSeq finds the number of the last execution. Those of which something is left count too: nobody may inherit it.
func (w *writer) lastSeq() error {
	if w.seq > 0 {
		return nil
	}
	const query = "SELECT max(coalesce((SELECT max(seq) FROM execution), 0), coalesce((SELECT max(execution) FROM gone), 0))"
	_, err := w.row(query, nil, &w.seq)
	return err
}

// endedAt returns when an execution has ended, as the column has it.
func endedAt(h *execution.Head) sql.NullInt64 {
	if !h.Over() {
		return sql.NullInt64{}
	}
	return wakeAt(h.History.End())
}
