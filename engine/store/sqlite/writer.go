package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// groupSize is how many jobs share a transaction at most.
const groupSize = 256

// job is something that the writer does.
type job struct {
	// do does it. A [*failure] is an error of the database; after any other one it has changed nothing.
	do    func(w *writer) error
	chore bool // it can wait
	apart bool // it is done after the transaction
	err   error
	hints []execution.Hint
	done  chan struct{}
}

// writer does the jobs, one after the other. All it has belongs to its goroutine.
type writer struct {
	store      *Store
	db         *sql.DB
	conn       *sql.Conn
	context    context.Context //nolint:containedctx // of all that it does: nobody interrupts a transaction that others share
	statements map[string]*sql.Stmt
	presence   presence
	job        *job
	left       left
	line       int64               // the number of the last log line
	seq        int64               // the number of the last execution; 0: see [writer.lastSeq]
	early      map[string]struct{} // executions that may have values and are not accepted
	chored     bool                // there was a chore in the last transaction
	logBound   int64               // the log is not to be emptied before it has so many bytes
	logSize    int64               // bytes of the log after the last transaction
	groups     int                 // transactions since the last time that the store was to be tidied

	// Of the transaction:
	jobs      int         // how many there are, without chores
	changed   tally       // the executions that have come and gone
	forgotten []forgotten // those that were dropped
	untidy    bool        // something is to be dropped
}

// forgotten is an execution that was dropped.
type forgotten struct{ namespace, flow, id string }

// write lets the writer do something, and returns when it is kept. While it waits for its turn ctx may end it.
func (s *Store) write(ctx context.Context, do func(w *writer) error) error {
	return s.hand(ctx, s.jobs, do)
}

func (s *Store) hand(ctx context.Context, jobs chan *job, do func(w *writer) error) error {
	if !s.begin() {
		return execution.ErrClosed
	}
	defer s.end()
	j := &job{do: do, chore: jobs == s.chores, done: make(chan struct{})}
	select {
	case jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	}
	<-j.done
	return j.err
}

func newWriter(ctx context.Context, s *Store, path string) (*writer, error) {
	db, err := sql.Open("sqlite", s.dataSource(path, "synchronous(FULL)", "busy_timeout("+busyTimeout+")", "temp_store(MEMORY)"))
	if err != nil {
		return nil, err
	}
	w := &writer{
		store: s, db: db, context: context.WithoutCancel(ctx), statements: map[string]*sql.Stmt{}, early: map[string]struct{}{}, changed: tally{},
	}
	if w.conn, err = db.Conn(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := migrate(ctx, w.conn); err != nil {
		return nil, errors.Join(err, w.close())
	}
	if err := w.transact([]*job{{do: (*writer).takeOver}, {do: (*writer).identify}}); err != nil {
		return nil, errors.Join(err, w.close())
	}
	if w.presence, err = present(path); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// takeOver makes all that has not ended due at once, and drops the values of executions that were never accepted.
func (w *writer) takeOver() error {
	_, err := w.exec("UPDATE execution SET place = NULL WHERE place IS NOT NULL") // who is due needs no place to be told
	if err == nil {
		_, err = w.row("SELECT seq FROM execution WHERE NOT over ORDER BY seq DESC LIMIT 1", nil, &w.left.last)
	}
	if err == nil {
		err = w.dropAllEarly()
	}
	return err
}

// close closes the connection. With a statement left open SQLite would keep the log of what was written, and the file without it.
func (w *writer) close() error {
	var errs []error
	for _, prepared := range w.statements {
		errs = append(errs, prepared.Close())
	}
	return errors.Join(append(errs, w.conn.Close(), w.db.Close())...)
}

// run does jobs until there will be no more.
func (w *writer) run() {
	defer close(w.store.written)
	defer func() { _ = w.close() }() // all that was promised is on disk
	group := make([]*job, 0, groupSize+1)
	for group = w.next(group); len(group) > 0; group = w.next(group[:0]) {
		together := group
		last := group[len(group)-1]
		if last.apart {
			together = group[:len(group)-1]
		}
		w.do(together)
		if last.apart {
			last.err = last.do(w)
			close(last.done)
		}
		clear(group)
		w.boundLog()
		if w.groups++; w.groups >= tidyGroups || w.untidy {
			w.groups, w.untidy = 0, false
			w.store.tidySoon()
		}
	}
}

// do does jobs that share a transaction, and answers.
func (w *writer) do(group []*job) {
	if len(group) == 0 {
		return
	}
	if err := w.try(group); err != nil && len(group) > 1 && !errors.Is(err, execution.ErrUnavailable) { // one of them may be the reason
		for i := range group {
			_ = w.try(group[i : i+1]) // it has its error
		}
	}
	for _, j := range group {
		if j.err == nil {
			w.store.watchers.Tell(j.hints)
		}
		close(j.done)
	}
}

// next adds to a group the jobs that are waiting, and waits for one; none when there will be no more. A chore comes last. After one,
// those that have waited for it go first and without another, so that nobody waits for more than one.
func (w *writer) next(group []*job) []*job {
	group = w.waiting(group)
	chored := w.chored
	w.chored = false
	if len(group) == 0 {
		select {
		case j, ok := <-w.store.jobs:
			if !ok {
				return group
			}
			group = w.waiting(append(group, j))
		case chore := <-w.store.chores:
			w.chored, w.jobs = true, 0
			return append(group, chore)
		}
	}
	w.jobs = len(group)
	if !chored {
		select {
		case chore := <-w.store.chores:
			group = append(group, chore)
			w.chored = true
		default:
		}
	}
	return group
}

// waiting adds to a group the jobs that are waiting.
func (w *writer) waiting(group []*job) []*job {
	for len(group) < groupSize {
		select {
		case j, ok := <-w.store.jobs:
			if !ok {
				return group
			}
			group = append(group, j)
		default:
			return group
		}
	}
	return group
}

// try does jobs in one transaction, unless the files are not there. After an error none of them is done.
func (w *writer) try(jobs []*job) error {
	begin := time.Now()
	err := w.presence.check()
	if err == nil {
		err = w.transact(jobs)
	}
	if err == nil {
		w.kept(jobs, time.Since(begin))
		return nil
	}
	err = asFailure(err)
	for _, j := range jobs {
		j.err = err
	}
	return err
}

// kept says what a transaction has done, once it is kept.
func (w *writer) kept(jobs []*job, took time.Duration) {
	o := &w.store.options
	writes := len(jobs)
	if jobs[writes-1].chore {
		writes--
	}
	if o.Committed != nil && writes > 0 {
		o.Committed(writes, took)
	}
	w.store.counts.add(w.changed)
	if o.Forgotten != nil {
		for _, f := range w.forgotten {
			o.Forgotten(f.namespace, f.flow, f.id)
		}
	}
}

func (w *writer) transact(jobs []*job) error {
	clear(w.changed)
	w.forgotten = w.forgotten[:0]
	if _, err := w.result("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	before := w.left
	rollback := func() {
		_, _ = w.result("ROLLBACK") // SQLite may have done so, and then says that there is no transaction
		w.left = before
	}
	for _, j := range jobs {
		w.job, j.hints = j, j.hints[:0]
		j.err = j.do(w)
		if _, failed := errors.AsType[*failure](j.err); failed {
			rollback()
			return j.err
		}
	}
	_, err := w.result("COMMIT")
	if err != nil {
		rollback()
	}
	return err
}

// hint tells watchers something when what the job does is kept.
func (w *writer) hint(h execution.Hint) { w.job.hints = append(w.job.hints, h) }

// statement returns a statement of the transaction.
func (w *writer) statement(query string) (*sql.Stmt, error) {
	prepared := w.statements[query]
	if prepared == nil {
		var err error
		if prepared, err = w.conn.PrepareContext(w.context, query); err != nil {
			return nil, &failure{err}
		}
		w.statements[query] = prepared
	}
	return prepared, nil
}

// exec executes a statement, and returns how many rows it has changed.
func (w *writer) exec(query string, args ...any) (changed int64, err error) {
	result, err := w.result(query, args...)
	if err != nil {
		return 0, err
	}
	changed, err = result.RowsAffected()
	return changed, asFailure(err)
}

// insert executes an insertion, and returns the number of the new row.
func (w *writer) insert(query string, args ...any) (rowid int64, err error) {
	result, err := w.result(query, args...)
	if err != nil {
		return 0, err
	}
	rowid, err = result.LastInsertId()
	return rowid, asFailure(err)
}

func (w *writer) result(query string, args ...any) (sql.Result, error) {
	s, err := w.statement(query) //nolint:sqlclosecheck // it is kept for the next time
	if err != nil {
		return nil, err
	}
	result, err := s.ExecContext(w.context, args...)
	return result, asFailure(err)
}

// row reads at most one row, and reports whether there is one.
func (w *writer) row(query string, args []any, into ...any) (found bool, err error) {
	s, err := w.statement(query) //nolint:sqlclosecheck // it is kept for the next time
	if err != nil {
		return false, err
	}
	switch err := s.QueryRowContext(w.context, args...).Scan(into...); {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	default:
		return err == nil, asFailure(err)
	}
}

// rows reads rows, each by f.
func (w *writer) rows(query string, args []any, f func(scan func(...any) error) error) error {
	s, err := w.statement(query) //nolint:sqlclosecheck // it is kept for the next time
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(w.context, args...)
	if err != nil {
		return &failure{err}
	}
	return asFailure(eachRow(rows, f))
}

// eachRow reads rows, each by f, and closes them.
func eachRow(rows *sql.Rows, f func(scan func(...any) error) error) error {
	defer func() { _ = rows.Close() }() // what is wrong is known by Err
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
