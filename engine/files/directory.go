package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// directories is the folder of an execution for the directories that tasks share, by task runs. No URI leads there.
const directories = "directories"

var _ task.Directories = (*Store)(nil)

// directoryOf returns the folder that is the directory of a task run.
func directoryOf(o task.Origin) (string, error) {
	p, err := placeOf(o, tasks, o.Task, o.Run)
	return path.Join(p.folder(), directories, o.Run), err
}

// MakeDirectory implements [task.Directories].
func (s *Store) MakeDirectory(ctx context.Context, o task.Origin) (*task.Directory, error) {
	name, err := directoryOf(o)
	if err != nil {
		return nil, err
	}
	root, err := s.ownRoot(true)
	if err != nil {
		return nil, noPlace(err)
	}
	s.awaitRemovals(o.Execution)
	if err := s.begin(root, o); err != nil {
		return nil, fmt.Errorf("the directory cannot be made: %w", pathless.Cause(err))
	}
	defer s.end(o.Execution)
	s.giveDirectory(o)
	if err := s.takeForDirectory(ctx, root, o, fileBytes); err != nil {
		return nil, err
	}
	if err := s.makeAnew(root, name); err != nil {
		return nil, fmt.Errorf("the directory cannot be made: %w", pathless.Cause(err))
	}
	return s.OpenDirectory(ctx, o)
}

// makeAnew makes a folder, empty, in place of one that is there.
func (s *Store) makeAnew(root *os.Root, name string) error {
	if _, err := root.Lstat(name); err == nil {
		s.unsettle()
		if err := root.RemoveAll(name); err != nil {
			return err
		}
	}
	if err := root.MkdirAll(name, 0o700); err != nil {
		return err
	}
	return s.settle(filepath.Join(root.Name(), name))
}

// OpenDirectory implements [task.Directories].
func (s *Store) OpenDirectory(ctx context.Context, o task.Origin) (*task.Directory, error) {
	name, err := directoryOf(o)
	if err != nil {
		return nil, err
	}
	root, err := s.ownRoot(false)
	if err == nil && root == nil {
		err = fs.ErrNotExist
	}
	var dir *os.Root
	if err == nil {
		dir, err = root.OpenRoot(name)
	}
	if err != nil {
		return nil, fmt.Errorf("the directory of task %s cannot be opened: %w", o.Task, pathless.Cause(err))
	}
	return &task.Directory{
		Root: dir,
		Path: filepath.Join(root.Name(), filepath.FromSlash(name)),
		Hand: func(u *task.User) error { return hand(root, name, u) },
		Take: func(bytes int64) error { return s.takeForDirectory(ctx, root, o, bytes) },
		Keep: func(file string, f task.Syncer) error {
			return errors.Join(s.flushFile(f), s.settle(filepath.Join(root.Name(), name, path.Dir(file))))
		},
	}, nil
}

// RemoveDirectory implements [task.Directories].
func (s *Store) RemoveDirectory(o task.Origin) {
	if _, err := directoryOf(o); err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.usage.giveDirectory(o.Execution, o.Run)
	s.leave(departure{folder: folderOf(o), run: o.Run, unknown: s.outlives() && !known})
}

// takeForDirectory counts bytes that are about to be written into a directory.
func (s *Store) takeForDirectory(ctx context.Context, root *os.Root, o task.Origin, bytes int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.begin(root, o); err != nil {
		return pathless.Cause(err)
	}
	defer s.end(o.Execution)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.usage.takeForDirectory(o.Execution, o.Run, bytes, s.limits)
}

// giveDirectory gives back what was counted for a directory.
func (s *Store) giveDirectory(o task.Origin) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usage.giveDirectory(o.Execution, o.Run)
}
