package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/caddy-kestra/kestra-webhook/engine/filelock"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// storePrefix begins the names of the folders whose files belong to a store of executions.
const storePrefix = "store-"

// Needs says what is still needed of the files of an execution: nothing if it is not kept, and of its directories those of the task
// runs for which directory returns true.
type Needs func(ctx context.Context, execution string) (kept bool, directory func(run string) bool, err error)

// lasting is what a store has whose files outlive the process.
type lasting struct {
	id      string // of the store of executions that they belong to; empty: they end with the process
	needs   Needs
	flush   func(f task.Syncer) error // brings a file or a folder to the disk
	settled settled
	sweeping
}

func (l *lasting) outlives() bool { return l.id != "" }

// Outlive makes the files those of the executions of a store with an id, which outlive the process: they are there again when it is
// called with the id again. What is there and not needed is removed in the background, where also all that is there is counted. No
// other process has the files of the same store. It is called once, before anything is written.
func (s *Store) Outlive(ctx context.Context, id string, needs Needs) error {
	if err := checkName(id); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id, s.needs, s.flush = id, needs, task.Syncer.Sync
	if s.dir == "" {
		return nil
	}
	switch _, err := os.Stat(filepath.Join(s.dir, storePrefix+id)); {
	case errors.Is(err, fs.ErrNotExist): // there is nothing to count either
		return nil
	case err != nil:
		return err
	}
	if err := s.openRoot(); err != nil {
		return err
	}
	s.beginSweep(context.WithoutCancel(ctx), s.root)
	return nil
}

// openLasting makes the folder in dir for the files of the executions of a store, if it is missing, and locks it.
func openLasting(dir, id string) (name string, lock *os.File, err error) {
	name = filepath.Join(dir, storePrefix+id)
	lock, err = filelock.Open(name + lockSuffix)
	if errors.Is(err, filelock.ErrLocked) {
		err = fmt.Errorf("another process has the files in %s: it may have a copy of the database, which needs another folder for files", name)
	}
	if err != nil {
		return "", nil, err
	}
	if err := os.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", nil, errors.Join(err, lock.Close())
	}
	return name, lock, nil
}
