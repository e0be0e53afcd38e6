package docker_test

import (
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task/docker"
	"github.com/caddy-kestra/kestra-webhook/engine/task/script"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

func TestExamples(t *testing.T) {
	_, specs := open(t, "unix:///var/run/docker.sock")
	tasktest.Examples(t, specs)
}

// TestLoad says what is found when flows are loaded, where nothing dangerous is allowed.
func TestLoad(t *testing.T) {
	_, specs := open(t, "unix:///var/run/docker.sock")
	const power = "gives a container power over the machine of the daemon: it needs `allow "
	const script = "type: io.kestra.plugin.scripts.shell.Commands, commands: [a], taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker"
	for text, want := range map[string]string{
		run + "containerImage: a, privileged: true":                                     "tasks[0].privileged: privileged " + power + "privileged`",
		run + "containerImage: a, privileged: '{{ trigger.body }}'":                     "tasks[0].privileged: privileged " + power + "privileged`",
		run + "containerImage: a, privileged: false":                                    "",
		run + "containerImage: a, networkMode: host":                                    "tasks[0].networkMode: networkMode host " + power + "host_network`",
		run + "containerImage: a, networkMode: 'container:db'":                          "tasks[0].networkMode: networkMode container:db " + power + "host_network`",
		run + "containerImage: a, networkMode: none":                                    "",
		run + "containerImage: a, networkMode: 'ns:/proc/1/ns/net'":                     "tasks[0].networkMode: networkMode ns:/proc/1/ns/net " + power + "host_network`",
		run + "containerImage: a, networkMode: 'slirp4netns:allow_host_loopback=true'":  "tasks[0].networkMode: networkMode slirp4netns:allow_host_loopback=true " + power + "host_network`",
		run + "containerImage: a, volumes: ['/:/host']":                                 "tasks[0].volumes: volumes " + power + "volumes`",
		run + "containerImage: a, volumes: '{{ trigger.body }}'":                        "tasks[0].volumes: volumes " + power + "volumes`",
		run + "containerImage: a, volumes: []":                                          "",
		run + "containerImage: a, deviceRequests: [{driver: nvidia}]":                   "tasks[0].deviceRequests: deviceRequests " + power + "devices`",
		run + "containerImage: a, host: tcp://other:2375":                               "tasks[0].host: the daemon is that of the option `docker`, unix:///var/run/docker.sock: leave it out",
		run + "containerImage: a, host: unix:///var/run/docker.sock":                    "",
		run + "containerImage: a, portBindings: [x]":                                    "tasks[0].portBindings: port \"x\" must be as in 8080:80",
		run + "containerImage: a, portBindings: ['[::1]:80:80/tcp']":                    "",
		run + "containerImage: a, memory: {memory: much}":                               "tasks[0].memory.memory: \"much\" is no size, as in 512MB",
		run + "containerImage: a, memory: {kernelMemory: 5MB}":                          "tasks[0].memory.kernelMemory: ",
		run + "containerImage: a, cpu: {cpus: 0}":                                       "tasks[0].cpu.cpus: \"0\" is no number of processors, as in 1.5",
		run + "containerImage: a, pullPolicy: SOMETIMES":                                "tasks[0].pullPolicy: must be one of ALWAYS, IF_NOT_PRESENT, NEVER",
		run + "containerImage: a, commands: ['{{ trigger.body.x }}']":                   "so that the caller can run commands",
		run + "commands: [a]":                                                           "tasks[0].containerImage: is missing",
		script + "}":                                                                    "",
		script + ", privileged: true}":                                                  "tasks[0].taskRunner.privileged: privileged " + power + "privileged`",
		script + ", fileHandlingStrategy: MOUNT}":                                       "tasks[0].taskRunner.fileHandlingStrategy: files are copied into the container",
		script + ", fileHandlingStrategy: VOLUME, resume: true, killGracePeriod: PT5S}": "",
		script + ", color: red}":                                                        "tasks[0].taskRunner: unknown member `color`",
		script + ", credentials: {user: a}}":                                            "tasks[0].taskRunner.credentials: unknown member `user`",
		"type: io.kestra.plugin.scripts.shell.Commands, commands: [a], runner: DOCKER, docker: {image: a, networkMode: host}":  "tasks[0].docker.networkMode: networkMode host " + power + "host_network`",
		"type: io.kestra.plugin.scripts.shell.Commands, commands: [a], runner: DOCKER, docker: {image: a, pullPolicy: NEVER}":  "",
		"type: io.kestra.plugin.scripts.shell.Commands, commands: [a], docker: {image: a}":                                     "",
		"type: io.kestra.core.tasks.scripts.Bash, commands: [a], runner: DOCKER, dockerOptions: {image: a}":                    "",
		"type: io.kestra.core.tasks.scripts.Bash, commands: [a], runner: DOCKER, dockerOptions: {image: a, volumes: ['/:/h']}": "tasks[0].dockerOptions.volumes: volumes " + power + "volumes`",
		"type: io.kestra.plugin.docker.Build, dockerfile: FROM a, tags: [a], platforms: [linux/amd64, linux/arm64]":            "tasks[0].platforms: the daemon builds for one platform at a time",
		"type: io.kestra.plugin.docker.cli.Pull, image: a":                                                                     "",
		"type: io.kestra.plugin.docker.Push, tags: [a], host: 'tcp://a:1'":                                                     "tasks[0].host: the daemon is that of the option `docker`",
		"type: io.kestra.plugin.docker.Tag, sourceImage: a":                                                                    "tasks[0].targetImage: is missing",
	} {
		_, found := tasktest.Load(t, specs, "{"+text+"}")
		switch {
		case want == "" && len(found) == 0:
		case want == "" || len(found) != 1 || !strings.Contains(found[0].Path+": "+found[0].Message, want) || found[0].Pos.Line == 0:
			t.Errorf("%s: found %v, want %q", text, found, want)
		}
	}
}

// TestAllowed loads what is dangerous where it is allowed.
func TestAllowed(t *testing.T) {
	for danger, text := range map[string]string{
		"privileged": "privileged: true", "host_network": "networkMode: host", "volumes": "volumes: ['/:/h']", "devices": "deviceRequests: [{count: 1}]",
	} {
		_, specs := open(t, "unix:///var/run/docker.sock", danger)
		if _, found := tasktest.Load(t, specs, "{"+run+"containerImage: a, "+text+"}"); len(found) > 0 {
			t.Errorf("%s: %v", danger, found)
		}
	}
}

// TestOff says what is found where there is no daemon.
func TestOff(t *testing.T) {
	for _, spec := range docker.Specs(nil) {
		_, found := tasktest.Load(t, []flow.Spec{spec}, "{"+strings.SplitN(strings.ReplaceAll(flowStyle(spec), "\n", " "), "#", 2)[0]+"}")
		if len(found) != 1 || !strings.Contains(found[0].Message, "`"+spec.Type+"` needs Docker, which is off: write `docker <host>` in the global kestra block") {
			t.Errorf("%s: %v", spec.Type, found)
		}
	}
}

// flowStyle returns the least that a task of a type has.
func flowStyle(spec flow.Spec) string {
	text := "type: " + spec.Type
	for _, p := range spec.Properties {
		switch {
		case p.Required && p.Type == flow.StringList:
			text += ", " + p.Name + ": [a]"
		case p.Required:
			text += ", " + p.Name + ": a"
		}
	}
	return text
}

// TestPolicies says where a script runs that names no runner, and one that does.
func TestPolicies(t *testing.T) {
	d, _ := open(t, "unix:///var/run/docker.sock")
	const plain = "type: io.kestra.plugin.scripts.shell.Commands, commands: [a], containerImage: a"
	const process, older = plain + ", taskRunner: {type: io.kestra.plugin.core.runner.Process}", "type: io.kestra.core.tasks.scripts.Bash, commands: [a]"
	const named = plain + ", taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker}"
	const noDocker, noProcess, asProcess = "needs Docker, which this server has not", "runs commands on this machine, which is off", "has no effect: the script runs as a process"
	for _, tt := range []struct {
		options    script.Options
		task, want string
	}{
		{script.Options{}, plain, asProcess},
		{script.Options{}, process, ""},
		{script.Options{}, named, noDocker},
		{script.Options{}, older, ""},
		{script.Options{Policy: script.Process}, plain, asProcess},
		{script.Options{Policy: script.Require}, plain, "the script would have to run in a container"},
		{script.Options{Policy: script.Require}, older, "the script would have to run in a container"},
		{script.Options{Policy: script.Require}, process, ""},
		{script.Options{Policy: script.Require, NoProcesses: true}, process, noProcess},
		{script.Options{Containers: d}, plain, ""},
		{script.Options{Containers: d, NoProcesses: true}, plain, ""},
		{script.Options{Containers: d, NoProcesses: true}, named, ""},
		{script.Options{Containers: d, NoProcesses: true}, process, noProcess},
		{script.Options{Containers: d, NoProcesses: true, Policy: script.Process}, plain, noProcess},
		{script.Options{Containers: d, NoProcesses: true, Policy: script.Process}, named, ""},
		{script.Options{Containers: d, Policy: script.Process}, plain, asProcess},
		{script.Options{Containers: d, Policy: script.Require, NoProcesses: true}, plain, ""},
		{script.Options{Containers: d, Policy: script.Require, NoProcesses: true}, older, ""},
	} {
		_, found := tasktest.Load(t, script.Specs(tt.options), "{"+tt.task+"}")
		if tt.want == "" && len(found) > 0 || tt.want != "" && (len(found) != 1 || !strings.Contains(found[0].Message, tt.want)) {
			t.Errorf("%+v: %s: found %v, want %q", tt.options, tt.task, found, tt.want)
		}
	}
}
