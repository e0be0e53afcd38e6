package script

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/container"
	"github.com/caddy-kestra/kestra-webhook/engine/task/directory"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// script is a task that runs commands.
type script struct {
	language *language
	text     *pebble.Template  // of a Script; nil: there are commands
	commands *pebble.Structure // nil: there is a text
	before   *pebble.Structure // nil: there are none; likewise the others
	program  *pebble.Structure
	env      *pebble.Structure
	failFast task.OnOff

	inputs     *directory.Inputs
	outputs    *directory.Outputs
	namespaces *directory.NamespaceFiles

	dependencies *pebble.Structure
	version      *pebble.Template
	cached       task.OnOff

	old *older // nil: it is none of the older tasks

	contained *container.Definition // nil: it is a process of this machine
	image     *pebble.Template      // of the container; nil: that of the language
}

// compile compiles a task that has its text in a property.
func compile(c *flow.Component, l *language, property string, o Options) (any, error) {
	s := &script{
		language: l, text: c.Template(property), commands: c.Structure(property), before: c.Structure("beforeCommands"),
		program: c.Structure("interpreter"), env: c.Structure("env"), failFast: task.NewOnOff(c, "failFast", true),
		inputs: directory.NewInputs(c, "inputFiles"), dependencies: c.Structure("dependencies"), version: c.Template("pythonVersion"),
		cached: task.NewOnOff(c, "dependencyCacheEnabled", true), image: c.Template("containerImage"),
	}
	var errs [3]error
	s.outputs, errs[0] = directory.CompileOutputs(c, "outputFiles")
	s.namespaces, errs[1] = directory.CompileNamespaceFiles(c, "namespaceFiles")
	s.contained, errs[2] = compileWhere(c, o)
	return s, errors.Join(errs[:]...)
}

// setting is what the properties are for an attempt, beside the text.
type setting struct {
	program      []string
	env          *value.Map
	failFast     bool
	dependencies []string
	version      string
	cached       bool
	contained    bool
	installs     map[*installer][]installation // taken from the commands
}

// setting renders the properties that say how the text is run.
func (s *script) setting(c *task.Context) (*setting, error) {
	out := &setting{program: []string{"/bin/sh", "-c"}, contained: s.contained != nil}
	if s.language == plain {
		out.program = nil
	}
	if s.old != nil {
		out.program = s.old.program
	}
	var errs [6]error
	if s.program != nil {
		if out.program, errs[0] = texts(c, "interpreter", s.program); errs[0] == nil && len(out.program) == 0 {
			errs[0] = errors.New("interpreter is empty")
		}
	}
	if s.env != nil {
		var v value.Value
		if v, errs[1] = s.env.RenderJSON(c.Pebble); errs[1] == nil && v.Kind() != value.KindMap {
			errs[1] = errors.New("env must be a map, or JSON text of one")
		}
		out.env = v.Map()
	}
	out.failFast, errs[2] = s.failFast.Render(c)
	if s.dependencies != nil {
		out.dependencies, errs[3] = texts(c, "dependencies", s.dependencies)
	}
	if s.version != nil {
		if out.version, errs[4] = s.version.Render(c.Pebble); errs[4] == nil && !versionText.MatchString(out.version) {
			errs[4] = errors.New("pythonVersion is no version, as in 3.13")
		}
	}
	out.cached, errs[5] = s.cached.Render(c)
	return out, errors.Join(errs[:]...)
}

var versionText = regexp.MustCompile(`^\d+(\.\d+)*$`)

// interpreter returns the program for Python.
func (s *setting) interpreter() string {
	if s.version != "" {
		return "python" + s.version
	}
	if s.contained { // that is what images of Python have
		return "python"
	}
	if _, err := exec.LookPath("python3"); err == nil {
		return "python3"
	}
	return "python"
}

// texts returns the texts of a list, or of JSON text of one.
func texts(c *task.Context, property string, s *pebble.Structure) ([]string, error) {
	if s == nil {
		return nil, nil
	}
	v, err := s.RenderJSON(c.Pebble)
	if err == nil && v.Kind() != value.KindList {
		err = fmt.Errorf("%s must be a list, or JSON text of one", property)
	}
	if err != nil {
		return nil, err
	}
	all := make([]string, v.List().Len())
	for i, item := range v.List().All() {
		all[i] = value.Text(item)
	}
	return all, nil
}
