package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// tally is how many executions there are: of those that have ended by their status, and of the others under unfinished.
type tally map[execution.Status]int64

const unfinished execution.Status = ""

func (t tally) add(other tally) {
	for status, n := range other {
		if t[status] += n; t[status] == 0 {
			delete(t, status)
		}
	}
}

// counts is the tally of what is kept. It is counted once, when the store is opened and beside its work, and then kept by the writer.
type counts struct {
	mu    sync.Mutex
	kept  tally
	known chan struct{} // closed when all were counted
	err   error         // then: why they were not
}

func (c *counts) add(t tally) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept.add(t)
}

// get returns the tally; false before it is known.
func (c *counts) get() (tally, bool) {
	select {
	case <-c.known:
	default:
		return nil, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.kept), c.err == nil
}

// count notes that the job makes the executions more or fewer.
func (w *writer) count(over bool, status execution.Status, n int64) {
	if !over {
		status = unfinished
	}
	w.changed[status] += n
}

// startCount begins to count the executions that there are. It must have begun before anything is written.
func (s *Store) startCount(ctx context.Context) error {
	s.counts.kept, s.counts.known = tally{}, make(chan struct{})
	ctx = context.WithoutCancel(ctx)
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	var open int64
	if err == nil { // from here on it sees what there is now
		err = tx.QueryRowContext(ctx, "SELECT count(*) FROM execution WHERE NOT over").Scan(&open)
	}
	if err != nil {
		return err // the caller closes the connections
	}
	go func() {
		counted := tally{unfinished: open}
		rows, err := tx.QueryContext(ctx, "SELECT status, count(*) FROM execution WHERE ended IS NOT NULL GROUP BY status")
		if err == nil {
			err = eachRow(rows, func(scan func(...any) error) error {
				var status execution.Status
				var n int64
				err := scan(&status, &n)
				counted[status] = n
				return err
			})
		}
		_ = tx.Rollback() // it has only read
		s.counts.add(counted)
		s.counts.err = err
		close(s.counts.known)
		s.tidySoon()
	}()
	return nil
}

// Stats implements [execution.Store]. Its executions are counted beside the work, so it costs nothing.
func (s *Store) Stats(ctx context.Context) (st execution.Stats, err error) {
	if !s.begin() {
		return st, execution.ErrClosed
	}
	defer s.end()
	select {
	case <-s.counts.known:
	case <-ctx.Done():
		return st, ctx.Err()
	}
	kept, ok := s.counts.get()
	if !ok {
		return st, s.counts.err
	}
	st.Unfinished = kept[unfinished]
	for _, n := range kept {
		st.Executions += n
	}
	st.Bytes, err = s.bytes()
	return st, err
}

// bytes returns the size of the file and of the log beside it that is not in it yet.
func (s *Store) bytes() (n int64, err error) {
	for _, suffix := range []string{"", walSuffix} {
		info, err := os.Stat(s.path + suffix)
		switch {
		case err == nil:
			n += info.Size()
		case !errors.Is(err, fs.ErrNotExist):
			return 0, err
		case suffix == "":
			return 0, asFailure(fmt.Errorf("%s: %w", s.path, errGone))
		}
	}
	return n, nil
}
