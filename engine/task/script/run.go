package script

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/directory"
	"github.com/caddy-kestra/kestra-webhook/engine/task/printed"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// errOff is why nothing runs outside of a server that allows it.
var errOff = errors.New("commands are not allowed: write `allow_commands` in the global kestra block")

// Run implements [task.Task]. A script that fails has outputs, too.
func (s *script) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	if s.contained == nil && (c.Services == nil || c.Commands == nil) {
		return task.Result{}, errOff
	}
	f, err := makeFolders(ctx, c, s.contained != nil)
	if err != nil {
		return task.Result{}, err
	}
	defer f.close()
	seen := f.expressions(c)
	if s.old != nil {
		if seen, err = s.old.prepare(seen, f); err != nil {
			return task.Result{}, err
		}
	}
	set, err := s.setting(seen)
	if err != nil {
		return task.Result{}, err
	}
	if s.contained == nil {
		c.Log.Log(task.Debug, "Using task runner '"+processRunners[0]+"'")
	} else {
		c.Log.Log(task.Debug, "Using task runner '"+dockerRunners[0]+"'")
	}
	args, err := s.prepare(ctx, seen, f, set)
	if err != nil {
		return task.Result{}, err
	}
	env, err := s.environment(ctx, c, f, set, strings.Join(args, "\n"))
	if err != nil {
		return task.Result{}, err
	}
	return s.run(ctx, seen, f, &task.Command{Args: args, Dir: f.workPlace, Env: env}, set)
}

// prepare puts the files into the folders, and returns the command.
func (s *script) prepare(ctx context.Context, c *task.Context, f *folders, set *setting) ([]string, error) {
	if s.namespaces != nil {
		if err := s.namespaces.Put(ctx, c, f.work); err != nil {
			return nil, err
		}
	}
	if s.inputs != nil {
		if err := s.inputs.Put(ctx, c, f.work); err != nil {
			return nil, err
		}
	}
	if s.language == plain {
		return s.arguments(ctx, c, f)
	}
	text, err := s.commandText(ctx, c, f, set)
	if err != nil {
		return nil, err
	}
	if err := s.language.putModule(f.own); err != nil {
		return nil, err
	}
	return append(slices.Clone(set.program), text), nil
}

// commandText returns what the interpreter is given.
func (s *script) commandText(ctx context.Context, c *task.Context, f *folders, set *setting) (string, error) {
	files := &copies{dir: f.work, named: f.worked}
	before, err := texts(c, "beforeCommands", s.before)
	if err != nil {
		return "", err
	}
	var lines []string
	if s.text == nil {
		commands, err := texts(c, "commands", s.commands)
		if err == nil && s.old != nil {
			commands, err = s.old.lines(c, f, set, commands)
		}
		if err != nil {
			return "", err
		}
		lines = append(lines, commands...)
	} else {
		text, err := s.text.Render(c.Pebble)
		if err == nil {
			text, err = files.local(ctx, c, text)
		}
		if err == nil && s.language.extension != "" {
			text, err = s.scriptFile(c, f, set, text)
		}
		if err != nil {
			return "", err
		}
		lines = append(lines, text)
	}
	var first []string
	if set.failFast {
		first = append(first, "set -e")
	}
	switch {
	case s.contained != nil:
		first = append(first, set.installing(f)...)
	case s.old == nil:
		before = set.takeInstalls(f, before, strings.Join(lines, "\n"))
	}
	return files.local(ctx, c, strings.Join(slices.Concat(first, before, lines), "\n"))
}

// scriptFile writes a script into a file, and returns the command that runs it.
func (s *script) scriptFile(c *task.Context, f *folders, set *setting, text string) (string, error) {
	name := task.FileName(c.Origin, 0, s.language.extension)
	if err := write(f.work, name, s.language.prelude+text); err != nil {
		return "", err
	}
	return s.language.run(set, f.worked(name)), nil
}

// run runs the command, and keeps what it leaves.
func (s *script) run(ctx context.Context, c *task.Context, f *folders, command *task.Command, set *setting) (task.Result, error) {
	inner, stop := context.WithCancel(ctx)
	defer stop()
	p := printed.New(c, stop)
	command.Line = p.Line
	exit, id, err := s.start(inner, c, f, command, set)
	switch {
	case ctx.Err() != nil:
		return task.Result{}, ctx.Err()
	case p.Err() != nil:
		return task.Result{}, p.Err()
	case err != nil:
		return task.Result{}, err
	case exit == 0:
		c.Log.Log(task.Debug, "Command succeed with exit code 0")
	}
	files, err := s.keep(ctx, c, f)
	if err != nil {
		return task.Result{}, err
	}
	outputs := value.MapOf("exitCode", value.Int(int64(exit)), "outputFiles", value.FromMap(files), "vars", value.FromMap(p.Outputs()))
	if s.old != nil {
		outputs.Map().Set("files", value.FromMap(files))
	}
	if id != "" {
		outputs.Map().Set("taskRunner", value.MapOf("containerId", value.String(id)))
	}
	if exit != 0 {
		failure := fmt.Errorf("Command failed with exit code %d", exit) //nolint:staticcheck // Kestra's words
		return task.Result{Outputs: outputs, Failure: failure}, nil
	}
	return task.Result{Outputs: outputs}, nil
}

// start runs the command where it belongs. The id is that of its container; empty: it was a process.
func (s *script) start(ctx context.Context, c *task.Context, f *folders, command *task.Command, set *setting) (exit int, id string, err error) {
	if s.contained != nil {
		return s.startContained(ctx, c, f, command, set)
	}
	if err := f.hand(c.Commands.User()); err != nil {
		return 0, "", err
	}
	command.Started = func(pid int) {
		c.Log.Log(task.Debug, fmt.Sprintf("Starting command with pid %d [%s]", pid, strings.Join(command.Args, " ")))
	}
	exit, err = c.Commands.Run(ctx, command)
	return exit, "", err
}

// keep keeps the files that are wanted, and those of the folder for output.
func (s *script) keep(ctx context.Context, c *task.Context, f *folders) (*value.Map, error) {
	files, err := directory.KeepAll(ctx, c, f.out)
	if err != nil {
		return nil, err
	}
	if s.old != nil {
		return files, s.old.keep(ctx, c, f, files)
	}
	if s.outputs == nil {
		return files, nil
	}
	wanted, err := s.outputs.Keep(ctx, c, f.work)
	if err != nil {
		return nil, err
	}
	for name, uri := range wanted.All() {
		files.Set(name, uri)
	}
	return files, nil
}
