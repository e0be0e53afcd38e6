package directory

import (
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

// fileBytes is what a file counts beside its bytes, as all files of an execution do.
const fileBytes = 4096

// create begins a file, in place of what has its name, with the folders around it.
func create(dir *task.Directory, name string) (io.WriteCloser, error) {
	clean := path.Clean(filepath.ToSlash(name))
	if name == "" || clean == "." || !filepath.IsLocal(clean) {
		return nil, errLeadsOut
	}
	if err := dir.Take(fileBytes); err != nil {
		return nil, err
	}
	err := dir.Remove(clean) // a link or a named pipe is not written through
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = dir.MkdirAll(path.Dir(clean), 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("file %s cannot be written: %w", name, pathless.Cause(err))
	}
	f, err := dir.OpenFile(clean, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("file %s cannot be written: %w", name, pathless.Cause(err))
	}
	return &counted{f, clean, dir}, nil
}

// counted is a file that is written; bytes count before they are written. It has no other method of a file, past which they could go.
type counted struct {
	file *os.File
	name string
	dir  *task.Directory
}

// Write implements [io.Writer].
func (c *counted) Write(p []byte) (int, error) {
	if err := c.dir.Take(int64(len(p))); err != nil {
		return 0, err
	}
	return c.file.Write(p)
}

// Close implements [io.Closer].
func (c *counted) Close() error { return errors.Join(c.dir.Keep(c.name, c.file), c.file.Close()) }
