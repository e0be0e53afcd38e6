package script

import (
	"errors"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task/container"
)

// Options say where scripts run.
type Options struct {
	Containers  container.Runner // nil: there are no containers
	Policy      Policy           // for tasks that name no runner
	NoProcesses bool             // tasks that run as processes are refused where Containers or Policy decide
}

// decides reports whether options say where a script runs. Else it is a process, and the server says whether there are any.
func (o Options) decides() bool { return o.Containers != nil || o.Policy == Require }

// Policy says where a script runs that names no runner.
type Policy string

// The policies.
const (
	Prefer  Policy = "prefer"  // in a container if there are any, else as a process; also the empty one
	Require Policy = "require" // in a container, or not at all
	Process Policy = "process" // as a process
)

// Policies are all of them.
var Policies = []Policy{Require, Prefer, Process}

// runnerProperties say where a script runs.
func runnerProperties() []flow.Property {
	return []flow.Property{
		{Name: "taskRunner", Type: flow.Object, Properties: taskRunnerProperties(), Summary: "Where the script runs: `{type: io.kestra.plugin.core.runner.Process}`, as a process of this machine, or `{type: io.kestra.plugin.scripts.runner.docker.Docker}`, in a container. Without it, the option `containers` of the server decides."},
		{Name: "containerImage", Type: flow.String, Dynamic: true, Summary: "The image of the container that the script runs in, if it does. Without it, that of its language."},
		{Name: "runner", Type: flow.String, Values: []string{"PROCESS", "DOCKER"}, Summary: "The older form of `taskRunner`."},
		{Name: "docker", Type: flow.Object, Properties: container.OlderProperties(ownVariables...), Summary: "The older form of what `taskRunner` says of a container."},
		{Name: "targetOS", Type: flow.String, Dynamic: true, Default: "AUTO", Values: []string{"LINUX", "WINDOWS", "AUTO"}, Summary: "The system that the commands are for. There is no `WINDOWS`."},
		{Name: "warningOnStdErr", Type: flow.Boolean, Dynamic: true, Summary: "Has no effect, as in Kestra since 1.0: what a script prints to its standard error is logged at level ERROR."},
		{Name: "outputDirectory", Type: flow.Boolean, Dynamic: true, Summary: "Has no effect: `{{ outputDir }}` is there always. All files in it are kept."},
	}
}

func taskRunnerProperties() []flow.Property {
	return append([]flow.Property{{Name: "type", Type: flow.String, Required: true, Values: slices.Concat(processRunners, dockerRunners), Summary: "Which runner it is."}},
		container.RunnerProperties(ownVariables...)...)
}

// processRunners are the names of Kestra's runner of processes, dockerRunners those of the one of containers.
var (
	processRunners = []string{
		"io.kestra.plugin.core.runner.Process", "io.kestra.plugin.core.runner.ProcessTaskRunner", "io.kestra.core.models.tasks.runners.types.ProcessTaskRunner",
	}
	dockerRunners = []string{"io.kestra.plugin.scripts.runner.docker.Docker", "io.kestra.plugin.scripts.runner.docker.DockerTaskRunner"}
)

const (
	noContainers = "needs Docker, which this server has not: write `docker <host>` in the global kestra block, " +
		"or `taskRunner: {type: io.kestra.plugin.core.runner.Process}`, and the script runs as a process of this machine"

	onlyContainers = "the script would have to run in a container, as the option `containers require` of the global kestra block says, " +
		"and this server has no Docker: write `docker <host>` there"

	noProcesses = "runs commands on this machine, which is off: write `allow_commands` in the global kestra block to allow it to all flows, " +
		"or let the script run in a container"
)

// olderRunner returns the property with the older form of what a runner says.
func olderRunner(c *flow.Component) string {
	if strings.HasPrefix(c.Spec.Type, olderPrefix) {
		return "dockerOptions"
	}
	return "docker"
}

// compileWhere returns the container that a task runs in; nil: it is a process. It refuses what does not run here. A warning says what has no
// effect.
func compileWhere(c *flow.Component, o Options) (*container.Definition, error) {
	var errs []error
	if c.Text("targetOS") == "WINDOWS" {
		errs = append(errs, c.Errorf("targetOS", "scripts for Windows are not supported"))
	}
	runner, older := c.Object("taskRunner"), olderRunner(c)
	named, contained := "", o.Containers != nil && o.Policy != Process || o.Policy == Require
	switch {
	case runner != nil:
		named, contained = "taskRunner", slices.Contains(dockerRunners, runner.Text("type"))
	case c.Text("runner") != "":
		named, contained = "runner", c.Text("runner") == "DOCKER"
	}
	switch {
	case contained && o.Containers == nil && named == "":
		errs = append(errs, c.NotHere("type", "%s", onlyContainers))
	case contained && o.Containers == nil:
		errs = append(errs, c.NotHere(named, "the Docker runner %s", noContainers))
	case contained:
		if runner == nil {
			runner = c.Object(older)
		}
		in, err := container.Compile(runner, o.Containers)
		return in, errors.Join(append(errs, err)...)
	case o.decides() && o.NoProcesses:
		errs = append(errs, c.NotHere(named, "`%s` %s", c.Type, noProcesses))
	}
	if len(errs) == 0 && named == "" {
		for _, name := range []string{"containerImage", older} {
			if c.Has(name) {
				d := c.Errorf(name, "has no effect: the script runs as a process of this machine, with the programs and libraries that it has")
				d.Severity = flow.SeverityWarning
				errs = append(errs, d)
			}
		}
	}
	return nil, errors.Join(errs...)
}
