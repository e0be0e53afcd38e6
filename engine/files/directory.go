package files

import (
	"context"
	"fmt"
	"io/fs"
	"path"

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
		return nil, fmt.Errorf("there is no place for files: %w", err)
	}
	s.awaitRemovals()
	s.giveDirectory(o)
	if err := s.takeForDirectory(ctx, o, fileBytes); err != nil {
		return nil, err
	}
	if err = root.RemoveAll(name); err == nil {
		err = root.MkdirAll(name, 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("the directory cannot be made: %w", pathless(err))
	}
	return s.OpenDirectory(ctx, o)
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
	if err == nil {
		root, err = root.OpenRoot(name)
	}
	if err != nil {
		return nil, fmt.Errorf("the directory of task %s cannot be opened: %w", o.Task, pathless(err))
	}
	return &task.Directory{Root: root, Take: func(bytes int64) error { return s.takeForDirectory(ctx, o, bytes) }}, nil
}

// RemoveDirectory implements [task.Directories].
func (s *Store) RemoveDirectory(o task.Origin) {
	name, err := directoryOf(o)
	if err != nil {
		return
	}
	s.giveDirectory(o)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leave(name)
}

// awaitRemovals returns when nothing is being removed any more: what is made before could go with one that had its name.
func (s *Store) awaitRemovals() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.removing {
		s.removed.Wait()
	}
}

// takeForDirectory counts bytes that are about to be written into a directory.
func (s *Store) takeForDirectory(ctx context.Context, o task.Origin, bytes int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
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
