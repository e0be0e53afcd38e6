//go:build linux

package e2e

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

var (
	manyAtOnce = flag.Int("scripts", 60, "scripts that TestScripts runs at once")
	flood      = flag.Int("flood", 32, "`MiB` that a script of TestScripts prints without a line")
)

// scriptFlow runs a script of the shell that a file of the namespace has, named by the caller.
const scriptFlow = `id: script
namespace: company.team
tasks:
  - id: run
    type: io.kestra.plugin.scripts.shell.Commands
    namespaceFiles: {enabled: true}
    env:
      NAME: "{{ trigger.parameters.f[0] }}"
      DIR: "{{ trigger.parameters.d[0] }}"
      PASSWORD: "{{ secret('PASSWORD') }}"
    commands:
      - sh "$NAME.sh"
outputs:
  - id: vars
    type: JSON
    value: "{{ outputs.run.vars | toJson }}"
triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: 5LmTw8QxZr2NvKc7YsJb4h
    wait: true
    returnOutputs: true
`

// scripts are what it runs.
var scripts = map[string]string{
	"hello":  `echo '::{"outputs":{"a":1}}::'`,
	"leak":   `echo "it is $PASSWORD"; echo "$PASSWORD" >&2; printf '%s' "$PASSWORD" | base64`,
	"eat":    `head -c 2000000000 /dev/zero | tail | wc -c >&2`,
	"flood":  `head -c FLOOD /dev/zero; yes flooding | head -c 8388608`,
	"behind": `sleep 1000 & echo $! >>$DIR/pids`,
	"stay":   `trap '' TERM; echo $$ >>$DIR/stay; (setsid sh -c 'echo $$ >>$DIR/stay; exec sleep 1000' &); sleep 1000 & echo $! >>$DIR/stay; wait; wait`,
}

const scriptPath = "/api/v1/executions/webhook/company.team/script/5LmTw8QxZr2NvKc7YsJb4h"

// TestScripts runs scripts that do what they should not.
func TestScripts(t *testing.T) {
	files := map[string]string{"flows/script.yml": scriptFlow}
	for name, text := range scripts {
		files["flows/_files/company.team/"+name+".sh"] = strings.Replace(text, "FLOOD", strconv.Itoa(*flood<<20), 1)
	}
	c := harness.Config{Sites: scriptSites, Files: files, Env: []string{"SECRET_PASSWORD=" + "aHVudGVyMmh1bnRlcg==", harness.CollectAsUsual}}
	s := harness.Start(t, c)
	call := func(name string) harness.Answer {
		return s.Fetch(t, "POST", scriptPath+"?d="+s.Dir+"&f="+name, "{}")
	}
	if a := call("hello"); a.Status != 404 || !strings.Contains(s.Output(), "runs commands on this machine, which is off: write `allow_commands`") {
		t.Errorf("without allow_commands: %d %s\n%s", a.Status, a.Body, s.Output())
	}
	limits := fmt.Sprintf("{\n\t\tmemory 128MiB\n\t\tmax_parallel %d\n", *manyAtOnce)
	c.Global = "kestra {\n\t" + strings.Replace(harness.AllowCommands, "{\n", limits, 1) + "\n}"
	if err := s.Reload(c); err != nil {
		t.Fatal(err)
	}
	want(t, "allowed", call("hello"), 200, `{"vars":{"a":1}}`)
	if a := call("leak"); a.Status != 200 {
		t.Errorf("leak: %d %s", a.Status, a.Body)
	}
	if out := s.Output(); strings.Contains(out, "hunter2") || strings.Contains(out, "aHVudGVy") || !strings.Contains(out, "it is ******") {
		t.Error("a secret that a script prints is in the log")
	}
	if a := call("eat"); a.Status != 200 || strings.Contains(s.Output(), "2000000000") {
		t.Errorf("eat: %d %s", a.Status, a.Body)
	}
	before := s.PeakMemory(t)
	if a := call("flood"); a.Status != 200 || !strings.Contains(s.Output(), "the rest is not logged") {
		t.Errorf("flood: %d %s", a.Status, a.Body)
	}
	if grown := s.PeakMemory(t) - before; grown > 24<<20 { // of 40 MiB at least
		t.Errorf("reading what floods took %d bytes", grown)
	}
	manyScripts(t, s, call)
	go func() { // its answer never comes
		answer, err := http.Post(s.URL(scriptPath+"?d="+s.Dir+"&f=stay"), "application/json", strings.NewReader("{}"))
		if err == nil {
			answer.Body.Close()
		}
	}()
	harness.Eventually(t, time.Minute, "the script that stays", func() bool { return len(lines(filepath.Join(s.Dir, "stay"))) == 3 })
	s.Kill()
	awaitEnd(t, lines(filepath.Join(s.Dir, "stay")))
}

// manyScripts runs many at once, each of which leaves something behind.
func manyScripts(t *testing.T, s *harness.Server, call func(string) harness.Answer) {
	t.Helper()
	many := *manyAtOnce
	before := openFiles(t, s)
	var all sync.WaitGroup
	for range many {
		all.Go(func() {
			if a := call("behind"); a.Status != 200 {
				t.Errorf("one of many: %d %s", a.Status, a.Body)
			}
		})
	}
	all.Wait()
	pids := lines(filepath.Join(s.Dir, "pids"))
	if len(pids) != many {
		t.Errorf("%d scripts have begun something", len(pids))
	}
	awaitEnd(t, pids)
	harness.Eventually(t, time.Minute, "descriptors to be closed", func() bool { return openFiles(t, s) <= before+many/10 }) // connections that are kept
	harness.Eventually(t, time.Minute, "folders to be removed", func() bool {
		left, err := filepath.Glob(filepath.Join(s.Dir, "*", "*", "kestra", "files", "*", "*", "*", "*", "directories", "*"))
		return err == nil && len(left) == 0
	})
}

func openFiles(t *testing.T, s *harness.Server) int {
	t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.PID()))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range entries { // those of connections are the client's matter
		if to, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", s.PID(), e.Name())); !strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}

// awaitEnd waits until processes have ended.
func awaitEnd(t *testing.T, pids []string) {
	t.Helper()
	harness.Eventually(t, time.Minute, "processes to end", func() bool {
		for _, pid := range pids {
			status, err := os.ReadFile("/proc/" + pid + "/stat")
			if _, state, _ := strings.Cut(string(status), ") "); err == nil && !strings.HasPrefix(state, "Z") && !strings.HasPrefix(state, "X") {
				return false
			}
		}
		return true
	})
}

func lines(file string) []string {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	return strings.Fields(string(text))
}

// TestScriptsAsRoot refuses a configuration in which scripts would be root's, and one whose user cannot get to its folder.
func TestScriptsAsRoot(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the server is not root's")
	}
	for option, wanted := range map[string]string{
		"allow_commands": "the server runs as root, and so would the commands of flows: write `run_as <user>`",
		"allow_commands {\n\t\trun_as no-such-user-here\n\t}":            `there is no user \"no-such-user-here\" on this machine`,
		"files {$DIR}/files\n\tallow_commands {\n\t\trun_as nobody\n\t}": "user nobody cannot get into",
	} {
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		s, err := harness.StartIn(t, dir, harness.Config{Global: "kestra {\n\t" + option + "\n}", Sites: scriptSites, Files: map[string]string{"flows/script.yml": scriptFlow}})
		if err == nil {
			s.Kill()
			t.Errorf("%s: it starts", option)
			continue
		}
		if !strings.Contains(err.Error(), wanted) {
			t.Errorf("%s: %v, want %s", option, err, wanted)
		}
	}
}
