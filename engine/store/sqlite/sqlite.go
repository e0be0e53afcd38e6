package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	_ "modernc.org/sqlite" // the driver

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/store/hints"
)

// Options bound what a store keeps. Zero fields take their defaults.
type Options struct {
	LineBytes   int           // the size of the log lines of one execution as JSON, in bytes, the oldest go first; default 1 MiB
	LockTimeout time.Duration // how long another process that has the store open is waited for; default 10 s
	Logger      *zap.Logger   // default: none

	// Committed, when set, is called after each transaction that has kept something, with how many writes it was for and how long it
	// took. It must not block.
	Committed func(writes int, took time.Duration)

	// Forgotten, when set, is told of each execution that the store has let go of. All that is written waits for it, so it must be quick
	// and not call the store.
	Forgotten func(namespace, flowID, id string)

	vfs string // by which SQLite uses the disk; default: its own
}

// The defaults of [Options].
const (
	DefaultLineBytes   = 1 << 20
	DefaultLockTimeout = 10 * time.Second
)

// Store is an [execution.Store] in a file.
type Store struct {
	options  Options
	path     string
	logLimit int64 // bytes; a test has less
	id       string
	secret   []byte
	lock     *os.File
	db       *sql.DB // of the readers
	jobs     chan *job
	chores   chan *job
	written  chan struct{} // closed when the writer has ended
	closing  chan struct{} // closed when it is to be closed
	done     chan struct{} // closed with the store
	untidy   chan struct{} // has one when something may be to go
	tidied   chan struct{} // closed when no chores are done any more
	counts   counts

	retention atomic.Pointer[retention] // nil: everything is kept

	calls   sync.RWMutex // held by each call while it lasts
	toClose sync.Once
	closed  bool

	claimed  claims
	watchers hints.Watchers
}

var _ execution.Store = (*Store)(nil)

// Open opens the store in a file, which is made if there is none, with the folder that it is in. Executions in it that have not ended are
// due at once. One process at a time has it open. The file must not be on a file system of a network, which lets locks go.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	s := newStore(path, o)
	if err := s.open(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	go s.keepTidy() //nolint:contextcheck // it lasts as long as the store
	return s, nil
}

func newStore(path string, o Options) *Store {
	if o.LineBytes <= 0 {
		o.LineBytes = DefaultLineBytes
	}
	if o.LockTimeout <= 0 {
		o.LockTimeout = DefaultLockTimeout
	}
	if o.Logger == nil {
		o.Logger = zap.NewNop()
	}
	return &Store{
		options: o, path: path, logLimit: logLimit, jobs: make(chan *job, groupSize), chores: make(chan *job), untidy: make(chan struct{}, 1),
		written: make(chan struct{}), closing: make(chan struct{}), done: make(chan struct{}), tidied: make(chan struct{}),
	}
}

func (s *Store) open(ctx context.Context) (err error) {
	path := s.path
	if err := makeFolder(path, s.options.Logger); err != nil {
		return err
	}
	if s.lock, err = lock(ctx, path, &s.options); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = s.lock.Close()
		}
	}()
	if err := makeFile(path, s.options.Logger); err != nil {
		return err
	}
	w, err := newWriter(ctx, s, path)
	if err != nil {
		return explain(err)
	}
	s.db, err = sql.Open("sqlite", s.dataSource(path, "query_only(1)", "busy_timeout("+busyTimeout+")"))
	if err != nil {
		return errors.Join(err, w.close())
	}
	s.db.SetMaxOpenConns(max(4, runtime.GOMAXPROCS(0)))
	s.db.SetMaxIdleConns(max(4, runtime.GOMAXPROCS(0)))
	if err := s.startCount(ctx); err != nil {
		return errors.Join(explain(err), s.db.Close(), w.close())
	}
	go w.run()
	return nil
}

// busyTimeout is how many milliseconds a connection waits for another one, of whatever process.
const busyTimeout = "10000"

// walSuffix is what the name of the log ends with that is beside a file.
const walSuffix = "-wal"

// dataSource names the file, which must be there, as the driver wants it, with what each connection begins with.
func (s *Store) dataSource(path string, pragmas ...string) string {
	query := url.Values{"_pragma": pragmas, "_txlock": {"immediate"}, "mode": {"rw"}}
	if s.options.vfs != "" {
		query.Set("vfs", s.options.vfs)
	}
	return fileName(path, query)
}

func fileName(path string, query url.Values) string {
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}
	return name.String()
}

// begin reports whether a call may go on; if so it must be ended.
func (s *Store) begin() bool {
	s.calls.RLock()
	if s.closed {
		s.calls.RUnlock()
		return false
	}
	return true
}

func (s *Store) end() { s.calls.RUnlock() }

// Durable returns true.
func (s *Store) Durable() bool { return true }

// Close implements [execution.Store]. It waits for the calls under way.
func (s *Store) Close() error {
	s.toClose.Do(func() { close(s.closing) })
	err := s.close()
	<-s.tidied
	return err
}

func (s *Store) close() error {
	s.calls.Lock()
	defer s.calls.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	close(s.done)
	<-s.counts.known
	err := s.db.Close() // before the writer, which empties the log of what was written when it is the last
	close(s.jobs)
	<-s.written
	return errors.Join(err, s.lock.Close())
}

func notFound(id string) error { return fmt.Errorf("execution %s: %w", id, execution.ErrNotFound) }
