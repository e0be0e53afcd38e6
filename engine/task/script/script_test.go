//go:build unix

package script_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/process"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/script"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

func TestExamples(t *testing.T) { tasktest.Examples(t, script.Specs(script.Options{})) }

// served returns services that run commands, and the folder of the files.
func served(t testing.TB, o process.Options) (*task.Services, string) {
	t.Helper()
	folder := t.TempDir()
	store := files.New(folder)
	runner := new(process.Runner)
	o.Environments = filepath.Join(folder, "environments")
	if err := runner.Allow(&o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := runner.Close(); err != nil {
			t.Error(err)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return &task.Services{Files: store, Directories: store, Commands: runner}, folder
}

// needs fails the test on a machine that has not what it runs: a test that is left out would prove nothing.
func needs(t testing.TB, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Fatalf("the test needs %s: %v", p, err)
		}
	}
}

const variables = `{"trigger": {"body": {"name": "Ann; echo no", "n": 3, "yes": true}}, "inputs": {"list": ["echo 1", "echo 2"]}}`

// varying replaces what differs from run to run.
var varying = []struct {
	pattern *regexp.Regexp
	by      string
}{
	{regexp.MustCompile(`kestra:///[^"]*/[0-9A-Za-z]+-`), "uri/"},
	{regexp.MustCompile(`kestra:///[^"]*/`), "uri/"},
	{regexp.MustCompile(`(?:/[^/\s"]+)+/directories/5Run/`), "$$RUN/"},
	{regexp.MustCompile(`\d{20}`), "(number)"},
	{regexp.MustCompile(`with pid \d+ `), "with pid N "},
}

func same(text string) string {
	for _, v := range varying {
		text = v.pattern.ReplaceAllString(text, v.by)
	}
	return text
}

// TestTasks runs tasks. Of the log there are the lines that scripts print, and those above.
func TestTasks(t *testing.T) {
	needs(t, "python3", "node")
	services, _ := served(t, process.Options{})
	const shell, python, node = "type: io.kestra.plugin.scripts.shell.", "type: io.kestra.plugin.scripts.python.", "type: io.kestra.plugin.scripts.node."
	for name, tt := range map[string]struct {
		task, outputs string
		log           []string
		err           string
	}{
		"commands": {
			task: shell + "Commands, commands: [echo one]", outputs: `{"exitCode":0,"outputFiles":{},"vars":{}}`,
			log: []string{"info one"},
		},
		"standard error": {
			task: shell + "Commands, warningOnStdErr: true, commands: ['echo two >&2']", outputs: `{"exitCode":0,"outputFiles":{},"vars":{}}`,
			log: []string{"error two"},
		},
		"a failure ends it": {
			task: shell + "Commands, commands: [echo one, 'false', echo two]", outputs: `{"exitCode":1,"outputFiles":{},"vars":{}}`,
			log: []string{"info one"}, err: "Command failed with exit code 1",
		},
		"not failFast": {
			task: shell + "Commands, failFast: false, commands: ['false', echo two]", outputs: `{"exitCode":0,"outputFiles":{},"vars":{}}`, log: []string{"info two"},
		},
		"beforeCommands": {
			task: shell + "Script, beforeCommands: [export A=1], script: 'echo $A'", outputs: `{"exitCode":0,"outputFiles":{},"vars":{}}`, log: []string{"info 1"},
		},
		"commands by an expression": {
			task: shell + "Commands, commands: '{{ inputs.list }}'", outputs: `{"exitCode":0,"outputFiles":{},"vars":{}}`, log: []string{"info 1", "info 2"},
		},
		"interpreter": {
			task: shell + "Commands, interpreter: [/bin/sh, -e, -c], failFast: false, commands: ['false', echo two]", outputs: `{"exitCode":1,"outputFiles":{},"vars":{}}`,
			err: "Command failed with exit code 1",
		},
		"no interpreter": {
			task: shell + "Commands, interpreter: [/no/such/program], commands: [a]", outputs: `null`,
			err: "a command cannot be started: fork/exec /no/such/program: no such file or directory",
		},
		"env": {
			task: shell + `Commands, env: {NAME: "{{ trigger.body.name }}", N: 7}, commands: ['echo "$NAME $N"']`, outputs: `{"exitCode":0,"outputFiles":{},"vars":{}}`,
			log: []string{"info Ann; echo no 7"},
		},
		"a bad name in env": {
			task: shell + `Commands, env: {'A=B': x}, commands: [a]`, outputs: `null`, err: `"A=B" is no name of a variable of the environment`,
		},
		"the rest of the environment": {
			task:    shell + `Commands, commands: ["env | grep -v '^KESTRA_PROCESS=\\|^PATH=\\|^TZ=\\|^PWD=' | sort"]`,
			outputs: `{"exitCode":0,"outputFiles":{},"vars":{}}`,
			log:     []string{"info HOME=$RUN/home", "info LANG=C.UTF-8", "info OUTPUT_DIR=$RUN/out", "info TMPDIR=$RUN/tmp", "info WORKING_DIR=$RUN/work"},
		},
		"files": {
			task:    shell + `Commands, inputFiles: {in.txt: "Hello {{ trigger.body.n }}", d/x.txt: "{{ workingDir }}"}, outputFiles: ['*.txt', 'd/**'], commands: ['cat in.txt d/x.txt', "echo x > {{ outputDir }}/o"]`,
			outputs: `{"exitCode":0,"outputFiles":{"o":"uri/o","d/x.txt":"uri/x.txt","in.txt":"uri/in.txt"},"vars":{}}`, log: []string{"info Hello 3$RUN/work"},
		},
		"files of a failure": {
			task: shell + "Commands, outputFiles: [o], commands: ['echo x > o', exit 4]", outputs: `{"exitCode":4,"outputFiles":{"o":"uri/o"},"vars":{}}`, err: "Command failed with exit code 4",
		},
		"outputs": {
			task:    shell + `Script, script: "echo '::{\"outputs\":{\"a\":1,\"b\":null}}::'; echo '::{\"outputs\":{\"a\":2}}::'; echo ' ::{}::'"`,
			outputs: `{"exitCode":0,"outputFiles":{},"vars":{"a":2,"b":null}}`, log: []string{"info  ::{}::"},
		},
		"metrics and logs": {
			task:    shell + `Script, script: "echo '::{\"metrics\":[{\"type\":\"counter\",\"name\":\"c\",\"value\":1},{\"type\":\"x\"}],\"logs\":[{\"level\":\"WARN\",\"message\":\"w\"},{\"level\":\"LOUD\"}]}::'"`,
			outputs: `{"exitCode":0,"outputFiles":{},"vars":{}}`,
			log:     []string{"debug counter c = 1", `warn Invalid metric 'type "x" is none of counter, timer, gauge'`, "warn w", `warn Invalid log 'level "LOUD" is none of TRACE, DEBUG, INFO, WARN, ERROR'`},
		},
		"outputs that are none": {
			task:    shell + `Script, script: "echo '::{\"outputs\":1}::'; echo '::{oops}::'"`,
			outputs: `{"exitCode":0,"outputFiles":{},"vars":{}}`,
			log:     []string{"warn Invalid outputs 'outputs is no map'", "warn Invalid outputs 'JSON is invalid at line 1, column 2: unexpected 'o' where a key is due'"},
		},
		"Python": {
			task:    python + `Script, env: {NAME: "{{ trigger.body.name }}"}, inputFiles: {helper.py: 'def f(): return 5'}, script: "import os, helper\nprint(os.environ['NAME'], {{ trigger.body.yes }}, helper.f())"`,
			outputs: `{"exitCode":0,"outputFiles":{},"vars":{}}`, log: []string{"info Ann; echo no True 5"},
		},
		"Python, our module": {
			task:    python + `Script, script: "from kestra import Kestra\nKestra.outputs({'a': [1, 'é', None]})\nKestra.counter('c', 2, {'t': 'v'})\nKestra.timer('t', 1.5)\nKestra.gauge('g', 3)\nKestra.logger().warning('w')\nKestra.logger().info('i')\nKestra.timer('f', lambda: None)"`,
			outputs: `{"exitCode":0,"outputFiles":{},"vars":{"a":[1,"é",null]}}`,
			log:     []string{`debug counter c = 2 {"t":"v"}`, "debug timer t = PT1.5S", "debug gauge g = 3", "warn w", "info i", "debug timer f = (short)"},
		},
		"Python that fails": {
			task: python + `Script, script: "import sys\nsys.exit(9)"`, outputs: `{"exitCode":9,"outputFiles":{},"vars":{}}`, err: "Command failed with exit code 9",
		},
		"Python commands": {
			task: python + `Commands, inputFiles: {main.py: "from kestra import Kestra\nKestra.outputs({'n': 1})"}, commands: [python3 main.py]`, outputs: `{"exitCode":0,"outputFiles":{},"vars":{"n":1}}`,
		},
		"a version of Python that is not there": {
			task: python + `Script, pythonVersion: "2.99", script: "print(1)"`, outputs: `{"exitCode":127,"outputFiles":{},"vars":{}}`,
			log: []string{"error /bin/sh: 2: python2.99: not found"}, err: "Command failed with exit code 127",
		},
		"Node": {
			task:    node + `Script, env: {NAME: "{{ trigger.body.name }}"}, script: "const Kestra = require('kestra'); Kestra.outputs({name: process.env.NAME}); Kestra.counter('c', 1); Kestra.timer('t', 2); Kestra.logger().error('e', 1); console.log('out')"`,
			outputs: `{"exitCode":0,"outputFiles":{},"vars":{"name":"Ann; echo no"}}`, log: []string{"debug counter c = 1", "debug timer t = PT2S", "error e 1", "info out"},
		},
		"Node, as Kestra's package": {
			task:    node + `Commands, inputFiles: {a.js: "require('@kestra-io/libs').timer('t', (end) => { require('@kestra-io/libs').outputs({a: 1}); end() })"}, commands: [node a.js]`,
			outputs: `{"exitCode":0,"outputFiles":{},"vars":{"a":1}}`, log: []string{"debug timer t = (short)"},
		},
		"Bash": {
			task:    "type: io.kestra.core.tasks.scripts.Bash, outputFiles: [first], outputDirs: [d], commands: ['echo a > {{ outputFiles.first }}', 'echo b > {{ outputDirs.d }}/f']",
			outputs: `{"exitCode":0,"outputFiles":{"first":"uri/first_(number)","d/f":"uri/f"},"vars":{},"files":{"first":"uri/first_(number)","d/f":"uri/f"}}`,
		},
		"old Python": {
			task:    `type: io.kestra.core.tasks.scripts.Python, virtualEnv: false, inputFiles: {main.py: "import sys, kestra\nkestra.Kestra.outputs({'a': sys.argv[1]})"}, args: [x]`,
			outputs: `{"exitCode":0,"outputFiles":{},"vars":{"a":"x"},"files":{}}`,
		},
		"old Python without a script": {
			task: `type: io.kestra.core.tasks.scripts.Python, virtualEnv: false`, outputs: `null`,
			err: "Invalid input files structure, expecting inputFiles property to contain at least a main.py key.",
		},
		"old Node": {
			task:    `type: io.kestra.core.tasks.scripts.Node, inputFiles: {main.js: "require('kestra').outputs({a: process.argv[2]})"}, args: [x]`,
			outputs: `{"exitCode":0,"outputFiles":{},"vars":{"a":"x"},"files":{}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := tasktest.RunServed(t, script.Specs(script.Options{}), services, "{"+tt.task+"}", variables)
			var log []string
			for _, line := range got.Log {
				if line = same(line); !strings.HasPrefix(line, "debug Using task runner") && !strings.HasPrefix(line, "debug Starting command") &&
					!strings.HasPrefix(line, "debug Command succeed") && !strings.HasPrefix(line, "debug Captured") && !strings.HasPrefix(line, "debug Provided") {
					log = append(log, shortTime.ReplaceAllString(line, "$1 (short)"))
				}
			}
			if d := cmp.Diff(tt.outputs, same(got.Outputs)); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tt.log, log); d != "" {
				t.Error(d)
			}
			if got.Err != tt.err {
				t.Errorf("error %q, want %q", got.Err, tt.err)
			}
		})
	}
}

// shortTime finds how long nearly nothing took.
var shortTime = regexp.MustCompile(`(timer \w+ =) PT0\.\d+S`)

// TestCopies runs a command over a file that is named by its URI.
func TestCopies(t *testing.T) {
	services, folder := served(t, process.Options{})
	first := tasktest.RunServed(t, script.Specs(script.Options{}), services, `{type: io.kestra.plugin.scripts.shell.Commands, outputFiles: [a.txt], commands: ['echo inside > a.txt']}`, "{}")
	uri := regexp.MustCompile(`kestra:[^"]*`).FindString(first.Outputs)
	second := tasktest.RunServed(t, script.Specs(script.Options{}), services, `{type: io.kestra.plugin.scripts.shell.Script, script: "cat {{ uri }} '{{ uri }}'"}`, `{"uri": "`+uri+`"}`)
	if d := cmp.Diff([]string{"info inside", "info inside"}, second.Log[2:4]); d != "" {
		t.Error(d, second)
	}
	third := tasktest.RunServed(t, script.Specs(script.Options{}), services, `{type: io.kestra.plugin.scripts.shell.Script, script: "cat {{ uri }}"}`, `{"uri": "`+uri+`x"}`)
	if !strings.Contains(third.Err, "file does not exist") {
		t.Error(third)
	}
	for { // they are removed behind the back of the task
		left, err := filepath.Glob(filepath.Join(folder, "*", "*", "*", "*", "directories", "*"))
		if err != nil || t.Context().Err() != nil {
			t.Fatal(left, err)
		}
		if len(left) == 0 {
			return
		}
		runtime.Gosched()
	}
}

// TestLoad says what is found when flows are loaded.
func TestLoad(t *testing.T) {
	const shell = "{type: io.kestra.plugin.scripts.shell.Commands, "
	const runs = "is printed into what is run, so that the caller can run commands: pass it by `env`"
	for text, want := range map[string]string{
		shell + "commands: [a]}": "",
		shell + "commands: [a], taskRunner: {type: io.kestra.plugin.core.runner.Process}, containerImage: x}": "",
		shell + "commands: [a], runner: PROCESS}":                                                             "",
		shell + "commands: [a], runner: DOCKER}":                                                              "the Docker runner needs Docker, which this server has not",
		shell + "commands: [a], taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker}}":           "the Docker runner needs Docker, which this server has not",
		shell + "commands: [a], taskRunner: {type: io.kestra.plugin.ee.gcp.runner.Batch}}":                    "must be one of io.kestra.plugin.core.runner.Process, ",
		shell + "commands: [a], taskRunner: {user: y}}":                                                       "is missing",
		shell + "commands: [a], containerImage: ubuntu}":                                                      "has no effect: the script runs as a process of this machine",
		shell + "commands: [a], docker: {image: ubuntu}}":                                                     "has no effect: the script runs as a process of this machine",
		shell + "commands: [a], targetOS: WINDOWS}":                                                           "scripts for Windows are not supported",
		shell + "commands: [a], script: a}":                                                                   "unknown member `script`",
		shell + "commands: ['{{ trigger.body.x }}']}":                                                         "`trigger.body.x` " + runs,
		shell + "commands: [a, \"b {{ trigger.headers['X-Y'] | first }}\"]}":                                  "`trigger.headers['X-Y']` " + runs,
		shell + "commands: [a], beforeCommands: ['{{ trigger }}']}":                                           "`trigger` " + runs,
		shell + "commands: '{{ trigger.body.commands }}'}":                                                    "`trigger.body.commands` " + runs,
		shell + "commands: ['$A'], env: {A: '{{ trigger.body.x }}'}}":                                         "",
		shell + "commands: ['{{ workingDir }} {{ outputDir }} {{ execution.id }}']}":                          "",
		"{type: io.kestra.plugin.scripts.python.Script, script: 'print({{ inputs.text }})'}":                  "`inputs.text` " + runs,
		"{type: io.kestra.plugin.scripts.python.Script, script: 'print({{ inputs.number }})'}":                "",
		"{type: io.kestra.plugin.scripts.python.Script, script: 'print({{ inputs.choice }})'}":                "",
		"{type: io.kestra.plugin.scripts.python.Script, script: 'print({{ inputs.open }})'}":                  "`inputs.open` " + runs,
		"{type: io.kestra.plugin.scripts.python.Script, script: 'x', dependencies: ['{{ inputs.text }}']}":    "`inputs.text` " + runs,
		"{type: io.kestra.core.tasks.scripts.Bash, commands: ['{{ trigger.body }}']}":                         "`trigger.body` " + runs,
		"{type: io.kestra.core.tasks.scripts.Bash, commands: ['{{ outputFiles.a }}'], outputFiles: [a]}":      "",
		"{type: io.kestra.core.tasks.scripts.Bash, commands: [a], outputFiles: [../a]}":                       "\"../a\" is no name of a file here",
		"{type: io.kestra.core.tasks.scripts.Bash, commands: [a], runner: DOCKER}":                            "the Docker runner needs Docker, which this server has not",
	} {
		found := load(t, text)
		if want == "" {
			if len(found) > 0 {
				t.Errorf("%s: %v", text, found)
			}
			continue
		}
		if len(found) != 1 || !strings.Contains(found[0].Message, want) {
			t.Errorf("%s: found %v, want %s", text, found, want)
			continue
		}
		if warning := strings.Contains(want, "has no effect") || strings.Contains(want, runs); warning != (found[0].Severity == flow.SeverityWarning) {
			t.Errorf("%s: severity %d", text, found[0].Severity)
		}
		if found[0].Strict != strings.Contains(want, runs) {
			t.Errorf("%s: strict is %t", text, found[0].Strict)
		}
	}
}

// load loads a flow with inputs and a task, and returns what is found.
func load(t *testing.T, text string) flow.Diagnostics {
	t.Helper()
	catalog, err := flow.NewCatalog(append(script.Specs(script.Options{}), flow.Spec{
		Kind: flow.KindTrigger, Type: "test.Trigger", Variables: []flow.Variable{{Name: "body"}, {Name: "headers"}}, Compile: func(*flow.Component) (any, error) { return nil, nil },
	})...)
	if err != nil {
		t.Fatal(err)
	}
	_, found := flow.Load(catalog, flow.Options{}, []*flow.Source{{Name: "flow.yml", YAML: []byte(`id: hello
namespace: company.team
inputs:
- {id: text, type: STRING}
- {id: number, type: INT}
- {id: choice, type: SELECT, values: [a, b]}
- {id: open, type: SELECT, values: [a, b], allowCustomValue: true}
triggers:
- {id: t, type: test.Trigger}
tasks:
- {id: a, ` + strings.TrimPrefix(text, "{") + "\n")}})
	return found
}

// TestUser runs a script as another user, in folders that are its own. Only root may do so.
func TestUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may run commands as another user")
	}
	nobody, err := process.LookupUser("nobody")
	if err != nil {
		t.Fatal(err)
	}
	base, err := os.MkdirTemp("", "kestra-scripts") //nolint:usetesting // a folder that another user gets to
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	if err := os.Chmod(base, 0o755); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(base, "secret")
	if err := os.WriteFile(secret, []byte("key"), 0o600); err != nil {
		t.Fatal(err)
	}
	store, runner := files.New(filepath.Join(base, "files")), new(process.Runner)
	if err := runner.Allow(&process.Options{User: nobody}); err != nil {
		t.Fatal(err)
	}
	services := &task.Services{Files: store, Directories: store, Commands: runner}
	defer store.Close()
	defer runner.Close()
	got := tasktest.RunServed(t, script.Specs(script.Options{}), services, `{type: io.kestra.plugin.scripts.python.Script, inputFiles: {a.txt: x}, outputFiles: ['*.txt'], beforeCommands: ['id -un'],
	script: "import os\nopen('a.txt', 'a').write('y')\nopen('b.txt', 'w').write('z')\nprint(os.getcwd() == '{{ workingDir }}')\nopen('`+secret+`')"}`, "{}")
	if d := cmp.Diff(`{"exitCode":1,"outputFiles":{"a.txt":"uri/a.txt","b.txt":"uri/b.txt"},"vars":{}}`, same(got.Outputs)); d != "" {
		t.Error(d)
	}
	log := strings.Join(got.Log, "\n")
	for _, want := range []string{"info nobody", "info True", "PermissionError"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
}

// TestOff runs nothing where commands are not allowed.
func TestOff(t *testing.T) {
	services, _ := served(t, process.Options{})
	if err := services.Commands.(*process.Runner).Allow(nil); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*task.Services{nil, services} {
		if got := tasktest.RunServed(t, script.Specs(script.Options{}), s, `{type: io.kestra.plugin.scripts.shell.Commands, commands: [echo never]}`, "{}"); !strings.Contains(got.Err, "allow_commands") {
			t.Error(got)
		}
	}
}
