package script

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/directory"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// older is what the older tasks have beside the others.
type older struct {
	language     *language
	program      []string
	files, dirs  []string          // names of what is kept
	args         *pebble.Structure // nil: there are none; likewise the others
	requirements *pebble.Structure
	path, npm    *pebble.Template // of programs
	virtual      bool             // Python has an environment for packages
}

// plainName is what names of files are made of, which become names of variables.
var plainName = regexp.MustCompile(`^[\w-][\w.-]*$`)

// place returns the name of the file or the folder that a name stands for.
func (o *older) place(origin task.Origin, name string) string {
	for i, other := range append(append([]string{}, o.files...), o.dirs...) {
		if other == name {
			return name + "_" + task.FileName(origin, -1000-i, "")
		}
	}
	return name
}

// prepare makes the files and folders that the script writes into, and returns what the task sees with the variables that name them.
func (o *older) prepare(c *task.Context, f *folders) (*task.Context, error) {
	files, dirs := value.NewMap(len(o.files)), value.NewMap(len(o.dirs))
	for _, name := range o.files {
		place := o.place(c.Origin, name)
		if err := write(f.work, place, ""); err != nil {
			return nil, err
		}
		files.Set(name, value.String(f.worked(place)))
	}
	for _, name := range o.dirs {
		place := o.place(c.Origin, name)
		if err := f.work.MkdirAll(place, 0o700); err != nil {
			return nil, fmt.Errorf("folder %s cannot be made: %w", name, pathless.Cause(err))
		}
		dirs.Set(name, value.String(f.worked(place)))
	}
	c.Pebble.Vars.Set("outputFiles", value.FromMap(files)) // they are a copy
	c.Pebble.Vars.Set("temp", value.FromMap(files))
	c.Pebble.Vars.Set("outputDirs", value.FromMap(dirs))
	return c, nil
}

// lines returns the commands around those of the task, which are given.
func (o *older) lines(c *task.Context, f *folders, set *setting, commands []string) ([]string, error) {
	args, err := texts(c, "args", o.args)
	if err != nil {
		return nil, err
	}
	program := map[*language]string{python: set.interpreter(), node: "node"}[o.language]
	if o.path != nil {
		if program, err = o.path.Render(c.Pebble); err != nil {
			return nil, err
		}
	}
	var lines []string
	switch o.language {
	case python:
		if lines, err = o.pythonLines(c, program); err != nil {
			return nil, err
		}
		if len(commands) == 0 {
			commands = []string{"./bin/python main.py"}
			if !o.virtual {
				commands = []string{program + " main.py"}
			}
			if err := needs(f, "main.py"); err != nil {
				return nil, err
			}
		}
	case node:
		if err := needs(f, "main.js"); err != nil {
			return nil, err
		}
		commands = []string{program + " main.js"}
		if needs(f, "package.json") == nil {
			npm := "npm"
			if o.npm != nil {
				if npm, err = o.npm.Render(c.Pebble); err != nil {
					return nil, err
				}
			}
			lines = append(lines, npm+" i > /dev/null")
		}
	}
	for _, command := range commands {
		lines = append(lines, strings.Join(append([]string{command}, args...), " "))
	}
	return lines, nil
}

func (o *older) pythonLines(c *task.Context, program string) ([]string, error) {
	if !o.virtual {
		return nil, nil
	}
	packages, err := texts(c, "requirements", o.requirements)
	if err != nil {
		return nil, err
	}
	lines := []string{program + " -m venv --system-site-packages . > /dev/null"}
	if len(packages) > 0 {
		lines = append(lines, "./bin/pip install "+strings.Join(packages, " ")+" > /dev/null")
	}
	return lines, nil
}

// needs returns an error, in Kestra's words, if an input file is not there.
func needs(f *folders, name string) error {
	if _, err := f.work.Lstat(name); err != nil {
		return errors.New("Invalid input files structure, expecting inputFiles property to contain at least a " + name + " key.")
	}
	return nil
}

// keep keeps the files that are wanted, by their names.
func (o *older) keep(ctx context.Context, c *task.Context, f *folders, kept *value.Map) error {
	for _, name := range o.files {
		uri, err := directory.KeepFile(ctx, c, f.work, o.place(c.Origin, name))
		if err != nil {
			return err
		}
		kept.Set(name, value.String(uri))
	}
	for _, name := range o.dirs {
		dir, err := inside(f.work, o.place(c.Origin, name))
		if err != nil {
			return err
		}
		files, err := directory.KeepAll(ctx, c, dir)
		if err := errors.Join(err, dir.Close()); err != nil {
			return err
		}
		for file, uri := range files.All() {
			kept.Set(name+"/"+file, uri)
		}
	}
	return nil
}
