package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// List implements [execution.Store].
func (s *Store) List(ctx context.Context, q execution.Query) (found []execution.Summary, next int64, err error) {
	query, args := listing(&q)
	recent := q.Recent()
	err = s.query(ctx, query, args, func(scan func(...any) error) error {
		var l execution.Summary
		var st execution.Start
		var start, head sql.RawBytes
		if err := scan(&l.Seq, &start, &head, &l.Bytes); err != nil {
			return err
		}
		if err := errors.Join(decodeStart(start, &st), decodeHead(head, &l.Head)); err != nil {
			return err
		}
		l.ID, l.Namespace, l.FlowID, l.Revision, l.TriggerID = st.ID, st.Namespace, st.FlowID, st.Revision, st.Trigger.ID
		l.StartedBy = st.StartedBy()
		has, over := recent(l.Head.History.Start())
		if has {
			found = append(found, l)
		}
		if over || len(found) > q.Bound() {
			return errEnough
		}
		return nil
	})
	if err == errEnough { //nolint:errorlint // it comes from here
		err = nil
	}
	if err == nil && len(found) > q.Bound() {
		found = found[:q.Bound()]
		next = found[q.Bound()-1].Seq
	}
	return found, next, err
}

// listing returns the statement that reads what q asks for.
//
// Executions in states that few of them end in, such as FAILED, are found by the index that has them, and not by looking at each that
// there is: they are few among many.
func listing(q *execution.Query) (query string, args []any) {
	limit := q.Bound() + 1
	if !q.Since.IsZero() {
		limit = -1 // those that began before it are among them
	}
	where, args := conditions(q)
	if rare(q) {
		of := func(which string) string { return "SELECT e.seq FROM execution e WHERE " + which + " AND " + where }
		found := of("e.ended IS NOT NULL") + " UNION ALL " + of("NOT e.over")
		where, args = "e.seq IN ("+found+" ORDER BY 1 DESC LIMIT ?)", append(slices.Concat(args, args), limit)
	}
	return `SELECT e.seq, coalesce(e.start, s.data), e.head, ` + bytesOf + ` FROM execution e LEFT JOIN start s ON s.execution = e.seq WHERE ` +
		where + ` ORDER BY e.seq DESC LIMIT ?`, append(args, limit)
}

// rare reports whether only states are asked for that few executions end in.
func rare(q *execution.Query) bool {
	return len(q.Statuses) > 0 && !q.Unfinished &&
		!slices.ContainsFunc(q.Statuses, func(s execution.Status) bool { return s == execution.Success || !s.Terminated() })
}

// conditions returns what holds for the executions that q asks for, but for Since.
func conditions(q *execution.Query) (where string, args []any) {
	all := []string{"TRUE"}
	add := func(condition string, values ...any) {
		all, args = append(all, condition), append(args, values...)
	}
	if q.Namespace != "" {
		add("e.namespace = ?", q.Namespace)
	}
	if q.FlowID != "" {
		add("e.flow = ?", q.FlowID)
	}
	if len(q.Statuses) > 0 {
		statuses := make([]any, len(q.Statuses))
		for i, status := range q.Statuses {
			statuses[i] = string(status)
		}
		add("e.status IN ("+strings.Join(slices.Repeat([]string{"?"}, len(statuses)), ", ")+")", statuses...)
	}
	if q.Unfinished {
		add("NOT e.over")
	}
	if q.Before > 0 {
		add("e.seq < ?", q.Before)
	}
	return strings.Join(all, " AND "), args
}
