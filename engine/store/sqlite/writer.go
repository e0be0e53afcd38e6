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
	line       int64 // the number of the last log line
	left       left
}

// write lets the writer do something, and returns when it is kept. While it waits for its turn ctx may end it.
func (s *Store) write(ctx context.Context, do func(w *writer) error) error {
	if !s.begin() {
		return execution.ErrClosed
	}
	defer s.end()
	j := &job{do: do, done: make(chan struct{})}
	select {
	case s.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	}
	<-j.done
	return j.err
}

func newWriter(ctx context.Context, s *Store, path string) (*writer, error) {
	db, err := sql.Open("sqlite", s.dataSource(path, "synchronous(FULL)", "busy_timeout(10000)", "temp_store(MEMORY)"))
	if err != nil {
		return nil, err
	}
	w := &writer{store: s, db: db, context: context.WithoutCancel(ctx), statements: map[string]*sql.Stmt{}}
	if w.conn, err = db.Conn(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := migrate(ctx, w.conn); err != nil {
		return nil, errors.Join(err, w.close())
	}
	if err := w.transact([]*job{{do: (*writer).takeOver}}); err != nil {
		return nil, errors.Join(err, w.close())
	}
	if w.presence, err = present(path); err != nil {
		return nil, errors.Join(err, w.close())
	}
	if err := w.conn.QueryRowContext(ctx, "SELECT id FROM identity").Scan(&s.id); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// takeOver makes all that has not ended due at once, and drops what belongs to no execution.
func (w *writer) takeOver() error {
	const drop = `DELETE FROM value WHERE execution NOT IN (SELECT id FROM execution)`
	_, err := w.exec("UPDATE execution SET place = NULL WHERE place IS NOT NULL") // who is due needs no place to be told
	if err == nil {
		_, err = w.row("SELECT seq FROM execution WHERE NOT over ORDER BY seq DESC LIMIT 1", nil, &w.left.last)
	}
	if err == nil {
		_, err = w.exec(drop)
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
	group := make([]*job, 0, groupSize)
	for first := range w.store.jobs {
		group = append(group[:0], first)
		for len(group) < groupSize {
			select {
			case j, ok := <-w.store.jobs:
				if !ok {
					break
				}
				group = append(group, j)
				continue
			default:
			}
			break
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
		clear(group)
	}
}

// try does jobs in one transaction, unless the files are not there. After an error none of them is done.
func (w *writer) try(jobs []*job) error {
	begin := time.Now()
	err := w.presence.check()
	if err == nil {
		err = w.transact(jobs)
	}
	if err == nil {
		if told := w.store.options.Committed; told != nil {
			told(len(jobs), time.Since(begin))
		}
		return nil
	}
	err = asFailure(err)
	for _, j := range jobs {
		j.err = err
	}
	return err
}

func (w *writer) transact(jobs []*job) error {
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
