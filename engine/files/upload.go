package files

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// maxOlder is how many older versions of a file are kept.
const maxOlder = 10

var errNoNamespaces = errors.New("the server has no folder for files of namespaces")

// upload is a file of a namespace that is written.
type upload struct {
	context context.Context //nolint:containedctx // of the attempt that writes: it writes no more once that is over
	store   *Store
	file    namespaced
	root    *os.Root // of what tasks have written in the namespace
	to      writing
	name    string // where it is until it is complete
	written int64
	failure error
	done    bool
}

// CreateNamespaceFile implements [task.Files].
func (s *Store) CreateNamespaceFile(ctx context.Context, namespace, file string) (task.NewFile, error) {
	n := namespaced{namespace: namespace}
	var err error
	if n.path, err = cleanPath(file); err == nil {
		err = checkName(namespace)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	folder := s.namespaces.Written
	s.mu.Unlock()
	if folder == "" {
		return nil, errNoNamespaces
	}
	root, err := makeNamespace(folder, namespace)
	if err != nil {
		return nil, fmt.Errorf("there is no place for files of namespaces: %w", pathless.Cause(err))
	}
	u := &upload{context: ctx, store: s, file: n, root: root, name: path.Join(versions, "new-"+rand.Text())}
	if u.to, err = root.OpenFile(u.name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
		root.Close()
		return nil, u.failed(err)
	}
	return u, nil
}

// makeNamespace returns the root of a namespace in a folder, which it makes if it is missing. It is to be closed.
func makeNamespace(folder, namespace string) (*os.Root, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if err := root.MkdirAll(path.Join(namespace, versions), 0o700); err != nil {
		return nil, err
	}
	return root.OpenRoot(namespace)
}

func (u *upload) failed(err error) error {
	return fmt.Errorf("file %s of namespace %s cannot be written: %w", u.file.path, u.file.namespace, pathless.Cause(err))
}

// Write implements [task.NewFile].
func (u *upload) Write(p []byte) (int, error) {
	if u.failure == nil {
		u.failure = u.context.Err()
	}
	if u.failure == nil {
		u.failure = u.store.fits(u.written + int64(len(p)))
	}
	if u.failure != nil {
		return 0, u.failure
	}
	n, err := u.to.Write(p)
	u.written += int64(n)
	if err != nil {
		u.failure = u.failed(err)
	}
	return n, u.failure
}

// fits returns why a file of a namespace may not have so many bytes.
func (s *Store) fits(bytes int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if bytes > s.limits.Execution {
		return fmt.Errorf("%w: a file of a namespace may take as much as those of one execution, see files_per_execution", errFull)
	}
	return nil
}

// Commit implements [task.NewFile].
func (u *upload) Commit() (string, error) {
	if u.failure == nil {
		u.failure = u.context.Err()
	}
	if u.failure != nil {
		return "", u.failure
	}
	err := errors.Join(u.store.flushFile(u.to), u.to.Close())
	if err == nil {
		err = u.putInPlace()
	}
	if err == nil {
		err = u.store.settle(filepath.Join(u.root.Name(), path.Dir(u.file.path)))
	}
	if err != nil {
		u.failure = u.failed(err)
		return "", u.failure
	}
	u.done = true
	return task.NamespaceFile(u.file.namespace, u.file.path, 0), u.root.Close()
}

// Close implements [task.NewFile].
func (u *upload) Close() error {
	if u.done {
		return nil
	}
	u.done = true
	_ = u.to.Close() // after a Commit that failed it is closed
	return errors.Join(u.root.Remove(u.name), u.root.Close())
}

// putInPlace gives the file its name. What had it becomes an older version, unless it has the same bytes: then an attempt is made
// again.
func (u *upload) putInPlace() error {
	u.store.placing.Lock()
	defer u.store.placing.Unlock()
	if err := u.room(); err != nil {
		return err
	}
	same, err := u.same()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil && !same {
		err = u.setAside()
	} else if !same {
		err = u.root.MkdirAll(path.Dir(u.file.path), 0o700)
	}
	if err != nil {
		return err
	}
	return u.root.Rename(u.name, u.file.path)
}

// room returns why all files that tasks have written in namespaces take too much with this one, which is among them already.
func (u *upload) room() error {
	u.store.mu.Lock()
	limit, folder := u.store.limits.Total, u.store.namespaces.Written
	u.store.mu.Unlock()
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	var total int64
	err = fs.WalkDir(root.FS(), ".", func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			total += fileBytes + info.Size()
		}
		return u.context.Err()
	})
	if err == nil && total > limit {
		err = fmt.Errorf("%w: the files of namespaces may take %d bytes, see files_limit", errFull, limit)
	}
	return err
}

// same reports whether the file that has the name has the same bytes.
func (u *upload) same() (bool, error) {
	old, err := openRegular(u.root, u.file.path)
	if err != nil {
		return false, err
	}
	defer old.Close()
	info, err := old.Stat()
	if err != nil || info.Size() != u.written {
		return false, err
	}
	written, err := u.root.Open(u.name)
	if err != nil {
		return false, err
	}
	defer written.Close()
	return equal(old, written)
}

// equal reports whether two files of one length have the same bytes.
func equal(a, b io.Reader) (bool, error) {
	partA, partB := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		n, errA := io.ReadFull(a, partA)
		m, errB := io.ReadFull(b, partB)
		switch {
		case !bytes.Equal(partA[:n], partB[:m]):
			return false, nil
		case errors.Is(errA, io.EOF) || errors.Is(errA, io.ErrUnexpectedEOF):
			return true, nil
		case errA != nil || errB != nil:
			return false, cmp.Or(errA, errB)
		}
	}
}

// setAside makes an older version of the file that has the name, and drops the oldest ones.
func (u *upload) setAside() error {
	older, err := olderVersions(u.root, u.file.path)
	if err != nil {
		return err
	}
	number := newestVersion(older)
	if err := u.root.MkdirAll(path.Join(versions, u.file.path), 0o700); err != nil {
		return err
	}
	if err := u.root.Rename(u.file.path, versionName(u.file.path, number)); err != nil {
		return err
	}
	slices.Sort(older)
	for _, oldest := range older[:max(0, len(older)+1-maxOlder)] {
		if err := u.root.Remove(versionName(u.file.path, oldest)); err != nil {
			return err
		}
	}
	return nil
}

// deleteNamespaced removes a file that tasks have written, with its older versions.
func (s *Store) deleteNamespaced(n namespaced) error {
	s.placing.Lock()
	defer s.placing.Unlock()
	found := fs.ErrNotExist
	err := s.roots(n.namespace, func(root *os.Root, written bool) (bool, error) {
		info, err := root.Lstat(n.path)
		if errors.Is(err, fs.ErrNotExist) {
			return true, nil
		}
		switch {
		case err != nil:
			return false, err
		case info.IsDir():
			return false, errNoFile
		case !written:
			return false, task.ErrBeside
		}
		found = nil
		return false, errors.Join(root.Remove(n.path), root.RemoveAll(path.Join(versions, n.path)))
	})
	return cmp.Or(err, found)
}
