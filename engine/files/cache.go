package files

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// caches is the folder for what tasks keep for later executions, beside those of the processes, which share it.
const caches = "caches"

// openCaches returns the root of what is kept. It is to be closed.
func (s *Store) openCaches(make bool) (*os.Root, error) {
	switch {
	case s.dir == "" && make:
		return nil, errNoFolder
	case s.dir == "":
		return nil, fs.ErrNotExist
	}
	name := filepath.Join(s.dir, caches)
	if make {
		if err := os.MkdirAll(name, 0o700); err != nil {
			return nil, err
		}
	}
	return os.OpenRoot(name)
}

// cacheName returns the name of what a task keeps under a key, which may be any text.
func cacheName(o task.Origin, key string) (string, error) {
	for _, element := range []string{o.Namespace, o.Flow, o.Task} {
		if err := checkName(element); err != nil {
			return "", err
		}
	}
	sum := sha256.Sum256([]byte(key))
	return path.Join(o.Namespace, o.Flow, o.Task, hex.EncodeToString(sum[:16])), nil
}

// OpenCache implements [task.Directories].
func (s *Store) OpenCache(_ context.Context, o task.Origin, key string) (io.ReadCloser, error) {
	name, err := cacheName(o, key)
	if err != nil {
		return nil, err
	}
	root, err := s.openCaches(false)
	if err != nil {
		return nil, fmt.Errorf("the cache of task %s: %w", o.Task, pathless.Cause(err))
	}
	defer root.Close()
	f, err := root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("the cache of task %s: %w", o.Task, pathless.Cause(err))
	}
	return f, nil
}

// newCache is what a task begins to keep.
type newCache struct {
	context context.Context
	root    *os.Root
	file    *os.File
	begun   string // its name until it is complete
	name    string
	left    int64 // bytes that it may still take
	limit   int64 // bytes that all of them may take
	done    bool
}

// CreateCache implements [task.Directories].
func (s *Store) CreateCache(ctx context.Context, o task.Origin, key string) (task.NewFile, error) {
	name, err := cacheName(o, key)
	if err != nil {
		return nil, err
	}
	root, err := s.openCaches(true)
	if err != nil {
		return nil, fmt.Errorf("there is no place for a cache: %w", pathless.Cause(err))
	}
	s.mu.Lock()
	c := &newCache{context: ctx, root: root, begun: rand.Text(), name: name, left: s.limits.Execution, limit: s.limits.Total}
	s.mu.Unlock()
	if c.file, err = root.OpenFile(c.begun, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
		root.Close()
		return nil, fmt.Errorf("a cache cannot be written: %w", pathless.Cause(err))
	}
	return c, nil
}

// Write implements [task.NewFile].
func (c *newCache) Write(p []byte) (int, error) {
	if err := c.context.Err(); err != nil {
		return 0, err
	}
	if c.left -= int64(len(p)); c.left < 0 {
		return 0, fmt.Errorf("%w: a cache may take as much as the files of one execution, see files_per_execution", errFull)
	}
	return c.file.Write(p)
}

// Commit implements [task.NewFile].
func (c *newCache) Commit() (string, error) {
	err := c.file.Close()
	if err == nil {
		err = c.root.MkdirAll(path.Dir(c.name), 0o700)
	}
	if err == nil {
		err = c.root.Rename(c.begun, c.name)
	}
	if err != nil {
		return "", fmt.Errorf("a cache cannot be written: %w", pathless.Cause(err))
	}
	c.done = true
	return "", errors.Join(c.makeRoom(), c.root.Close())
}

// Close implements [task.NewFile].
func (c *newCache) Close() error {
	if c.done {
		return nil
	}
	c.done = true
	_ = c.file.Close() // after a Commit that failed it is closed
	return errors.Join(c.root.Remove(c.begun), c.root.Close())
}

// makeRoom removes what was kept longest ago until the rest is within the limit. What processes that died had begun goes with it.
func (c *newCache) makeRoom() error {
	type kept struct {
		name  string
		bytes int64
		at    time.Time
	}
	var all []kept
	var total int64
	err := fs.WalkDir(c.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) { // another process was faster
			return nil
		}
		if err != nil {
			return err
		}
		all = append(all, kept{name, fileBytes + info.Size(), info.ModTime()})
		total += fileBytes + info.Size()
		return nil
	})
	slices.SortFunc(all, func(x, y kept) int { return cmp.Or(x.at.Compare(y.at), cmp.Compare(x.name, y.name)) })
	for _, k := range all {
		if total <= c.limit {
			break
		}
		total -= k.bytes
		if gone := c.root.Remove(k.name); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, pathless.Cause(gone))
		}
	}
	return err
}
