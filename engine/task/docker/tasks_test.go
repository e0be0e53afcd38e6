package docker_test

import (
	"flag"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/docker"
	"github.com/caddy-kestra/kestra-webhook/engine/task/docker/dockertest"
	"github.com/caddy-kestra/kestra-webhook/engine/task/script"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// realHost is a daemon that TestReal uses in place of the stand-in.
var realHost = flag.String("docker", "", "the host of a Docker daemon that TestReal runs its rows on, as in unix:///var/run/docker.sock; it pulls alpine:3 and python:3.13-slim")

// open returns the daemon at a host, and the specs of all tasks that use it.
func open(t testing.TB, host string, allow ...string) (*docker.Docker, []flow.Spec) {
	t.Helper()
	d, err := docker.New(docker.Options{Host: host, Allow: allow})
	if err != nil {
		t.Fatal(err)
	}
	return d, slices.Concat(docker.Specs(d), script.Specs(script.Options{Containers: d}))
}

// served returns services with a place for files.
func served(t testing.TB) *task.Services {
	t.Helper()
	store := files.New(t.TempDir())
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return &task.Services{Files: store, Directories: store, Owner: "me"}
}

// removing counts the directories that are removed.
type removing struct {
	task.Directories
	removed int
}

func (r *removing) RemoveDirectory(o task.Origin) {
	r.removed++
	r.Directories.RemoveDirectory(o)
}

// TestBuildLeavesNothing removes the directory of a build, whatever comes of it.
func TestBuildLeavesNothing(t *testing.T) {
	_, specs := open(t, dockertest.New(t, nil).Host)
	for members, want := range map[string]string{
		"dockerfile: 'FROM scratch'": "",
		"dockerfile: 'FROM scratch', inputFiles: {a: 'kestra:///no/such/executions/file/inputs/of/any'}": "file does not exist",
	} {
		services := served(t)
		counted := &removing{Directories: services.Directories}
		services.Directories = counted
		got := tasktest.RunServed(t, specs, services, "{type: io.kestra.plugin.docker.Build, tags: [a], "+members+"}", "{}")
		if (got.Err == "") != (want == "") || !strings.Contains(got.Err, want) || counted.removed != 1 {
			t.Errorf("%s: %q, %d directories are removed", members, got.Err, counted.removed)
		}
	}
}

const (
	shell  = "type: io.kestra.plugin.scripts.shell.Commands, taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker}, "
	python = "type: io.kestra.plugin.scripts.python.Script, "
	run    = "type: io.kestra.plugin.docker.Run, "
)

// row is a task, and what becomes of it. The image says what a container of the stand-in does.
type row struct {
	task    string
	image   *dockertest.Image
	outputs string
	log     []string // of the lines that are printed, and those above
	err     string
}

// rows are tasks that a real daemon runs likewise, when it has alpine:3 and python:3.13-slim, or can pull them.
var rows = map[string]row{
	"commands": {
		task: shell + "containerImage: 'alpine:3', commands: [echo one, 'echo two >&2']", image: &dockertest.Image{Stdout: "one\n", Stderr: "two\n"},
		outputs: `{"exitCode":0,"outputFiles":{},"vars":{},"taskRunner":{"containerId":"ID"}}`, log: []string{"error two", "info one"},
	},
	"exit code": {
		task: shell + "containerImage: 'alpine:3', commands: ['printf last', exit 3]", image: &dockertest.Image{Stdout: "last", Exit: 3},
		outputs: `{"exitCode":3,"outputFiles":{},"vars":{},"taskRunner":{"containerId":"ID"}}`, log: []string{"info last"}, err: "Command failed with exit code 3",
	},
	"outputs": {
		task:    shell + `containerImage: 'alpine:3', commands: ["echo '::{\"outputs\":{\"a\":1}}::'"]`,
		image:   &dockertest.Image{Stdout: `::{"outputs":{"a":1}}::` + "\n"},
		outputs: `{"exitCode":0,"outputFiles":{},"vars":{"a":1},"taskRunner":{"containerId":"ID"}}`,
	},
	"files": {
		task: shell + `containerImage: 'alpine:3', inputFiles: {in.txt: "Hello", d/x.txt: "{{ workingDir }} {{ outputDir }}"}, outputFiles: ['*.txt', 'd/**'],
			commands: ['cat in.txt d/x.txt', 'mv in.txt moved.txt', 'cp /kestra/work/d/x.txt d/y', 'echo kept > {{ outputDir }}/o', 'ln -s /etc/passwd out.txt', 'ln -s x.txt d/link']`,
		image: &dockertest.Image{
			Stdout: "{{/kestra/work/in.txt}}{{/kestra/work/d/x.txt}}\n",
			Writes: map[string]string{
				"/kestra/work/in.txt": "", "/kestra/work/moved.txt": "Hello", "/kestra/work/d/y": "/kestra/work /kestra/out", "/kestra/out/o": "kept\n",
				"/kestra/work/out.txt": "-> /etc/passwd", "/kestra/work/d/link": "-> x.txt",
			},
		},
		// What was removed inside is still here, as in Kestra.
		outputs: `{"exitCode":0,"outputFiles":{"o":": kept\n","d/link":": /kestra/work /kestra/out","d/x.txt":"txt: /kestra/work /kestra/out","d/y":": /kestra/work /kestra/out",` +
			`"in.txt":"txt: Hello","moved.txt":"txt: Hello"},"vars":{},"taskRunner":{"containerId":"ID"}}`,
		log: []string{"info Hello/kestra/work /kestra/out"},
	},
	"environment": {
		task:    shell + `containerImage: 'alpine:3', env: {NAME: "a b"}, commands: ['echo "$NAME $WORKING_DIR $OUTPUT_DIR $PWD"']`,
		image:   &dockertest.Image{Stdout: "a b /kestra/work /kestra/out /kestra/work\n"},
		outputs: `{"exitCode":0,"outputFiles":{},"vars":{},"taskRunner":{"containerId":"ID"}}`, log: []string{"info a b /kestra/work /kestra/out /kestra/work"},
	},
	"a program without a shell": {
		task:    run + `containerImage: 'alpine:3', inputFiles: {in.txt: "a $HOME"}, commands: [cat, in.txt]`,
		image:   &dockertest.Image{Stdout: "{{/kestra/work/in.txt}}"},
		outputs: `{"exitCode":0,"outputFiles":{},"vars":{},"taskRunner":{"containerId":"ID"}}`, log: []string{"info a $HOME"},
	},
	"Python with our module": {
		task:    python + `script: "from kestra import Kestra\nKestra.outputs({'yes': true})"`,
		image:   &dockertest.Image{Stdout: `::{"outputs":{"yes":true}}::` + "\n"},
		outputs: `{"exitCode":0,"outputFiles":{},"vars":{"yes":true},"taskRunner":{"containerId":"ID"}}`,
	},
	"no image": {
		task: run + `containerImage: 'no.such.image.invalid/x:1', commands: [a]`, outputs: "null",
		err: "image no.such.image.invalid/x:1 cannot be pulled: ",
	},
	"no image, and it is not pulled": {
		task: run + `containerImage: 'no.such.image.invalid/x:1', pullPolicy: NEVER, commands: [a]`, outputs: "null",
		err: "the daemon has no image no.such.image.invalid/x:1, and pullPolicy is NEVER: ",
	},
}

// TestReal runs tasks on the daemon that -docker names, or on the stand-in, with the same results.
func TestReal(t *testing.T) {
	for name, tt := range rows {
		t.Run(name, func(t *testing.T) {
			host := *realHost
			if host == "" {
				images := map[string]*dockertest.Image{}
				if tt.image != nil {
					images["alpine:3"], images["python:3.13-slim"] = tt.image, tt.image
				}
				host = dockertest.New(t, images).Host
			}
			_, specs := open(t, host)
			tt.check(t, specs, served(t))
		})
	}
}

var containerID = regexp.MustCompile(`"[0-9a-f]{64}"`)

func (r row) check(t *testing.T, specs []flow.Spec, services *task.Services) {
	t.Helper()
	disk := tasktest.NewDisk(t, services.Files)
	got := tasktest.RunServed(t, specs, services, "{"+r.task+"}", `{"trigger": {"body": {"user": "1000"}}}`)
	outputs := got.Outputs
	if outputs != "null" {
		outputs = containerID.ReplaceAllString(inlined(t, disk, outputs), `"ID"`)
	}
	if d := cmp.Diff(r.outputs, outputs); d != "" {
		t.Error(d)
	}
	var log []string
	for _, line := range got.Log {
		if !strings.HasPrefix(line, "debug ") {
			log = append(log, line)
		}
	}
	slices.Sort(log) // those of two streams have no order
	if d := cmp.Diff(r.log, log); d != "" {
		t.Error(d)
	}
	if !strings.HasPrefix(got.Err, r.err) || r.err == "" && got.Err != "" {
		t.Errorf("error %q, want %q", got.Err, r.err)
	}
}

// inlined returns outputs with the texts of files in place of their URIs.
func inlined(t *testing.T, disk tasktest.Disk, outputs string) string {
	t.Helper()
	v, err := value.DecodeJSONText(outputs)
	if err != nil {
		t.Fatal(err)
	}
	return value.JSON(disk.Inlined(v))
}
