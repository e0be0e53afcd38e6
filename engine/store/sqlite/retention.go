package sqlite

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// retention is what is kept, and who is told when that is too much.
type retention struct {
	execution.Retention
	logger *zap.Logger
	told   bool // that what must stay is too much
}

// Retain lets the store drop what is too much from now on, and what has expired. It never holds up what is committed for longer than
// one small step takes.
func (s *Store) Retain(r execution.Retention, logger *zap.Logger) {
	s.retention.Store(&retention{Retention: r, logger: logger})
	s.tidySoon()
}

// retain drops some executions that have ended, at most so many, and reports whether it did.
func (w *writer) retain(now time.Time, atMost int) (bool, error) {
	r := w.store.retention.Load()
	kept, known := w.store.counts.get()
	if r == nil || !known {
		return false, nil
	}
	kept.add(w.changed)
	delete(kept, unfinished)
	states := slices.Sorted(maps.Keys(kept))
	var ended int64
	for _, status := range states {
		ended += kept[status]
		if age := r.AgeOf(status); age > 0 {
			if n, err := w.dropEnded([]execution.Status{status}, wakeAt(now.Add(-age)).Int64, atMost); n > 0 || err != nil {
				return true, err
			}
		}
		if most := r.States[status].Count; most > 0 && kept[status] > most {
			n, err := w.dropEnded([]execution.Status{status}, math.MaxInt64, int(min(kept[status]-most, int64(atMost))))
			return n > 0, err
		}
	}
	excess := 0
	if r.Count > 0 && ended > r.Count {
		excess = int(min(ended-r.Count, int64(atMost)))
	}
	full := false
	if r.Size > 0 {
		p, err := w.pages()
		if err != nil {
			return false, err
		}
		if full = (p.all-p.free)*p.size > r.Size; full {
			excess = atMost
		}
		if full && ended == 0 && !r.told {
			r.logger.Warn("what has not ended takes more than the retention allows; it stays", zap.Int64("bytes", (p.all-p.free)*p.size), zap.Int64("retention_size", r.Size))
		}
	}
	r.told = full && (ended == 0 || r.told)
	if excess == 0 {
		return false, nil
	}
	n, err := w.dropEnded(states, math.MaxInt64, excess)
	return n > 0, err
}

// dropEnded drops the executions that ended first in some states, before a time and at most so many. It returns how many it dropped.
func (w *writer) dropEnded(states []execution.Status, before int64, atMost int) (dropped int, err error) {
	type end struct{ seq, at int64 }
	var ends []end
	const first = "SELECT seq, ended FROM execution WHERE status = ? AND ended IS NOT NULL AND ended < ? ORDER BY ended LIMIT ?"
	for _, status := range states {
		err := w.rows(first, []any{string(status), before, atMost}, func(scan func(...any) error) error {
			var e end
			err := scan(&e.seq, &e.at)
			ends = append(ends, e)
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	slices.SortFunc(ends, func(a, b end) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.seq, b.seq)) })
	for _, e := range ends[:min(len(ends), atMost)] {
		gone, err := w.drop("seq = ?", e.seq)
		if err != nil {
			return dropped, err
		}
		if gone {
			dropped++
		}
	}
	return dropped, nil
}

// pages are those of the file.
type pages struct {
	all, free int64
	size      int64 // bytes of one
}

func (w *writer) pages() (p pages, err error) {
	for _, of := range []struct {
		query string
		into  *int64
	}{{"PRAGMA page_count", &p.all}, {"PRAGMA freelist_count", &p.free}, {"PRAGMA page_size", &p.size}} {
		if _, err := w.row(of.query, nil, of.into); err != nil {
			return p, err
		}
	}
	return p, nil
}

// The pages that are free and stay so, for what comes: a part of the file, or so many bytes if that is more.
const (
	freePart  = 4
	freeBytes = 16 << 20
)

// shrink gives some free pages back to the file system when there are very many, or when the file is larger than it may be, as after
// a purge or with a smaller retention. Otherwise they are used again, which costs less than to move other pages into them.
func (w *writer) shrink(time.Time, int) (bool, error) {
	r := w.store.retention.Load()
	if r == nil {
		return false, nil
	}
	p, err := w.pages()
	if err != nil {
		return false, err
	}
	stay := max(p.all/freePart, freeBytes/p.size)
	if r.Size > 0 && p.all*p.size > r.Size+r.Size/16 {
		stay = min(stay, r.Size/16/p.size)
	}
	if p.free <= stay {
		return false, nil
	}
	err = w.rows("PRAGMA incremental_vacuum(64)", nil, func(func(...any) error) error { return nil })
	return true, err
}
