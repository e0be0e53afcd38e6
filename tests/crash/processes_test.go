package crash

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// TestTwoServers starts a second server on the file of one that runs: it says who has the file. When the first one has ended, or was
// killed, the next one takes over.
func TestTwoServers(t *testing.T) {
	c := newCounter(t)
	path := filepath.Join(t.TempDir(), "kestra", "kestra.db")
	impatient, patient := c.config("store sqlite "+path+" {\nlock_timeout 100ms\n}"), c.config("store sqlite "+path+" {\nlock_timeout 1m\n}")
	first := harness.Start(t, impatient)
	_, err := harness.StartIn(t, t.TempDir(), impatient)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("process %d ", first.PID())) || !strings.Contains(err.Error(), "two processes cannot share one store") {
		t.Errorf("error %v", err)
	}
	if got := first.Fetch(t, "POST", target, "{}"); got.Status != 200 {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	for _, end := range []func(s *harness.Server){
		func(s *harness.Server) {
			if _, err := s.Stop(20 * time.Second); err != nil {
				t.Error(err)
			}
		},
		(*harness.Server).Kill,
	} {
		dir := t.TempDir()
		next := make(chan *harness.Server)
		go func() {
			defer close(next)
			s, err := harness.StartIn(t, dir, patient)
			if err != nil {
				t.Error(err)
				return
			}
			next <- s
		}()
		harness.Eventually(t, 20*time.Second, "the next server waits", func() bool {
			text, _ := os.ReadFile(filepath.Join(dir, "output.log"))
			return strings.Contains(string(text), "waiting for it")
		})
		end(first)
		if first = <-next; first == nil {
			t.Fatal("the next server does not serve")
		}
		if got := first.Fetch(t, "POST", target, "{}"); got.Status != 200 {
			t.Errorf("the next server: %d %s", got.Status, got.Body)
		}
	}
	if got := c.n.Load(); got != 3 {
		t.Errorf("%d executions ran, want 3", got)
	}
}

// TestReloadToForeignFile lets a server that runs change to the file of another one: it goes on as it was.
func TestReloadToForeignFile(t *testing.T) {
	c := newCounter(t)
	dir := t.TempDir()
	own, foreign := filepath.Join(dir, "own", "kestra.db"), filepath.Join(dir, "foreign", "kestra.db")
	s := harness.Start(t, c.config("store sqlite "+own))
	harness.Start(t, c.config("store sqlite "+foreign))
	err := s.Reload(c.config("store sqlite " + foreign + " {\nlock_timeout 100ms\n}"))
	if err == nil || !strings.Contains(err.Error(), "two processes cannot share one store") {
		t.Errorf("error %v", err)
	}
	if got := s.Fetch(t, "POST", target, "{}"); got.Status != 200 || c.n.Load() != 1 {
		t.Errorf("after it: %d %s", got.Status, got.Body)
	}
}
