package files

import (
	"errors"
	"os"
	"path"
	"sync"

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
	dir string

	placing sync.Mutex // held while files come to their places or go from them

	mu         sync.Mutex
	limits     Limits
	namespaces Namespaces
	usage      usage
	root       *os.Root // of the process; nil until there is one
	name       string   // of the folder that it is the root of
	lock       *os.File
	closed     bool
	leaving    []string // folders of executions, and in them, that are to be removed
	removing   bool     // somebody does that
	removed    sync.Cond
}

var _ task.Files = (*Store)(nil)

// New returns a store in a folder, which it makes when the first file is written; without a name nothing can be written. It removes
// what processes left there that are dead. What cannot be removed is left to the next one.
func New(dir string) *Store {
	s := &Store{dir: dir, usage: usage{executions: map[string]int64{}, directories: map[string]map[string]int64{}}}
	s.removed.L = &s.mu
	s.Configure(Limits{}, Namespaces{})
	if dir != "" {
		sweep(dir)
	}
	return s
}

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

// ownRoot returns the root of the process. Without one it makes it, if that is wanted; else it is nil.
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
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	name, lock, err := newProcess(s.dir)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(name)
	if err == nil {
		if err = root.Mkdir(beginnings, 0o700); err != nil {
			root.Close()
		}
	}
	if err != nil {
		return nil, errors.Join(err, endProcess(name, lock))
	}
	s.root, s.name, s.lock = root, name, lock
	return root, nil
}

// Any reports whether any execution has files.
func (s *Store) Any() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.usage.executions) > 0
}

// Forget removes the files of an execution, some time soon. It may be called with locks held: it only takes a note.
func (s *Store) Forget(namespace, flowID, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.usage.forget(id) {
		return
	}
	s.leave(path.Join(namespace, slug(flowID), id))
}

// leave lets a folder be removed some time soon, with the lock held.
func (s *Store) leave(folder string) {
	if s.root == nil || s.closed {
		return
	}
	s.leaving = append(s.leaving, folder)
	if !s.removing {
		s.removing = true
		go s.remove(s.root)
	}
}

// remove removes the folders that are noted.
func (s *Store) remove(root *os.Root) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.leaving) > 0 && !s.closed {
		folders := s.leaving
		s.leaving = nil
		s.mu.Unlock()
		for _, folder := range folders {
			_ = root.RemoveAll(folder) // what cannot be removed now goes with the process
		}
		s.mu.Lock()
	}
	s.removing = false
	s.removed.Broadcast()
}

// Close removes the files, since they belong to executions that end with the process.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	for s.removing {
		s.removed.Wait()
	}
	if s.root == nil {
		return nil
	}
	return errors.Join(s.root.Close(), endProcess(s.name, s.lock))
}

// pathless returns the cause of a file error: where files are on the disk concerns no flow.
func pathless(err error) error {
	if at, ok := errors.AsType[*os.PathError](err); ok {
		return at.Err
	}
	if at, ok := errors.AsType[*os.LinkError](err); ok {
		return at.Err
	}
	return err
}
