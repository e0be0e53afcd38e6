package files

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// Limits bound what is kept, in bytes; each file counts 4 KiB beside its own. Zero fields take their defaults.
type Limits struct {
	Execution int64 // of one execution; default [DefaultExecution]
	Total     int64 // of all executions; default [DefaultTotal]
}

// The defaults of [Limits].
const (
	DefaultExecution = 1 << 30
	DefaultTotal     = 10 << 30
)

// ErrClosed is the error of calls to a store that was closed.
var ErrClosed = errors.New("the store of files is closed")

// errNoFolder is why a store without a name has no files.
var errNoFolder = errors.New("the server has no folder for them")

// Store keeps files in a folder.
type Store struct {
	dir      string
	lasting             // zero: the files end with the process
	placing  sync.Mutex // held while files come to their places or go from them
	counting sync.Mutex // held while it is counted what there is of an execution

	mu         sync.Mutex
	limits     Limits
	namespaces Namespaces
	usage      usage
	root       *os.Root // of the files; nil until there is one
	name       string   // of the folder that it is the root of
	lock       *os.File
	closed     bool
	removals
}

var _ task.Files = (*Store)(nil)

// New returns a store in a folder, which it makes when the first file is written; without a name nothing can be written. It removes
// what processes left there that are dead. What cannot be removed is left to the next one. The files end with the process, unless
// [Store.Outlive] is called.
func New(dir string) *Store {
	s := &Store{dir: dir, usage: usage{executions: map[string]*share{}}}
	s.removed.L = &s.mu
	s.Configure(Limits{}, Namespaces{})
	if dir != "" {
		sweepProcesses(dir)
	}
	return s
}

// Folder returns the folder in which the files are kept, with those of other processes; empty: nothing can be written.
func (s *Store) Folder() string { return s.dir }

// Configure applies limits, for what is written from now on, and says where the files of namespaces are.
func (s *Store) Configure(l Limits, n Namespaces) {
	if l.Execution <= 0 {
		l.Execution = DefaultExecution
	}
	if l.Total <= 0 {
		l.Total = DefaultTotal
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits, s.namespaces = l, n
}

// ownRoot returns the root of the files. Without one it makes it, if that is wanted; else it is nil.
func (s *Store) ownRoot(make bool) (*os.Root, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	if s.root != nil || !make {
		return s.root, nil
	}
	if s.dir == "" {
		return nil, errNoFolder
	}
	err := s.openRoot()
	return s.root, err
}

// noPlace says why there is no root of the files. Authors of flows see it.
func noPlace(err error) error {
	return fmt.Errorf("there is no place for files: %w", pathless.Cause(err))
}

// openRoot makes the folder that the files are in, and opens it, with the lock held.
func (s *Store) openRoot() error {
	if err := os.MkdirAll(s.dir, 0o711); err != nil { //nolint:gosec // commands pass through it that run as another user
		return err
	}
	name, lock, err := s.newFolder()
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(name)
	if err == nil {
		err = errors.Join(root.RemoveAll(beginnings), root.Mkdir(beginnings, 0o700)) // what is there was never complete
		if err != nil {
			root.Close()
		}
	}
	if err != nil {
		return errors.Join(err, s.leaveFolder(name, lock))
	}
	s.root, s.name, s.lock = root, name, lock
	return nil
}

// newFolder makes the folder that the files are in, with its lock.
func (s *Store) newFolder() (name string, lock *os.File, err error) {
	if s.outlives() {
		return openLasting(s.dir, s.id)
	}
	return newProcess(s.dir)
}

// leaveFolder lets go of the folder that the files are in: with files that end with the process, they end.
func (s *Store) leaveFolder(name string, lock *os.File) error {
	if s.outlives() {
		return lock.Close()
	}
	return endProcess(name, lock)
}

// Any reports whether any execution has files, as far as is known.
func (s *Store) Any() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.outlives() || len(s.usage.executions) > 0
}

// Close lets go of the files. Those of executions that end with the process are removed.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.endSweep()
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.removing {
		s.removed.Wait()
	}
	if s.root == nil {
		return nil
	}
	return errors.Join(s.root.Close(), s.leaveFolder(s.name, s.lock))
}
