package script

import (
	"context"
	_ "embed" // our modules
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/container"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Our modules, by which scripts tell outputs, metrics and log lines.
var (
	//go:embed modules/kestra.py
	pythonModule string

	//go:embed modules/kestra.js
	nodeModule string
)

// putModule puts the module of a language into the folder for libraries. That for Node has the name of Kestra's package, too.
func (l *language) putModule(own *task.Directory) error {
	files := map[string]string{}
	switch l {
	case python:
		files["kestra.py"] = pythonModule
	case node:
		files["kestra/index.js"], files["@kestra-io/libs/index.js"] = nodeModule, nodeModule
	default:
		return nil
	}
	for name, text := range files {
		name = libName + "/" + name
		if err := own.MkdirAll(filepath.ToSlash(filepath.Dir(name)), 0o700); err != nil {
			return pathless.Cause(err)
		}
		if err := write(own, name, text); err != nil {
			return err
		}
	}
	return nil
}

// defaultPath is the search path of a server that has none.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// environment returns the variables of a run: little of the server's, and what the task says. The text may install packages.
func (s *script) environment(ctx context.Context, c *task.Context, f *folders, set *setting, text string) ([]string, error) {
	env := map[string]string{"WORKING_DIR": f.workPlace, "OUTPUT_DIR": f.path(outName)}
	for _, one := range s.language.env {
		name, v, _ := strings.Cut(one, "=")
		env[name] = v
	}
	if s.contained == nil { // an image says the rest itself
		ofMachine(c, f, env)
	}
	for name, v := range set.env.All() {
		if name == "" || strings.ContainsAny(name, "=\x00") {
			return nil, fmt.Errorf("%q is no name of a variable of the environment", name)
		}
		if !v.IsNull() {
			env[name] = value.Text(v)
		}
	}
	if s.contained == nil {
		venv, err := s.packages(ctx, c, f, set, text, env)
		if err != nil {
			return nil, err
		}
		if venv != "" {
			env["VIRTUAL_ENV"], env["PATH"] = venv, filepath.Join(venv, "bin")+string(filepath.ListSeparator)+env["PATH"]
		}
	}
	switch s.language {
	case python:
		env["PYTHONPATH"] = f.joinPath(env["PYTHONPATH"], f.path(libName))
	case node:
		env["NODE_PATH"] = f.joinPath(env["NODE_PATH"], f.path(libName))
	}
	all := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if strings.ContainsRune(env[name], 0) {
			return nil, fmt.Errorf("the variable %s of the environment holds a NUL", name)
		}
		all = append(all, name+"="+env[name])
	}
	return all, nil
}

// ofMachine adds what a process of this machine needs.
func ofMachine(c *task.Context, f *folders, env map[string]string) {
	env["PATH"], env["LANG"], env["HOME"], env["TMPDIR"] = os.Getenv("PATH"), "C.UTF-8", f.path(homeName), f.path(tempName)
	if env["PATH"] == "" {
		env["PATH"] = defaultPath
	}
	if zone := os.Getenv("TZ"); zone != "" {
		env["TZ"] = zone
	}
	if u := c.Commands.User(); u != nil {
		env["USER"], env["LOGNAME"] = u.Name, u.Name
	}
}

// joinPath adds a folder to a search path.
func (f *folders) joinPath(first, second string) string {
	switch {
	case first == "":
		return second
	case f.place == container.Root:
		return first + ":" + second
	default:
		return first + string(filepath.ListSeparator) + second
	}
}

// install runs a command that prepares a run.
func (s *script) install(ctx context.Context, c *task.Context, f *folders, args []string, env map[string]string) error {
	if err := f.hand(c.Commands.User()); err != nil {
		return err
	}
	var last []string // lines that it has printed
	const shown = 20
	command := &task.Command{Args: append([]string{"/usr/bin/env"}, args...), Dir: f.work.Path, Line: func(l task.CommandLine) {
		c.Log.Log(task.Debug, l.Text)
		if last = append(last, l.Text); len(last) > shown {
			last = last[1:]
		}
	}}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		command.Env = append(command.Env, name+"="+env[name])
	}
	exit, err := c.Commands.Run(ctx, command)
	if err == nil && exit != 0 {
		err = errors.New("the packages of the script cannot be installed:\n" + strings.Join(last, "\n"))
	}
	return err
}
