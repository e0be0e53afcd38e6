package caddymodule

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
)

// A folder for files that the configuration names is made when it starts, and one that cannot be made fails it then.
func TestFilesFolder(t *testing.T) {
	s := newServer(t)
	dir := t.TempDir()
	t.Setenv("KESTRA_TEST_FILES", dir)
	s.serve("kestra {\n files {env.KESTRA_TEST_FILES}/files\n }", "kestra_webhook")
	checkFilesIn(t, filepath.Join(dir, "files"))
	if info, err := os.Stat(filepath.Join(dir, "files")); err != nil || !info.IsDir() {
		t.Errorf("the folder: %v, %v", info, err)
	}

	blocked := filepath.Join(dir, "blocked")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.load("kestra {\n files "+blocked+"\n }", "kestra_webhook"); err == nil || !strings.Contains(err.Error(), "files folder: ") {
		t.Errorf("a folder that cannot be made: %v", err)
	}
	s.serve("kestra {\n store memory\n }", "kestra_webhook")
	checkFilesIn(t, filepath.Join(caddy.AppDataDir(), "kestra", "files"))
}

// checkFilesIn checks where the one engine that is in use has its files.
func checkFilesIn(t *testing.T, dir string) {
	t.Helper()
	if got := theEngine(t).options.Files; got != dir {
		t.Errorf("the engine in use has its files in %s, want %s", got, dir)
	}
}

// Files of namespaces are in folders named _files beside the flows of the app and of sites.
func TestNamespaceFiles(t *testing.T) {
	s := newServer(t)
	shared := writeFlows(t, map[string]string{"_files/company.team/a.txt": "of all", "_files/company.team/flow.yml": "id: ["})
	own := writeFlows(t, map[string]string{
		"f.yml":                     strings.Replace(webhookFlow("f", waitForOutputs), "{{ outputs.answer.value }}", "{{ read('a.txt') }} {{ read('b.txt') }}", 1),
		"_files/company.team/b.txt": "of a site",
	})
	s.serve("kestra {\n strict\n flows "+shared+"\n }", "kestra_webhook * "+own)
	s.get(webhookPath("f")).want(t, 200, `{"greeting":"of all of a site"}`)
}
