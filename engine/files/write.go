package files

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// beginnings is the folder for files that are not complete. No namespace has this name.
const beginnings = "_new"

// writing is an open file that is written.
type writing interface {
	io.WriteCloser
	task.Syncer
}

// newFile is a file that is written.
type newFile struct {
	context context.Context // of the attempt that writes: it writes no more once that is over
	store   *Store
	root    *os.Root
	place   place
	file    writing
	name    string // where it is until it is complete, from the root
	taken   int64  // of the limits
	failure error  // of an earlier write: what is there is not what was to be written
	done    bool
}

// Create implements [task.Files].
func (s *Store) Create(ctx context.Context, o task.Origin, name string) (task.NewFile, error) {
	return s.create(ctx, o, tasks, o.Task, o.Run, name)
}

// URI implements [task.Files].
func (s *Store) URI(o task.Origin, name string) (string, error) {
	p, err := placeOf(o, tasks, o.Task, o.Run, name)
	if err != nil {
		return "", err
	}
	return p.uri(), nil
}

// CreateInput implements [task.Files].
func (s *Store) CreateInput(ctx context.Context, o task.Origin, input, name string) (task.NewFile, error) {
	return s.create(ctx, o, inputs, input, name)
}

// CreateOfRequest begins a file that the request has brought by which an execution begins. Its name may have slashes. It goes with the
// execution, or by [Store.Forget] if that does not begin.
func (s *Store) CreateOfRequest(ctx context.Context, o task.Origin, name string) (task.NewFile, error) {
	return s.create(ctx, o, requests, name)
}

// RequestURI returns the URI that such a file has, be it there or not.
func (s *Store) RequestURI(o task.Origin, name string) (string, error) {
	p, err := placeOf(o, requests, name)
	if err != nil {
		return "", err
	}
	return p.uri(), nil
}

func (s *Store) create(ctx context.Context, o task.Origin, kind string, parts ...string) (task.NewFile, error) {
	p, err := placeOf(o, kind, parts...)
	if err != nil {
		return nil, err
	}
	root, err := s.ownRoot(true)
	if err != nil {
		return nil, noPlace(err)
	}
	f := &newFile{context: ctx, store: s, root: root, place: p, name: path.Join(beginnings, rand.Text())}
	if err := s.begin(root, o); err != nil {
		return nil, f.failed(err)
	}
	if err := f.take(fileBytes); err != nil {
		s.end(p.execution)
		return nil, err
	}
	if f.file, err = root.OpenFile(f.name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
		f.give()
		s.end(p.execution)
		return nil, f.failed(err)
	}
	return f, nil
}

// take counts bytes before they are written.
func (f *newFile) take(bytes int64) error {
	if err := f.context.Err(); err != nil {
		return err
	}
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	if err := f.store.usage.take(f.place.execution, bytes, f.store.limits); err != nil {
		return err
	}
	f.taken += bytes
	return nil
}

// give gives back what was taken.
func (f *newFile) give() {
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	f.store.usage.give(f.place.execution, f.taken)
	f.taken = 0
}

// failed says of an error which file it is about.
func (f *newFile) failed(err error) error {
	return fmt.Errorf("file %s cannot be written: %w", f.place.parts[len(f.place.parts)-1], pathless.Cause(err))
}

// Write implements [task.NewFile].
func (f *newFile) Write(p []byte) (int, error) {
	if f.failure != nil {
		return 0, f.failure
	}
	if f.failure = f.take(int64(len(p))); f.failure != nil {
		return 0, f.failure
	}
	n, err := f.file.Write(p)
	if err != nil {
		f.failure = f.failed(err)
	}
	return n, f.failure
}

// Commit implements [task.NewFile].
func (f *newFile) Commit() (string, error) {
	if f.failure != nil {
		return "", f.failure
	}
	if err := f.context.Err(); err != nil {
		return "", err
	}
	err := f.store.flushFile(f.file)
	if err = errors.Join(err, f.file.Close()); err != nil {
		return "", f.failed(err)
	}
	if err := f.putInPlace(); err != nil {
		return "", f.failed(err)
	}
	f.done = true
	f.store.end(f.place.execution)
	if err := f.store.settle(filepath.Join(f.root.Name(), path.Dir(f.place.file()))); err != nil {
		return "", f.failed(err)
	}
	return f.place.uri(), nil
}

// putInPlace gives the file its name, in place of one that has it.
func (f *newFile) putInPlace() error {
	f.store.placing.Lock()
	defer f.store.placing.Unlock()
	name := f.place.file()
	var before int64
	old, err := f.root.Lstat(name)
	switch {
	case err == nil:
		before = fileBytes + old.Size()
	case !errors.Is(err, fs.ErrNotExist):
		return err
	default:
		if err := f.root.MkdirAll(path.Dir(name), 0o700); err != nil {
			return err
		}
	}
	if err := f.root.Rename(f.name, name); err != nil {
		return err
	}
	f.store.give(f.place.execution, before)
	return nil
}

// Close implements [task.NewFile].
func (f *newFile) Close() error {
	if f.done {
		return nil
	}
	f.done = true
	_ = f.file.Close() // after a Commit that failed it is closed
	err := f.root.Remove(f.name)
	f.give()
	f.store.end(f.place.execution)
	return err
}

// give gives bytes of an execution back.
func (s *Store) give(execution string, bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usage.give(execution, bytes)
}
