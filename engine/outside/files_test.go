package outside_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/outside"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

var origin = task.Origin{Namespace: "company.team", Flow: "f", Execution: "4Execution", Task: "a", Run: "5Run"}

// served returns a store with a folder of flows, in which namespaces have these files, by their paths.
func served(t *testing.T, contents map[string]string) *files.Store {
	t.Helper()
	dir := t.TempDir()
	for name, text := range contents {
		name = filepath.Join(dir, "flows", "_files", name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	store := files.New(filepath.Join(dir, "files"))
	store.Configure(files.Limits{}, files.Namespaces{Written: filepath.Join(dir, "namespaces"), Beside: []string{filepath.Join(dir, "flows")}})
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func render(t *testing.T, template string, vars *value.Map, store *files.Store) (string, error) {
	t.Helper()
	compiled, err := pebble.New(pebble.Options{Outside: outside.Names()}).Compile(template)
	if err != nil {
		t.Fatal(err)
	}
	return compiled.Render(&pebble.Context{Vars: vars, Outside: &outside.Functions{
		Context: t.Context(), Origin: origin, Services: &task.Services{Files: store},
	}})
}

func TestFileFunctions(t *testing.T) {
	store := served(t, map[string]string{
		"company.team/a.txt": "héllo", "company.team/sub/b c.sql": "select 1", "company.team/empty": "", "company/x.sh": "echo x", "company.team/raw": "a\xff\xfe\x00b",
	})
	f, err := store.Create(t.Context(), origin, "1.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.WriteString(f, "of the execution"); err != nil {
		t.Fatal(err)
	}
	uri, err := f.Commit()
	if err != nil {
		t.Fatal(err)
	}
	const gone = "kestra:///company/team/f/executions/4Execution/tasks/a/5Run/2.txt"
	vars := value.MapOf("uri", value.String(uri), "gone", value.String(gone)).Map()
	for template, want := range map[string]string{
		"{{ read(uri) }}":                                           "of the execution",
		"{{ read('a.txt') }} {{ read('/a.txt') }}":                  "héllo héllo",
		"{{ read('sub/b c.sql') }}":                                 "select 1",
		"{{ read(fileURI('sub/b c.sql')) }}":                        "select 1",
		"{{ read('x.sh', namespace='company') }}":                   "echo x",
		"{{ read('a.txt', 'company.team', 1) }}":                    "héllo",
		"{{ read('nsfile:///a.txt') }}":                             "héllo",
		"{{ read('nsfile://company/x.sh') }}":                       "echo x",
		"{{ read('raw') }}":                                         "a\ufffd\ufffd\x00b",
		"{{ fileURI('a.txt') }}":                                    "kestra:///company/team/_files/a.txt",
		"{{ fileURI('/sub/b c.sql', namespace='a.b', version=3) }}": "kestra:///a/b/_files/sub/b%20c.sql?version=3",
		"{{ fileSize(uri) }} {{ fileSize('a.txt') }}":               "16 6",
		"{{ fileSize('x.sh', namespace='company') }}":               "6",
		"{{ fileExists(uri) }} {{ fileExists(gone) }}":              "true false",
		"{{ fileExists('a.txt') }} {{ fileExists('b.txt') }}":       "true false",
		"{{ fileExists('a.txt', version=1) }}":                      "true",
		"{{ fileExists('a.txt', version=2) }}":                      "false",
		"{{ fileExists('a.txt', namespace='company') }}":            "false",
		"{{ isFileEmpty('empty') }} {{ isFileEmpty('a.txt') }}":     "true false",
		"{{ isFileEmpty(uri) }}":                                    "false",
		"{{ read('') }}":                                            "!file '/' was not found in namespace 'company.team'",
		"{{ read('nope.txt') }}":                                    "!file '/nope.txt' was not found in namespace 'company.team'",
		"{{ read('a.txt', namespace='company') }}":                  "!file '/a.txt' was not found in namespace 'company'",
		"{{ read('a.txt', version=2) }}":                            "!version 2 of file '/a.txt' was not found in namespace 'company.team'",
		"{{ read('a.txt', version=0) }}":                            "!the version of a file is a whole number of at least 1",
		"{{ read(gone) }}":                                          "!" + gone + ": file does not exist",
		"{{ fileSize(gone) }}":                                      "!" + gone + ": file does not exist",
		"{{ isFileEmpty('nope') }}":                                 "!file '/nope' was not found in namespace 'company.team'",
		"{{ read('kestra:///nope') }}":                              "!unable to read the file 'kestra:///nope' as it is not an execution file",
		"{{ fileExists('kestra:///t/kv_files/nope') }}":             "!unable to read the file 'kestra:///t/kv_files/nope' as it is not an execution file",
		"{{ read(null) }}":                                          "!the 'read' function expects an argument 'path' that is a path to a namespace file or an internal storage URI, not null",
		"{{ fileSize(5) }}":                                         "!the 'fileSize' function expects an argument 'path' that is a path to a namespace file or an internal storage URI, not integer",
		"{{ fileURI('') }}":                                         "!the 'fileURI' function expects an argument 'path' that is a path to a namespace file",
		"{{ read('file:///etc/hostname') }}":                        "!the path 'file:///etc/hostname' is not authorized: flows read no files of the server",
		"{{ read('http://127.0.0.1:1/x') }}":                        "!cannot process the URI http://127.0.0.1:1/x: scheme not supported",
		"{{ read('../../x') }}":                                     "!files are named by their full path, without '..'",
		"{{ fileURI('a/../b') }}":                                   "!files are named by their full path, without '..'",
		"{{ read('nsfile:///../x') }}":                              "!files are named by their full path, without '..'",
		"{{ read('nsfile:///%2e%2e/x') }}":                          "!\"nsfile:///%2e%2e/x\" is no URI of a file",
		"{{ read('a.txt', namespace='..') }}":                       "!\"kestra:///",
		"{{ read('a\\\\b') }}":                                      "!",
		"{{ read('sub') }}":                                         "!kestra:///company/team/_files/sub: not a regular file",
	} {
		got, err := render(t, template, vars, store)
		if refusal, refused := strings.CutPrefix(want, "!"); refused {
			if err == nil || !strings.HasPrefix(err.Error(), refusal) {
				t.Errorf("%s: %q, %v, want %s", template, got, err, refusal)
			}
		} else if got != want || err != nil {
			t.Errorf("%s: %q, %v, want %q", template, got, err, want)
		}
	}
}

// What is read counts like any text that an expression makes, and a file that is too large is not read at all.
func TestReadIsCharged(t *testing.T) {
	store := served(t, map[string]string{"company.team/large": strings.Repeat("x", 17<<20)})
	if _, err := render(t, "{{ read('large') | length }}", nil, store); err == nil || !strings.HasPrefix(err.Error(), "evaluation makes more than 16777216 bytes of text") {
		t.Errorf("a file of 17 MiB: %v", err)
	}
	if got, err := render(t, "{{ fileSize('large') }}", nil, store); got != "17825792" || err != nil {
		t.Errorf("its size: %s, %v", got, err)
	}
}
