package script

import (
	"errors"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// runnerProperties say where a script runs: here, always.
func runnerProperties() []flow.Property {
	return []flow.Property{
		{Name: "taskRunner", Type: flow.Map, Summary: "Where the script runs. There is `{type: io.kestra.plugin.core.runner.Process}`: as a process of this machine, as without it."},
		{Name: "containerImage", Type: flow.String, Dynamic: true, Summary: "Has no effect: scripts run as processes of this machine, with the programs that it has."},
		{Name: "runner", Type: flow.String, Values: []string{"PROCESS", "DOCKER"}, Summary: "The older form of `taskRunner`. There is `PROCESS`."},
		{Name: "docker", Type: flow.Map, Summary: "Has no effect, as `containerImage`."},
		{Name: "targetOS", Type: flow.String, Dynamic: true, Default: "AUTO", Values: []string{"LINUX", "WINDOWS", "AUTO"}, Summary: "The system that the commands are for. There is no `WINDOWS`."},
		{Name: "warningOnStdErr", Type: flow.Boolean, Dynamic: true, Summary: "Has no effect, as in Kestra since 1.0: what a script prints to its standard error is logged at level ERROR."},
		{Name: "outputDirectory", Type: flow.Boolean, Dynamic: true, Summary: "Has no effect: `{{ outputDir }}` is there always. All files in it are kept."},
	}
}

// processRunners are the names of Kestra's runner of processes.
var processRunners = []string{
	"io.kestra.plugin.core.runner.Process", "io.kestra.plugin.core.runner.ProcessTaskRunner", "io.kestra.core.models.tasks.runners.types.ProcessTaskRunner",
}

const (
	instead = "leave it out, or write `taskRunner: {type: io.kestra.plugin.core.runner.Process}`, and the script runs as a process of this machine"

	noContainers = "the Docker runner is not supported yet: " + instead
)

// checkWhere refuses what does not run here. A warning says what has no effect.
func checkWhere(c *flow.Component) error {
	var errs []error
	if c.Has("taskRunner") {
		member, _ := c.Value("taskRunner").Map().Get("type")
		switch typ := member.Str(); {
		case slices.Contains(processRunners, typ):
		case strings.Contains(typ, ".docker.") || strings.HasSuffix(typ, "DockerTaskRunner"):
			errs = append(errs, c.Errorf("taskRunner", "%s", noContainers))
		case typ == "":
			errs = append(errs, c.Errorf("taskRunner", "needs a `type`: write `{type: io.kestra.plugin.core.runner.Process}`"))
		default:
			errs = append(errs, c.Errorf("taskRunner", "the task runner is not supported: %s", instead))
		}
	}
	if c.Text("runner") == "DOCKER" {
		errs = append(errs, c.Errorf("runner", "%s", noContainers))
	}
	if c.Text("targetOS") == "WINDOWS" {
		errs = append(errs, c.Errorf("targetOS", "scripts for Windows are not supported"))
	}
	if len(errs) == 0 && (c.Has("containerImage") || c.Has("docker") || c.Has("dockerOptions")) {
		for _, name := range []string{"containerImage", "docker", "dockerOptions"} {
			if c.Has(name) && !c.Has("taskRunner") && c.Text("runner") == "" {
				d := c.Errorf(name, "has no effect: the script runs as a process of this machine, with the programs and libraries that it has")
				d.Severity = flow.SeverityWarning
				errs = append(errs, d)
			}
		}
	}
	return errors.Join(errs...)
}
