package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// approvalFlow waits for somebody's answer, and fails unless it is yes.
const approvalFlow = `id: ask
namespace: company.team
tasks:
  - id: begin
    type: io.kestra.plugin.core.log.Log
    message: "{{ trigger.parameters.n[0] }} asks"
  - id: answer
    type: io.kestra.plugin.core.flow.Pause
    onResume:
      - {id: approved, type: BOOLEAN}
  - id: check
    type: io.kestra.plugin.core.execution.Fail
    condition: "{{ not outputs.answer.onResume.approved }}"
    errorMessage: somebody said no
triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: ` + seedKey + "\n"

// asking calls commands that ask a server.
type asking struct {
	t      *testing.T
	server *harness.Server
}

// start starts an execution and returns its id when it is paused.
func (a *asking) start(n string) string {
	a.t.Helper()
	id := decode(a.t, a.server.Fetch(a.t, "GET", webhook("ask", seedKey)+"?n="+n, "")).ID
	a.becomes(id, "PAUSED")
	return id
}

// becomes waits until an execution is in a state.
func (a *asking) becomes(id, state string) {
	a.t.Helper()
	harness.Eventually(a.t, time.Minute, id+" is "+state, func() bool {
		return strings.Contains(admin(a.t, a.server, "executions?state="+state), `"id":"`+id+`"`)
	})
	a.ask(`"id": "`+id+`"`, "executions", "--state", state, "--json")
}

// admin returns what a server's admin endpoint answers. Who asks until something holds asks it, not a command, which takes longer to start.
func admin(t *testing.T, s *harness.Server, path string) string {
	t.Helper()
	a := harness.Fetch(t, http.DefaultClient, "GET", fmt.Sprintf("http://127.0.0.1:%d/kestra/%s", s.AdminPort, path), "")
	if a.Status != 200 {
		t.Fatalf("%s: %d %s", path, a.Status, a.Body)
	}
	return a.Body
}

// ask calls a command that succeeds, and prints what matches pattern.
func (a *asking) ask(pattern string, args ...string) string {
	a.t.Helper()
	out, err := a.server.Command(append([]string{"kestra"}, args...)...).CombinedOutput()
	if err != nil || !regexp.MustCompile(pattern).Match(out) {
		a.t.Errorf("%v: %v\n%s\nwant %s", args, err, out, pattern)
	}
	return string(out)
}

// refused calls a command that fails, and says why.
func (a *asking) refused(pattern string, args ...string) {
	a.t.Helper()
	out, err := a.server.Command(append([]string{"kestra"}, args...)...).CombinedOutput()
	if err == nil || !regexp.MustCompile(pattern).Match(out) {
		a.t.Errorf("%v: %v\n%s\nwant %s", args, err, out, pattern)
	}
}

// TestCommandsAskServer has every command ask the built server, of which the Caddyfile beside says where it is.
func TestCommandsAskServer(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, harness.Config{
		Global: "\tkestra {\n\t\tstore sqlite\n\t}",
		Sites:  site,
		Files:  map[string]string{"flows/ask.yml": approvalFlow},
	})
	a := &asking{t, s}
	a.ask(`(?s)Store +sqlite .*Under way +0 of .*company\.team/ask +1 +\S*ask\.yml`, "status")

	first := a.start("first")
	a.ask(`(?s)`+first+`.*PAUSED.*Parameters +\{"n":\["first"\]\}.*begin +SUCCESS.*answer +PAUSED`, "show", first)
	a.refused("approved", "resume", first)
	a.ask("resumed "+first, "resume", first, "--input", "approved=false")
	a.refused(`(?s)INFO  begin: first asks\n.*ERROR check: somebody said no\n.*`+first+` ended in FAILED`, "logs", "-f", first)
	a.ask(`(?s)approved.*\nERRORS\n.*somebody said no`, "show", first)
	a.ask(`(?s)\{\n  "id": "`+first+`",.*"taskRunList": \[`, "show", first, "--json")
	a.refused("execution", "resume", first)

	second := strings.Fields(a.ask("replays "+first, "replay", "--failed", "--since", "1h"))[0]
	a.becomes(second, "PAUSED")
	a.ask("Replay of +"+first, "show", second)
	a.ask(`^ID[^\n]*\n$`, "replay", "--failed", "--since", "1h", "--dry-run")
	a.ask("resumed", "resume", second, "--data", `{"approved": true}`)
	a.ask("first asks", "logs", "-f", second)

	third := a.start("third")
	a.ask("killing "+third, "kill", third)
	a.refused("ended in KILLED", "logs", "-f", third)
	a.refused("execution", "kill", third)

	a.ask("disabled", "disable", "company.team/ask/webhook")
	if answer := s.Fetch(t, "GET", webhook("ask", seedKey), ""); answer.Status != 409 {
		t.Errorf("a trigger that is off answers %d", answer.Status)
	}
	a.ask(`company\.team/ask +webhook +Webhook +off\n`, "triggers")
	a.ask(`webhook \(switched off\)`, "urls", "--address", fmt.Sprintf("127.0.0.1:%d", s.AdminPort))
	a.ask("enabled", "enable", "company.team/ask/webhook")
	a.ask(`company\.team/ask +webhook +Webhook +on\n`, "triggers")
	a.refused("webhok", "enable", "company.team/ask/webhok")

	a.ask("wrote "+regexp.QuoteMeta(filepath.Join(s.Dir, "copy.db")), "backup", "copy.db")
	if info, err := os.Stat(filepath.Join(s.Dir, "copy.db")); err != nil || info.Size() == 0 {
		t.Error("no backup: ", err)
	}
	a.ask("would remove 3 executions", "purge", "--older-than", "0s", "--dry-run")
	a.ask("removed 1 execution,", "purge", "--older-than", "0s", "--state", "KILLED")
	a.refused("not found", "show", third)

	if err := os.WriteFile(filepath.Join(s.Dir, "flows", "ask.yml"), []byte(strings.Replace(approvalFlow, "tasks:", "tusks:", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	a.refused(`ask\.yml:3:1: error: .*tusks`, "reload")
	a.ask(`ask\.yml:3:1: error: .*tusks.*\(revision 1 goes on serving\)`, "status")
	a.start("more")
}
