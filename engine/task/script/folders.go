package script

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"

	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/container"
	"github.com/caddy-kestra/kestra-webhook/engine/task/directory"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// folders are those of a run, see the package documentation.
type folders struct {
	own    *task.Directory // in which the others are
	work   *task.Directory
	out    *task.Directory
	shared bool // work is that of several tasks
	remove func()

	place, workPlace string // own and work, as commands name them
	join             func(names ...string) string

	releases []func() // let go of environments for packages
}

// The names of folders.
const (
	workName = "work"
	outName  = "out"
	homeName = "home"
	tempName = "tmp"
	libName  = "lib"
	venvName = "venv"
)

// makeFolders makes the folders of a run, the files of which are copied into a container, or which commands work in themselves. They are to be
// closed.
func makeFolders(ctx context.Context, c *task.Context, contained bool) (*folders, error) {
	own, err := directory.Make(ctx, c)
	if err != nil {
		return nil, err
	}
	f := &folders{own: own, shared: c.Shared.Run != "", remove: func() { c.Directories.RemoveDirectory(c.Origin) }}
	for _, name := range []string{workName, outName, homeName, tempName} {
		if err := own.Mkdir(name, 0o700); err != nil {
			f.close()
			return nil, fmt.Errorf("the directory cannot be made: %w", pathless.Cause(err))
		}
	}
	f.out, err = inside(own, outName)
	if err == nil && c.Shared.Run == "" {
		f.work, err = inside(own, workName)
	} else if err == nil {
		f.work, err = directory.Open(ctx, c, c.Shared)
	}
	if err != nil {
		f.close()
		return nil, err
	}
	f.place, f.workPlace, f.join = own.Path, f.work.Path, filepath.Join
	if contained {
		f.place, f.workPlace, f.join = container.Root, path.Join(container.Root, workName), path.Join
	}
	return f, nil
}

// inside opens a folder as a directory whose files need not outlive the process: the attempt is made again after its end.
func inside(own *task.Directory, name string) (*task.Directory, error) {
	root, err := own.OpenRoot(name)
	if err != nil {
		return nil, pathless.Cause(err)
	}
	return &task.Directory{
		Root: root, Path: filepath.Join(own.Path, name), Take: own.Take, Keep: func(string, task.Syncer) error { return nil },
		Hand: func(*task.User) error { return nil }, // with own
	}, nil
}

// close lets go of the folders, and removes those that are not shared.
func (f *folders) close() {
	for _, d := range []*task.Directory{f.own, f.work, f.out} {
		if d != nil {
			_ = d.Close() // it was only looked into
		}
	}
	f.remove()
	for _, release := range f.releases {
		release()
	}
}

// hand gives the folders to the user that commands run as.
func (f *folders) hand(u *task.User) error {
	if u == nil {
		return nil
	}
	return errors.Join(f.own.Hand(u), f.work.Hand(u))
}

// path returns the name of a folder of the run, as commands name it, and worked that of a file where they work.
func (f *folders) path(name string) string { return f.join(f.place, name) }

func (f *folders) worked(name string) string { return f.join(f.workPlace, name) }

// expressions returns what the task sees, with the variables that name folders.
func (f *folders) expressions(c *task.Context) *task.Context {
	seen, inner := *c, *c.Pebble
	inner.Vars = value.NewMap(c.Pebble.Vars.Len() + len(ownVariables))
	for _, name := range c.Pebble.Vars.Keys() {
		inner.Vars.SetLazy(name, func() value.Value {
			v, _ := c.Pebble.Vars.Get(name)
			return v
		})
	}
	inner.Vars.Set("workingDir", value.String(f.workPlace))
	inner.Vars.Set("outputDir", value.String(f.path(outName)))
	seen.Pebble = &inner
	return &seen
}

// write writes a file of the run that counts, in place of what has its name.
func write(dir *task.Directory, name, text string) error {
	if err := dir.Take(int64(len(text)) + fileBytes); err != nil {
		return err
	}
	if err := dir.WriteFile(name, []byte(text), 0o600); err != nil {
		return fmt.Errorf("file %s cannot be written: %w", name, pathless.Cause(err))
	}
	return nil
}

// fileBytes is what a file counts beside its bytes, as all files of an execution do.
const fileBytes = 4096
