package script

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/directory"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// errOff is why nothing runs outside of a server that allows it.
var errOff = errors.New("commands are not allowed: write `allow_commands` in the global kestra block")

// Run implements [task.Task]. A script that fails has outputs, too.
func (s *script) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	if c.Services == nil || c.Commands == nil {
		return task.Result{}, errOff
	}
	f, err := makeFolders(ctx, c)
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
	c.Log.Log(task.Debug, "Using task runner '"+processRunners[0]+"'")
	args, err := s.prepare(ctx, seen, f, set)
	if err != nil {
		return task.Result{}, err
	}
	env, err := s.environment(ctx, c, f, set, args[len(args)-1])
	if err != nil {
		return task.Result{}, err
	}
	return s.run(ctx, seen, f, &task.Command{Args: args, Dir: f.work.Path, Env: env})
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
	files := &copies{dir: f.work}
	var lines []string
	if set.failFast {
		lines = append(lines, "set -e")
	}
	before, err := texts(c, "beforeCommands", s.before)
	if err != nil {
		return "", err
	}
	lines = append(lines, before...)
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
	return files.local(ctx, c, strings.Join(lines, "\n"))
}

// scriptFile writes a script into a file, and returns the command that runs it.
func (s *script) scriptFile(c *task.Context, f *folders, set *setting, text string) (string, error) {
	name := task.FileName(c.Origin, 0, s.language.extension)
	if err := write(f.work, name, s.language.prelude+text); err != nil {
		return "", err
	}
	return s.language.run(set, f.work.Path+"/"+name), nil
}

// run runs the command, and keeps what it leaves.
func (s *script) run(ctx context.Context, c *task.Context, f *folders, command *task.Command) (task.Result, error) {
	if err := f.hand(c.Commands.User()); err != nil {
		return task.Result{}, err
	}
	inner, stop := context.WithCancel(ctx)
	defer stop()
	p := &printer{c: c, stop: stop, vars: value.NewMap(0)}
	command.Line = p.line
	command.Started = func(pid int) {
		c.Log.Log(task.Debug, fmt.Sprintf("Starting command with pid %d [%s]", pid, strings.Join(command.Args, " ")))
	}
	exit, err := c.Commands.Run(inner, command)
	switch {
	case ctx.Err() != nil:
		return task.Result{}, ctx.Err()
	case p.err != nil:
		return task.Result{}, p.err
	case err != nil:
		return task.Result{}, err
	case exit == 0:
		c.Log.Log(task.Debug, "Command succeed with exit code 0")
	}
	files, err := s.keep(ctx, c, f)
	if err != nil {
		return task.Result{}, err
	}
	outputs := value.MapOf("exitCode", value.Int(int64(exit)), "outputFiles", value.FromMap(files), "vars", value.FromMap(p.vars))
	if s.old != nil {
		outputs.Map().Set("files", value.FromMap(files))
	}
	if exit != 0 {
		failure := fmt.Errorf("Command failed with exit code %d", exit) //nolint:staticcheck // Kestra's words
		return task.Result{Outputs: outputs, Failure: failure}, nil
	}
	return task.Result{Outputs: outputs}, nil
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
