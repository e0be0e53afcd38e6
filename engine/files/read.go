package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// errNoFile is why something that has the name of a file is not read: a folder, a link, a named pipe.
var errNoFile = errors.New("not a regular file")

// Open implements [task.Files].
func (s *Store) Open(ctx context.Context, o task.Origin, uri string) (*task.File, error) {
	f, err := s.open(ctx, o, uri)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(about(uri, err), f.Close())
	}
	return &task.File{ReadCloser: f, ReaderAt: f, Size: info.Size()}, nil
}

// Size implements [task.Files].
func (s *Store) Size(ctx context.Context, o task.Origin, uri string) (int64, error) {
	f, err := s.Open(ctx, o, uri)
	if err != nil {
		return 0, err
	}
	return f.Size, f.Close()
}

// open opens a file of an execution or a namespace.
func (s *Store) open(ctx context.Context, o task.Origin, uri string) (*os.File, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if n, ok, err := parseNamespaced(o, uri); ok {
		if err != nil {
			return nil, err
		}
		f, err := s.openNamespaced(n)
		if err != nil {
			return nil, about(uri, err)
		}
		return f, nil
	}
	root, p, err := s.find(ctx, uri)
	if err != nil {
		return nil, err
	}
	if _, err := stat(root, p.file()); err != nil { // opening a named pipe would block
		return nil, about(uri, err)
	}
	f, err := root.Open(p.file())
	if err != nil {
		return nil, about(uri, err)
	}
	return f, nil
}

// Delete implements [task.Files].
func (s *Store) Delete(ctx context.Context, o task.Origin, uri string) (bool, error) {
	err := s.deleteFile(ctx, o, uri)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func (s *Store) deleteFile(ctx context.Context, o task.Origin, uri string) error {
	if n, ok, err := parseNamespaced(o, uri); ok {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			if err = s.deleteNamespaced(n); err != nil {
				err = about(uri, err)
			}
		}
		return err
	}
	root, p, err := s.find(ctx, uri)
	if err == nil {
		if err = s.delete(root, p); err != nil {
			err = about(uri, err)
		}
	}
	return err
}

func (s *Store) delete(root *os.Root, p place) error {
	if _, err := stat(root, p.file()); err != nil {
		return err
	}
	if err := s.begin(root, task.Origin{Namespace: p.namespace, Flow: p.flow, Execution: p.execution}); err != nil {
		return err
	}
	defer s.end(p.execution)
	s.placing.Lock()
	defer s.placing.Unlock()
	info, err := stat(root, p.file())
	if err != nil {
		return err
	}
	if err := root.Remove(p.file()); err != nil {
		return err
	}
	s.give(p.execution, fileBytes+info.Size())
	return nil
}

// List implements [task.Files].
func (s *Store) List(ctx context.Context, o task.Origin) ([]string, error) {
	p, err := placeOf(o, inputs, "any") // who asks may be none of its tasks
	if err != nil {
		return nil, err
	}
	root, err := s.ownRoot(false)
	if root == nil || err != nil {
		return nil, err
	}
	var uris []string
	for _, kind := range []string{inputs, tasks, requests} {
		p.kind = kind
		folder := path.Join(p.folder(), kind)
		err := fs.WalkDir(root.FS(), folder, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.Type().IsRegular():
				p.parts = strings.Split(strings.TrimPrefix(name, folder+"/"), "/")
				uris = append(uris, p.uri())
			}
			return ctx.Err()
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("the files of the execution: %w", pathless.Cause(err))
		}
	}
	return uris, nil
}

// find returns the place of a URI. Without any file yet, every one is missing.
func (s *Store) find(ctx context.Context, uri string) (*os.Root, place, error) {
	if err := ctx.Err(); err != nil {
		return nil, place{}, err
	}
	p, err := parse(uri)
	if err != nil {
		return nil, place{}, err
	}
	root, err := s.ownRoot(false)
	if err == nil && root == nil {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, place{}, about(uri, err)
	}
	return root, p, nil
}

// stat returns what is known of a file, which is regular.
func stat(root *os.Root, name string) (fs.FileInfo, error) {
	info, err := root.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = errNoFile
	}
	return info, err
}

// about says of an error which file it is about.
func about(uri string, err error) error {
	if errors.Is(err, fs.ErrNotExist) { // the text of the operating system is another one on each
		err = fs.ErrNotExist
	}
	return fmt.Errorf("%s: %w", uri, pathless.Cause(err))
}
