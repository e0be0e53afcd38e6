package docker

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/container"
)

// fileBytes is what a file counts beside its bytes, as all files of an execution do.
const fileBytes = 4096

// streamed calls write with an archive, and read with what it writes.
func streamed(write func(*tar.Writer) error, read func(io.Reader) error) error {
	out, in := io.Pipe()
	written := make(chan error, 1)
	go func() {
		w := tar.NewWriter(in)
		err := write(w)
		if err == nil {
			err = w.Close()
		}
		_ = in.CloseWithError(err) // always nil
		written <- err
	}()
	err := read(out)
	_ = out.Close() // always nil
	// Who reads it may have closed it before: a daemon that refuses an archive does not wait for its end.
	if first := <-written; first != nil && !errors.Is(first, io.ErrClosedPipe) {
		return first
	}
	return err
}

// copyIn copies folders into a container. Any user of it may write there, since it is no longer there than they are.
func (d *Docker) copyIn(ctx context.Context, id string, folders []container.Folder) error {
	if len(folders) == 0 {
		return nil
	}
	return streamed(func(w *tar.Writer) error {
		root := strings.TrimPrefix(container.Root, "/")
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: root + "/", Mode: 0o777}); err != nil {
			return err
		}
		for _, f := range folders {
			if err := writeFolder(w, f.Dir, strings.TrimPrefix(f.Path, "/"), nil); err != nil {
				return err
			}
		}
		return nil
	}, func(archive io.Reader) error {
		_, err := d.api.CopyToContainer(ctx, id, client.CopyToContainerOptions{DestinationPath: "/", Content: archive})
		return err
	})
}

// writeFolder writes a folder and all in it into an archive, below a name. Skip leaves out what it returns true for; nil: nothing.
func writeFolder(w *tar.Writer, dir *task.Directory, below string, skip func(name string, isDir bool) (bool, error)) error {
	return fs.WalkDir(dir.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return pathless.Cause(err)
		}
		if skip != nil && name != "." {
			if left, err := skip(name, entry.IsDir()); err != nil || left {
				if err == nil && entry.IsDir() {
					err = fs.SkipDir
				}
				return err
			}
		}
		info, err := entry.Info()
		if err != nil {
			return pathless.Cause(err)
		}
		return writeEntry(w, dir, name, path.Join(below, name), info)
	})
}

func writeEntry(w *tar.Writer, dir *task.Directory, name, as string, info fs.FileInfo) error {
	h := &tar.Header{Name: as, ModTime: info.ModTime(), Format: tar.FormatPAX}
	switch {
	case info.IsDir():
		if as == "." { // the folder that the archive is of
			return nil
		}
		h.Typeflag, h.Name, h.Mode = tar.TypeDir, as+"/", 0o777
		return w.WriteHeader(h)
	case info.Mode().Type() == fs.ModeSymlink:
		target, err := dir.Readlink(name)
		if err != nil {
			return pathless.Cause(err)
		}
		h.Typeflag, h.Linkname, h.Mode = tar.TypeSymlink, filepath.ToSlash(target), 0o777
		return w.WriteHeader(h)
	case !info.Mode().IsRegular():
		return nil
	}
	h.Typeflag, h.Size, h.Mode = tar.TypeReg, info.Size(), int64(info.Mode().Perm()|0o666)
	if info.Mode()&0o100 != 0 {
		h.Mode |= 0o111
	}
	f, err := dir.Open(name)
	if err != nil {
		return pathless.Cause(err)
	}
	defer f.Close()
	if err := w.WriteHeader(h); err != nil {
		return err
	}
	_, err = io.CopyN(w, f, h.Size)
	return err
}

// copyBack copies folders back from a container that has ended.
func (d *Docker) copyBack(ctx context.Context, id string, folders []container.Folder) error {
	for _, f := range folders {
		if !f.Back {
			continue
		}
		if err := d.copyFrom(ctx, id, f); err != nil {
			return fmt.Errorf("the files of the container cannot be copied back: %w", err)
		}
	}
	return nil
}

func (d *Docker) copyFrom(ctx context.Context, id string, f container.Folder) error {
	archive, err := d.api.CopyFromContainer(ctx, id, client.CopyFromContainerOptions{SourcePath: f.Path})
	if errdefs.IsNotFound(err) { // it was removed there
		return nil
	}
	if err != nil {
		return err
	}
	defer archive.Content.Close()
	return extract(archive.Content, f.Dir)
}

// extract puts the files of an archive into a folder, the name of which all names in the archive begin with. Links lead nowhere outside of it;
// devices and the like are left out. What is written counts before.
func extract(archive io.Reader, dir *task.Directory) error {
	r := tar.NewReader(archive)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := within(h.Name)
		if name == "" {
			continue
		}
		if err := extractEntry(r, h, name, dir); err != nil {
			return fmt.Errorf("%s: %w", name, pathless.Cause(err))
		}
	}
}

// within returns a name of an archive without the folder that the archive is of; empty: it is that folder.
func within(name string) string {
	_, name, _ = strings.Cut(path.Clean("/" + name)[1:], "/")
	return name
}

func extractEntry(r io.Reader, h *tar.Header, name string, dir *task.Directory) error {
	if parent := path.Dir(name); parent != "." {
		if err := dir.MkdirAll(parent, 0o700); err != nil {
			return err
		}
	}
	before, err := dir.Lstat(name)
	there := err == nil
	switch h.Typeflag {
	case tar.TypeDir:
		if there && before.IsDir() {
			return nil
		}
		if err := makeWay(dir, name, there); err != nil {
			return err
		}
		return dir.MkdirAll(name, 0o700)
	case tar.TypeReg:
		if !there || !before.Mode().IsRegular() {
			if err := makeWay(dir, name, there); err != nil {
				return err
			}
			return extractFile(r, h, name, dir, h.Size)
		}
		if err := dir.Chmod(name, before.Mode().Perm()|0o600); err != nil { // it may be one that its owner only reads, as those of git are
			return err
		}
		return extractFile(r, h, name, dir, max(h.Size-before.Size(), 0))
	case tar.TypeSymlink:
		target := path.Join(path.Dir(name), h.Linkname) //nolint:gosec // one that leads out is left out here, and no root follows it
		if !filepath.IsLocal(filepath.FromSlash(target)) || path.IsAbs(h.Linkname) {
			return nil
		}
		if err := makeWay(dir, name, there); err != nil {
			return err
		}
		return dir.Symlink(filepath.FromSlash(h.Linkname), name)
	case tar.TypeLink:
		from, err := dir.Open(within(h.Linkname))
		if err != nil {
			return err
		}
		defer from.Close()
		info, err := from.Stat()
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		if err := makeWay(dir, name, there); err != nil {
			return err
		}
		copied := *h
		copied.Size = info.Size()
		return extractFile(from, &copied, name, dir, copied.Size)
	default:
		return nil
	}
}

// makeWay counts something new, and removes what has its name.
func makeWay(dir *task.Directory, name string, there bool) error {
	err := dir.Take(fileBytes)
	if err == nil && there {
		err = dir.RemoveAll(name)
	}
	return err
}

func extractFile(r io.Reader, h *tar.Header, name string, dir *task.Directory, counts int64) error {
	if err := dir.Take(counts); err != nil {
		return err
	}
	mode := fs.FileMode(h.Mode).Perm()&0o755 | 0o600
	f, err := dir.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.CopyN(f, r, h.Size)
	return errors.Join(err, f.Chmod(mode), dir.Keep(name, f), f.Close())
}
