package sqlite

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

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
	s.claimed.mu.Lock()
	defer s.claimed.mu.Unlock()
	s.claimed.list = append(s.claimed.list, claimed...)
	for _, c := range s.claimed.list {
		st, err := s.Load(ctx, c.id)
		if err != nil {
			if len(due) == 0 {
				return nil, time.Time{}, err
			}
			next = now // the rest of them
			break
		}
		due = append(due, st)
	}
	s.claimed.list = slices.Delete(s.claimed.list, 0, len(due))
	return due, next, nil
}

// claim is an execution that is handed over.
type claim struct {
	seq int64
	id  string
}

// claims are executions that were claimed, but could not be read yet. Nobody else is given them.
type claims struct {
	mu   sync.Mutex
	list []claim
}

// left are the executions that the last process has left, and that nobody has claimed or written since. They are due at once, whatever
// their rows say, so that a start need not change them all.
type left struct {
	passed, last int64   // those with numbers between, the last one included
	others       []int64 // but for these, in order
}

// has reports whether an execution is one of them.
func (l *left) has(seq int64) bool {
	_, other := slices.BinarySearch(l.others, seq)
	return seq > l.passed && seq <= l.last && !other
}

// pass says that all up to a number were claimed.
func (l *left) pass(seq int64) {
	l.passed = seq
	at, found := slices.BinarySearch(l.others, seq)
	if found {
		at++
	}
	l.others = l.others[at:]
}

// leave says that the row of an execution holds from now on.
func (l *left) leave(seq int64) {
	if !l.has(seq) {
		return
	}
	at, _ := slices.BinarySearch(l.others, seq)
	l.others = slices.Insert(slices.Clone(l.others), at, seq)
}

func (w *writer) claim(n int, now time.Time) (claimed []claim, next time.Time, err error) {
	n = max(n, 0)
	if claimed, err = w.atOnce(n + 1); err != nil {
		return nil, next, err
	}
	more := len(claimed) > n
	claimed = claimed[:min(n, len(claimed))]
	if err := w.own(claimed); err != nil || more {
		return claimed, now, err
	}
	late, next, err := w.byTime(n-len(claimed), now)
	if err == nil {
		err = w.own(late)
	}
	return append(claimed, late...), next, err
}

// atOnce returns at most n executions that are due at once, in their order.
func (w *writer) atOnce(n int) (found []claim, err error) {
	const woken = "SELECT seq, id FROM execution WHERE wake = 0 ORDER BY seq LIMIT ?"
	if err = w.rows(woken, []any{n}, collect(&found)); err != nil || w.left.passed == w.left.last {
		return found, err
	}
	found = slices.DeleteFunc(found, func(c claim) bool { return w.left.has(c.seq) })
	const unfinished = "SELECT seq, id FROM execution WHERE NOT over AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
	var left []claim
	if err := w.rows(unfinished, []any{w.left.passed, w.left.last, n + len(w.left.others)}, collect(&left)); err != nil {
		return nil, err
	}
	none := len(left) < n+len(w.left.others)
	for _, c := range left {
		if w.left.has(c.seq) {
			found, none = append(found, c), false
		}
	}
	if none {
		w.left.pass(w.left.last)
	}
	slices.SortFunc(found, func(a, b claim) int { return cmp.Compare(a.seq, b.seq) })
	return found[:min(n, len(found))], nil
}

// byTime returns at most n executions that are due by now, and when the next one will be.
func (w *writer) byTime(n int, now time.Time) (found []claim, next time.Time, err error) {
	const due = "SELECT seq, id, wake FROM execution WHERE wake > 0 ORDER BY wake, seq LIMIT ?"
	limit := wakeAt(now).Int64
	err = w.rows(due, []any{n + 1}, func(scan func(...any) error) error {
		var c claim
		var wake int64
		if err := scan(&c.seq, &c.id, &wake); err != nil || !next.IsZero() {
			return err
		}
		switch {
		case wake > limit:
			next = time.Unix(0, wake).UTC()
		case len(found) == n:
			next = now
		default:
			found = append(found, c)
		}
		return nil
	})
	return found, next, err
}

func collect(into *[]claim) func(scan func(...any) error) error {
	return func(scan func(...any) error) error {
		var c claim
		err := scan(&c.seq, &c.id)
		*into = append(*into, c)
		return err
	}
}

// own lets nobody else claim executions, which are in their order.
func (w *writer) own(claimed []claim) error {
	for _, c := range claimed {
		if _, err := w.exec("UPDATE execution SET version = version + 1, parked = 0, wake = NULL, place = NULL WHERE seq = ?", c.seq); err != nil {
			return err
		}
	}
	for _, c := range slices.Backward(claimed) {
		if w.left.has(c.seq) { // and so those before it were claimed
			w.left.pass(c.seq)
			break
		}
	}
	return nil
}
