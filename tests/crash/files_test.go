package crash

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// checkOutput checks that a server has said something, and the key never.
func checkOutput(t *testing.T, s *harness.Server, want string) {
	t.Helper()
	output := s.Output()
	if !strings.Contains(output, want) {
		t.Errorf("the server has not said %q", want)
	}
	if strings.Contains(output, key) {
		t.Error("the server has said the key")
	}
}

// TestFileRemoved removes the file of a server that runs. Nothing is accepted that nobody would find, until the server starts anew.
func TestFileRemoved(t *testing.T) {
	c := newCounter(t)
	dir, state := t.TempDir(), t.TempDir()
	path := filepath.Join(state, "kestra", "kestra.db")
	config := c.config("store sqlite " + path)
	s, err := harness.StartIn(t, dir, config)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Fetch(t, "POST", target, "{}"); got.Status != 200 {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got := s.Fetch(t, "POST", target, "{}"); got.Status != 503 || got.Header.Get("Retry-After") == "" {
		t.Errorf("without the file: %d %v %s", got.Status, got.Header, got.Body)
	}
	checkOutput(t, s, path+": the file was moved or removed")
	if _, err := s.Stop(20 * time.Second); err != nil {
		t.Error(err)
	}
	if s, err = harness.StartIn(t, dir, config); err != nil {
		t.Fatal(err)
	}
	if got := s.Fetch(t, "POST", target, "{}"); got.Status != 200 || c.n.Load() != 2 {
		t.Errorf("after a new start: %d %s; %d ran", got.Status, got.Body, c.n.Load())
	}
}

// TestFileDamaged starts a server on files that are none of its own.
func TestFileDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kestra.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := harness.StartIn(t, t.TempDir(), newCounter(t).config("store sqlite "+path))
	if err == nil || !strings.Contains(err.Error(), path+": the file is no database, or is damaged: move it away, or restore a backup") {
		t.Errorf("error %v", err)
	}
}
