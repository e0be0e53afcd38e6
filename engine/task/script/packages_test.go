//go:build unix

package script_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/process"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/script"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

// counted are commands, of which those are counted that install packages.
type counted struct {
	task.Commands
	installs []string // the programs
}

func (c *counted) Run(ctx context.Context, command *task.Command) (int, error) {
	if slices.Contains(command.Args, "install") || slices.Contains(command.Args, "i") {
		c.installs = append(c.installs, map[bool]string{true: "pip", false: "npm"}[slices.Contains(command.Args, "pip")])
	}
	return c.Commands.Run(ctx, command)
}

// wheel returns a package of Python, with a module that has a word.
func wheel(t *testing.T, word string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{
		"greet.py":                     "word = '" + word + "'\n",
		"greet-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: greet\nVersion: 1.0\n",
		"greet-1.0.dist-info/WHEEL":    "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
		"greet-1.0.dist-info/RECORD":   "greet.py,,\ngreet-1.0.dist-info/METADATA,,\ngreet-1.0.dist-info/WHEEL,,\ngreet-1.0.dist-info/RECORD,,\n",
	} {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tarball returns a package of Node, with a module that has a word.
func tarball(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for name, text := range map[string]string{"package/package.json": `{"name": "greet", "version": "1.0.0", "main": "m.js"}`, "package/m.js": "exports.word = 'packed'"} {
		err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))})
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// keptFile returns the URI of a file that another task has kept.
func keptFile(t *testing.T, to task.Files, name string, text []byte) string {
	t.Helper()
	other := tasktest.Origin
	other.Run = "6Other"
	f, err := to.Create(t.Context(), other, name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(text); err != nil {
		t.Fatal(err)
	}
	uri, err := f.Commit()
	if err != nil {
		t.Fatal(err)
	}
	return uri
}

// TestPackages installs packages without a network: once for all runs that want the same, which find them by import and require.
func TestPackages(t *testing.T) {
	needs(t, "python3", "node", "npm")
	services, folder := served(t, process.Options{})
	commands := &counted{Commands: services.Commands}
	services.Commands = commands
	wheels := t.TempDir()
	if err := os.WriteFile(filepath.Join(wheels, "greet-1.0-py3-none-any.whl"), wheel(t, "hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	const python, node = "type: io.kestra.plugin.scripts.python.", "type: io.kestra.plugin.scripts.node."
	offline := "env: {PIP_NO_INDEX: '1', PIP_FIND_LINKS: " + wheels + "}, "
	const greet = `inputFiles: {greet/package.json: '{"name": "greet", "version": "1.0.0", "main": "m.js"}', greet/m.js: "exports.word = 'WORD'"`
	manifest := "inputFiles: {greet.tgz: '" + keptFile(t, services.Files, "greet.tgz", tarball(t)) + `', package.json: '{"name": "a", "type": "module", "dependencies": {"greet": "file:./greet.tgz"}}'`
	const esm = `a.mjs: "import greet from 'greet'; console.log(greet.word)"}, `
	for _, tt := range []struct {
		name, task string
		installs   []string
		log        string // the lines that the script prints
		kept       string // how many environments there are
	}{
		{"dependencies", python + "Script, " + offline + "dependencies: [greet], script: 'import greet; print(greet.word)'", []string{"pip"}, "hello", "1 python"},
		{"the same again", python + "Commands, " + offline + "dependencies: [greet], commands: ['python -c \"import greet, sys; print(greet.word, sys.prefix != sys.base_prefix)\"']", nil, "hello True", "1 python"},
		{"not to be kept", python + "Script, " + offline + "dependencyCacheEnabled: false, dependencies: [greet], script: 'import greet; print(greet.word)'", []string{"pip"}, "hello", "1 python"},
		{"commands before", python + "Script, " + offline + "beforeCommands: ['# first', pip install -q greet], script: 'import greet; print(greet.word)'", []string{"pip"}, "hello", "2 python"},
		{"the same commands", "type: io.kestra.plugin.scripts.shell.Commands, " + offline + "beforeCommands: ['# first', pip install -q greet], commands: ['python3 -c \"import greet; print(greet.word)\"']", nil, "hello", "2 python"},
		{"a package that there is not", python + "Script, " + offline + "beforeCommands: [pip install no-such-package-here], script: 'print(1)'", []string{"pip"}, "", "2 python"},
		{"packages for Node", node + "Commands, " + greet + "}, beforeCommands: [npm install --no-audit --offline ./greet], commands: [\"node -e \\\"console.log(require('greet').word)\\\"\"]", []string{"npm"}, "WORD", "1 node, 2 python"},
		{"the same packages", node + "Script, " + greet + "}, beforeCommands: [npm install --no-audit --offline ./greet], script: \"console.log(require('greet').word)\"", nil, "WORD", "1 node, 2 python"},
		{"others by their files", node + "Script, " + strings.Replace(greet, "WORD", "other", 1) + "}, beforeCommands: [npm install --no-audit --offline ./greet], script: \"console.log(require('greet').word)\"", []string{"npm"}, "other", "2 node, 2 python"},
		{"package.json", node + "Commands, " + manifest + ", " + esm + "beforeCommands: [npm i --offline], commands: [node a.mjs, test -f package-lock.json]", []string{"npm"}, "packed", "3 node, 2 python"},
		{"package.json again", node + "Commands, " + manifest + ", " + esm + "beforeCommands: [npm i --offline], commands: [node a.mjs, test -f package-lock.json]", nil, "packed", "3 node, 2 python"},
		{"in the script", node + "Commands, " + greet + "}, commands: [npm install --offline ./greet >/dev/null 2>&1, \"node -e \\\"console.log(require('greet').word)\\\"\"]", nil, "WORD", "3 node, 2 python"},
	} {
		commands.installs = nil
		got := tasktest.RunServed(t, script.Specs(script.Options{}), services, "{"+tt.task+"}", "{}")
		var log []string
		for _, line := range got.Log {
			if text, ok := strings.CutPrefix(line, "info "); ok {
				log = append(log, text)
			}
		}
		if d := cmp.Diff(tt.log, strings.Join(log, "\n")); d != "" {
			t.Errorf("%s: (-want +got):\n%s%v", tt.name, d, got)
		}
		if d := cmp.Diff(tt.installs, commands.installs); d != "" {
			t.Errorf("%s: installs (-want +got):\n%s", tt.name, d)
		}
		if failed := strings.Contains(tt.task, "no-such"); failed != strings.Contains(got.Err, "the packages of the script cannot be installed") {
			t.Errorf("%s: %s", tt.name, got.Err)
		}
		if d := cmp.Diff(tt.kept, keptPackages(t, folder)); d != "" {
			t.Errorf("%s: kept (-want +got):\n%s", tt.name, d)
		}
	}
}

// keptPackages says how many environments there are.
func keptPackages(t *testing.T, folder string) string {
	t.Helper()
	var all []string
	for _, kind := range []string{"node", "python"} {
		found, err := filepath.Glob(filepath.Join(folder, "environments", kind+"-*.ready"))
		if err != nil {
			t.Fatal(err)
		}
		if len(found) > 0 {
			all = append(all, string(rune('0'+len(found)))+" "+kind)
		}
	}
	return strings.Join(all, ", ")
}
