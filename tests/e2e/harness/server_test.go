package harness

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

// caddy is a Caddy without this module: the harness is tried with what is known to work.
const caddy = "tests/e2e/acmeca"

func TestServerServesReloadsAndStops(t *testing.T) {
	s := Start(t, Config{
		Program: caddy,
		Sites:   ":{$HTTP_PORT} {\n\tfile_server\n\troot {$DIR}/site\n\theader X-Greeting {$GREETING}\n}",
		Env:     []string{"GREETING=hello"},
		Files:   map[string]string{"site/a.txt": "from a file"},
	})
	if a := s.Fetch(t, "GET", "/a.txt", ""); a.Status != 200 || a.Body != "from a file" || a.Header.Get("X-Greeting") != "hello" {
		t.Errorf("answered %+v", a)
	}
	if err := s.Reload(Config{Sites: ":{$HTTP_PORT} {\n\trespond {method} 201\n}"}); err != nil {
		t.Fatal(err)
	}
	if n := s.listeners(); n != 1 && runtime.GOOS == "linux" {
		t.Errorf("%d sockets listen after a reload", n)
	}
	if a := s.Fetch(t, "PUT", "/", "body"); a.Status != 201 || a.Body != "PUT" {
		t.Errorf("after reload answered %+v", a)
	}
	if err := s.Reload(Config{Sites: ":{$HTTP_PORT} {\n\tno_such_directive\n}"}); err == nil || !strings.Contains(err.Error(), "no_such_directive") {
		t.Errorf("reload of a bad configuration: %v", err)
	}
	if !strings.Contains(s.Output(), `"serving initial configuration"`) {
		t.Errorf("output is not captured:\n%s", s.Output())
	}
	if _, err := s.Stop(endLimit); err != nil {
		t.Error(err)
	}
}

// TestServersEndWithTheTest starts a server in a test of its own and looks for it after that.
func TestServersEndWithTheTest(t *testing.T) {
	var s *Server
	t.Run("inner", func(t *testing.T) {
		s = Start(t, Config{Program: caddy, Sites: ":{$HTTP_PORT} {\n\trespond ok\n}"})
	})
	select {
	case <-s.Done():
	case <-time.After(endLimit):
		t.Error("the server outlived its test")
	}
}
