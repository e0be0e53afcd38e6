package script

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/container"
	"github.com/caddy-kestra/kestra-webhook/engine/task/directory"
)

// PlainProperties are those of a task that [NewPlain] compiles, beside those of its container.
func PlainProperties() []flow.Property {
	image := flow.Property{Name: "containerImage", Type: flow.String, Required: true, Dynamic: true, Variables: ownVariables, Summary: "The image. With a registry in `credentials`, the name begins with that."}
	return []flow.Property{
		image,
		{Name: "commands", Type: flow.StringList, Dynamic: true, JSONText: true, Variables: ownVariables, Summary: "The program and its arguments; no shell reads them. Without it, those of the image. The URI of a file in them becomes the name of a copy."},
		{Name: "env", Type: flow.Map, Dynamic: true, JSONText: true, Texts: true, Variables: ownVariables, Summary: "Variables of the environment, beside those of the image."},
		variables(directory.InputsProperty("inputFiles")),
		directory.OutputsProperty("outputFiles"),
		directory.NamespaceFilesProperty("namespaceFiles"),
		{Name: "wait", Type: flow.Boolean, Dynamic: true, Default: "true", Summary: "Whether the task lasts until the container has ended. One that nobody waits for is removed by nobody."},
		{Name: "warningOnStdErr", Type: flow.Boolean, Dynamic: true, Summary: "Has no effect, as in Kestra since 1.0: what a program prints to its standard error is logged at level ERROR."},
	}
}

// NewPlain compiles a task that runs a program in a container, by no interpreter: it has [PlainProperties], [container.Properties] and
// [Outputs].
func NewPlain(c *flow.Component, in container.Runner) (task.Task, error) {
	s := &script{
		language: plain, commands: c.Structure("commands"), env: c.Structure("env"), inputs: directory.NewInputs(c, "inputFiles"),
		failFast: task.NewOnOff(c, "failFast", true), cached: task.NewOnOff(c, "cached", true), image: c.Template("containerImage"),
	}
	var errs [3]error
	s.outputs, errs[0] = directory.CompileOutputs(c, "outputFiles")
	s.namespaces, errs[1] = directory.CompileNamespaceFiles(c, "namespaceFiles")
	s.contained, errs[2] = container.Compile(&c.Members, in)
	return s, errors.Join(errs[:]...)
}

// CheckPlain warns of text of a request that is printed into what such a task runs.
func CheckPlain(f *flow.Flow, c *flow.Component, report flow.Report) {
	checkText(f, c, report, "commands", "entryPoint")
}

// arguments returns the command of a task without an interpreter.
func (s *script) arguments(ctx context.Context, c *task.Context, f *folders) ([]string, error) {
	args, err := texts(c, "commands", s.commands)
	files := &copies{dir: f.work, named: f.worked}
	for i := range args {
		if err == nil {
			args[i], err = files.local(ctx, c, args[i])
		}
	}
	return args, err
}

// installing returns the commands that install the packages of Python which a script depends on, in a container.
func (s *setting) installing(f *folders) []string {
	if len(s.dependencies) == 0 {
		return nil
	}
	venv := f.path(venvName)
	quoted := make([]string, len(s.dependencies))
	for i, name := range s.dependencies {
		quoted[i] = "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
	}
	return []string{
		s.interpreter() + " -m venv --system-site-packages " + venv,
		venv + "/bin/python -m pip install --quiet -- " + strings.Join(quoted, " "),
		"export VIRTUAL_ENV=" + venv + " PATH=" + venv + `/bin:"$PATH"`,
	}
}

// startContained runs the command in a container.
func (s *script) startContained(ctx context.Context, c *task.Context, f *folders, command *task.Command, set *setting) (exit int, id string, err error) {
	image := s.language.image
	if s.language == python && set.version != "" {
		image = "python:" + set.version + "-slim"
	}
	if s.image != nil {
		if image, err = s.image.Render(c.Pebble); err != nil {
			return 0, "", err
		}
		image = strings.TrimSpace(image)
	}
	if s.language == plain {
		if image, err = s.contained.Within(c, image); err != nil {
			return 0, "", err
		}
	}
	in, err := s.contained.Render(c, image)
	if err == nil && in.Image == "" {
		err = errors.New("there is no image for the container: write `containerImage`")
	}
	if err != nil {
		return 0, "", err
	}
	if in.EntryPoint == nil && s.language != plain { // the command is one of an interpreter, and no argument of what the image runs
		in.EntryPoint = []string{""}
	}
	lib, err := f.library(s.language)
	if err != nil {
		return 0, "", err
	}
	in.Folders = []container.Folder{
		{Dir: f.work, Path: f.workPlace, Back: s.outputs != nil || s.old != nil || c.Shared.Run != ""},
		{Dir: f.out, Path: f.path(outName), Back: true},
	}
	if lib != nil {
		defer lib.Close()
		in.Folders = append(in.Folders, container.Folder{Dir: lib, Path: f.path(libName)})
	}
	in.Started = func(started string) {
		id = started
		c.Log.Log(task.Debug, fmt.Sprintf("Starting command with container id %s [%s]", started, strings.Join(command.Args, " ")))
	}
	exit, err = s.contained.Runner().Run(ctx, in, command)
	return exit, id, err
}

// library opens the folder with our module for a language; nil: there is none.
func (f *folders) library(l *language) (*task.Directory, error) {
	if l != python && l != node {
		return nil, nil
	}
	return inside(f.own, libName)
}
