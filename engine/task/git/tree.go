package git

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/go-git/go-billy/v5"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// tree is the file system of a clone: a folder of a directory that tasks share. Nothing leads out of the directory, and what is written
// counts as files of the execution do.
type tree struct {
	dir   *task.Directory
	base  string // folder within the directory
	blank bool   // it looks empty, so that nothing is taken for a file of the repository that is to go
}

// entryBytes is what a file, folder or link counts beside its bytes.
const entryBytes = 4096

// at returns where a name of the tree is in the directory.
func (t *tree) at(name string) string {
	return path.Join(t.base, path.Join("/", filepath.ToSlash(name))[1:])
}

func (t *tree) Create(name string) (billy.File, error) {
	return t.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
}

func (t *tree) Open(name string) (billy.File, error) { return t.OpenFile(name, os.O_RDONLY, 0) }

// OpenFile opens a file; the folders around one that is made are made too. Permissions are those of the user who runs the server alone.
func (t *tree) OpenFile(name string, flag int, mode os.FileMode) (billy.File, error) {
	at := t.at(name)
	writes := flag&(os.O_WRONLY|os.O_RDWR) != 0
	if flag&os.O_CREATE != 0 {
		if err := t.dir.Take(entryBytes); err != nil {
			return nil, err
		}
		if err := t.dir.Root.MkdirAll(path.Dir(at), 0o700); err != nil {
			return nil, err
		}
	}
	f, err := t.dir.Root.OpenFile(at, flag, mode&0o700|0o600)
	if err != nil {
		return nil, err
	}
	return &file{f: f, name: filepath.FromSlash(name), at: at, dir: t.dir, writes: writes}, nil
}

func (t *tree) Stat(name string) (os.FileInfo, error)  { return t.dir.Root.Stat(t.at(name)) }
func (t *tree) Lstat(name string) (os.FileInfo, error) { return t.dir.Root.Lstat(t.at(name)) }
func (t *tree) Remove(name string) error               { return t.dir.Root.Remove(t.at(name)) }
func (t *tree) Join(parts ...string) string            { return filepath.Join(parts...) }
func (t *tree) Root() string                           { return path.Join("/", t.base) }

func (t *tree) Rename(from, to string) error {
	if err := t.dir.Root.MkdirAll(path.Dir(t.at(to)), 0o700); err != nil {
		return err
	}
	return t.dir.Root.Rename(t.at(from), t.at(to))
}

func (t *tree) MkdirAll(name string, _ os.FileMode) error {
	if err := t.dir.Take(entryBytes); err != nil {
		return err
	}
	return t.dir.Root.MkdirAll(t.at(name), 0o700)
}

func (t *tree) ReadDir(name string) ([]os.FileInfo, error) {
	if t.blank {
		return nil, nil
	}
	entries, err := fs.ReadDir(t.dir.Root.FS(), t.at(name))
	if err != nil {
		return nil, err
	}
	infos := make([]os.FileInfo, 0, len(entries))
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		infos = append(infos, info)
	}
	return infos, nil
}

func (t *tree) Symlink(target, link string) error {
	at := t.at(link)
	if err := t.dir.Take(entryBytes); err != nil {
		return err
	}
	if err := t.dir.Root.MkdirAll(path.Dir(at), 0o700); err != nil {
		return err
	}
	return t.dir.Root.Symlink(target, at)
}

func (t *tree) Readlink(link string) (string, error) { return t.dir.Root.Readlink(t.at(link)) }

func (t *tree) TempFile(folder, prefix string) (billy.File, error) {
	name := path.Join(filepath.ToSlash(folder), prefix+strings.ToLower(rand.Text()))
	return t.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
}

func (t *tree) Chroot(name string) (billy.Filesystem, error) {
	return &tree{dir: t.dir, base: t.at(name)}, nil
}

var _ billy.Filesystem = (*tree)(nil)

// file is a file of a tree. Bytes count before they are written. It has no other method of a file that writes, past which they could go.
type file struct {
	f        *os.File
	name, at string // in its tree, and in the directory
	dir      *task.Directory
	writes   bool
}

func (f *file) Name() string  { return f.name }
func (f *file) Lock() error   { return nil } // nobody else writes
func (f *file) Unlock() error { return nil }

func (f *file) Write(p []byte) (int, error) {
	if err := f.dir.Take(int64(len(p))); err != nil {
		return 0, err
	}
	return f.f.Write(p)
}

func (f *file) Read(p []byte) (int, error)               { return f.f.Read(p) }
func (f *file) ReadAt(p []byte, at int64) (int, error)   { return f.f.ReadAt(p, at) }
func (f *file) Seek(to int64, whence int) (int64, error) { return f.f.Seek(to, whence) }
func (f *file) Truncate(size int64) error                { return f.f.Truncate(size) }

func (f *file) Close() error {
	if !f.writes {
		return f.f.Close()
	}
	f.writes = false
	return errors.Join(f.dir.Keep(f.at, f.f), f.f.Close())
}
