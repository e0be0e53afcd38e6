package e2e

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// TestRequestOutlivesReloads reloads several times, at last without webhooks, while the body of a request is on its way.
func TestRequestOutlivesReloads(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, harness.Config{Sites: site, Files: map[string]string{
		"flows/echo.yaml":  echoFlow("echo", "key", waitsForOutputs),
		"other/other.yaml": echoFlow("other", "key", waitsForOutputs),
	}})
	const body = "0123456789"
	old := begin(t, s, webhook("echo", "key")+"?n=1", len(body))
	none := ":{$HTTP_PORT} {\n\trespond none\n}"
	for i, sites := range []string{site, strings.Replace(site, "flows", "other", 1), none, none, site} {
		if err := s.Reload(harness.Config{Sites: sites}); err != nil {
			t.Fatal(err)
		}
		old.send(body[2*i : 2*i+2])
		switch a := s.Fetch(t, "GET", webhook("echo", "key")+"?n=2", ""); sites {
		case site:
			want(t, "the same flows", a, 200, `{"n":"2","body":"no body"}`)
		case none:
			want(t, "no webhooks", a, 200, "none")
		default:
			want(t, "other flows", a, 404, notFound)
		}
	}
	want(t, "the old request", old.answer("POST"), 200, `{"n":"1","body":"0123456789"}`)
}

// TestValidateLeavesNothing has Caddy and the module check a configuration: nothing is written, and nothing stays.
func TestValidateLeavesNothing(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, harness.Config{Sites: site, Files: map[string]string{
		"flows/echo.yaml": echoFlow("echo", "key", waitsForOutputs),
		// The server's own configuration has Caddy make a certificate authority.
		"checked.caddyfile": "{\n\tkestra {\n\t\tflows flows\n\t}\n}\n" + site + "\n",
	}})
	if _, err := s.Stop(10 * time.Second); err != nil {
		t.Fatal(err)
	}
	before := files(t, s.Dir)
	for _, args := range [][]string{{"validate"}, {"adapt", "--validate"}, {"kestra", "validate"}, {"kestra", "urls"}} {
		command := s.Command(append(args, "--config", "checked.caddyfile", "--adapter", "caddyfile")...)
		command.WaitDelay = 10 * time.Second // for a process that holds its output open
		if out, err := command.CombinedOutput(); err != nil {
			t.Errorf("%q: %v\n%s", args, err, out)
		}
		if diff := cmp.Diff(before, files(t, s.Dir)); diff != "" {
			t.Errorf("%q changed files (-before +after):\n%s", args, diff)
		}
	}
}

// files returns the files and folders below a folder, with their sizes and times.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		found[path] = fmt.Sprint(info.Mode(), info.Size(), info.ModTime())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// exitLimit is how long the process may take to end, whatever is under way.
const exitLimit = 5 * time.Second

// waiting is a request whose answer is still to come.
type waiting struct {
	name   string
	answer chan harness.Answer
}

// wait sends a request to a slow flow and returns when that has begun.
func wait(t *testing.T, s *harness.Server, flow, name string) waiting {
	t.Helper()
	c := dial(t, s)
	c.send("GET " + webhook(flow, "key") + "?n=" + name + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
	w := waiting{name, make(chan harness.Answer, 1)}
	go func() {
		a, err := c.read("GET")
		if err != nil {
			a.Body = err.Error()
		}
		w.answer <- a
	}()
	harness.Eventually(t, time.Minute, name+" begins", func() bool {
		return len(logLines(t, s.Output(), func(l logLine) bool { return l.Msg == "begins "+name })) > 0
	})
	return w
}

// wantEnd fails the test unless a waiting request was told what becomes of it: it goes on at the next start, or it is to come again.
func (w waiting) wantEnd(t *testing.T, kept bool) {
	t.Helper()
	a := <-w.answer
	if kept {
		if a.Status != 202 || !strings.Contains(a.Body, `"current":"RUNNING"`) {
			t.Errorf("%s: %d %s", w.name, a.Status, a.Body)
		}
		return
	}
	want(t, w.name, a, 503, `{"message":"Service Unavailable: the server is stopping"}`)
	if a.Header.Get("Retry-After") != "5" {
		t.Errorf("%s: Retry-After %q", w.name, a.Header.Get("Retry-After"))
	}
}

// TestExitWhileRequestsWait ends the process while requests wait that began under three configurations, the last of which
// may have no webhooks any more, and while executions run that nobody waits for.
func TestExitWhileRequestsWait(t *testing.T) {
	t.Parallel()
	const none, memory = ":{$HTTP_PORT} {\n\trespond none\n}", "kestra {\n\tstore memory\n}\n"
	for _, tc := range []struct{ name, global, last string }{
		{"webhooks at last", "", site},
		{"no webhooks at last", "", none},
		{"in memory, webhooks at last", memory, site},
		{"in memory, no webhooks at last", memory, none},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := harness.Start(t, harness.Config{Global: tc.global, Sites: site, Files: map[string]string{
				"flows/slow.yaml":  slowFlow("slow", "key", waitsForOutputs, "waitTimeout: 10m\n"),
				"flows/start.yaml": slowFlow("start", "key"),
			}})
			first := wait(t, s, "slow", "first")
			if err := s.Reload(harness.Config{Global: tc.global, Sites: site}); err != nil {
				t.Fatal(err)
			}
			second := wait(t, s, "slow", "second")
			if a := s.Fetch(t, "GET", webhook("start", "key"), ""); a.Status != 200 {
				t.Errorf("%d %s", a.Status, a.Body)
			}
			if err := s.Reload(harness.Config{Global: tc.global, Sites: tc.last}); err != nil {
				t.Fatal(err)
			}
			requests := []waiting{first, second}
			if tc.last == site {
				requests = append(requests, wait(t, s, "slow", "third"))
			}
			for _, w := range requests {
				select {
				case a := <-w.answer:
					t.Fatalf("%s was answered before the end: %d %s", w.name, a.Status, a.Body)
				default:
				}
			}
			if took, err := s.Stop(exitLimit); err != nil {
				t.Errorf("after %s: %v", took, err)
			}
			for _, w := range requests {
				w.wantEnd(t, tc.global == "")
			}
		})
	}
}

// TestExitAnswersWhatEndsInTime has a request whose body is on its way when the process is told to end: it gets its usual
// answer.
func TestExitAnswersWhatEndsInTime(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, harness.Config{Sites: site, Files: map[string]string{"flows/echo.yaml": echoFlow("echo", "key", waitsForOutputs)}})
	early := begin(t, s, webhook("echo", "key")+"?n=1", 4)
	stopped := make(chan error, 1)
	go func() {
		_, err := s.Stop(exitLimit)
		stopped <- err
	}()
	harness.Eventually(t, time.Minute, "the end begins", func() bool { return strings.Contains(s.Output(), "servers shutting down") })
	early.send("body")
	want(t, "the request", early.answer("POST"), 200, `{"n":"1","body":"body"}`)
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

// TestExitDoesNotWaitForBodies ends the process while a body does not arrive: its sender is told to come again.
func TestExitDoesNotWaitForBodies(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, harness.Config{Sites: site, Files: map[string]string{"flows/echo.yaml": echoFlow("echo", "key", waitsForOutputs)}})
	stalled := begin(t, s, webhook("echo", "key")+"?n=1", 4)
	if took, err := s.Stop(exitLimit); err != nil {
		t.Errorf("after %s: %v", took, err)
	}
	a := stalled.answer("POST")
	want(t, "the request", a, 503, `{"message":"Service Unavailable: the server is stopping"}`)
	if a.Header.Get("Retry-After") != "5" {
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
}
