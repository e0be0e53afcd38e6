package e2e

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// needs are the flows of testdata/inuse that do not load, with the plugins of Kestra whose tasks are not here. What is done takes lines
// away.
var needs = map[string]string{
	"agent-summary":   "ai",
	"agent-triage":    "ai",
	"chat-completion": "openai",
	"classify-ticket": "ai openai",
	"sync-flows":      "git", // SyncFlows, where Clone is here
}

// mayWarn are parts of warnings about what public flows do.
var mayWarn = []string{
	"`io.kestra.plugin.core.trigger.Schedule` never fires here",
	"is printed into what is run, so that the caller can run commands",
}

// uses are how many of 147 public flows with a webhook, counted in November 2026, have a text.
var uses = map[string]int{
	"core.log.Log": 50, "python.Script": 39, "http.Request": 33, "shell.Commands": 21, "core.flow.If": 21, "core.flow.WorkingDirectory": 16, "git.Clone": 13,
	"python.Commands": 13, "core.flow.Subflow": 12, "node.Script": 12, "SlackIncomingWebhook": 11, "AIAgent": 9, "openai.ChatCompletion": 7, "kv.Set": 7, "kv.Get": 7,
	"debug.Return": 7, "LocalFiles": 7, "docker.Build": 6, "execution.Fail": 5, "docker.Run": 5, "OutputValues": 5, "flow.Parallel": 5, "flow.Pause": 4,
	"flow.ForEach": 4, "scripts.Bash": 4, "MailSend": 3, "SyncFlows": 3, "ai.completion": 3, "flow.Switch": 3, "scripts.Node": 3,
	"\ninputs:": 93, "\nlabels:": 36, "\nerrors:": 30, "\nvariables:": 28, "\noutputs:": 24, "\npluginDefaults:": 7, "\nconcurrency:": 7,
	"retry:": 15, "allowFailure:": 15, "runIf:": 10, "namespaceFiles:": 13, "returnOutputs:": 12, "condition.Expression": 7, "trigger.Schedule": 22,
}

// TestFlowsInUseAreLikeThose counts the texts in our flows: none is off by two flows or more.
func TestFlowsInUseAreLikeThose(t *testing.T) {
	files, err := filepath.Glob("testdata/inuse/*.yml")
	if err != nil || len(files) != 40 {
		t.Fatalf("%d flows, %v", len(files), err)
	}
	counts := map[string]int{}
	for _, file := range files {
		flow, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for text := range uses {
			if strings.Contains(string(flow), text) {
				counts[text]++
			}
		}
	}
	for text, of147 := range uses {
		if off := counts[text]*147 - of147*40; off >= 2*147 || off <= -2*147 {
			t.Errorf("%d of 40 flows have %q, and %d of 147 do", counts[text], text, of147)
		}
	}
}

// TestFlowsInUse validates 40 flows that use tasks, properties and expressions about as often as public flows of Kestra with a webhook do:
// all load, with a runner that is named or in containers, but those that need a plugin which is not here, and those for no other reason.
func TestFlowsInUse(t *testing.T) {
	c := exec.Command(harness.Program(t, harness.Product), "kestra", "validate", "--config", "inuse.Caddyfile", "--adapter", "caddyfile", "--format", "json", "inuse")
	c.Dir = "testdata"
	out, err := c.Output()
	if ended := new(exec.ExitError); err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	var found struct {
		Flows    int
		Findings []struct{ Severity, Source, Path, Message string }
	}
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	plugin := regexp.MustCompile("^`io\\.kestra\\.plugin\\.([a-z]+)\\.[^`]*` is a type of Kestra's plugin ")
	got := map[string][]string{}
	for _, f := range found.Findings {
		name := strings.TrimSuffix(filepath.Base(f.Source), ".yml")
		missing := plugin.FindStringSubmatch(f.Message)
		switch {
		case f.Severity == "error" && missing != nil:
			got[name] = append(got[name], missing[1])
		case f.Severity == "warning" && slices.ContainsFunc(mayWarn, func(words string) bool { return strings.Contains(f.Message, words) }):
		case f.Severity == "note": // a key in a secret
		default:
			t.Errorf("%s: %s: %s: %s", name, f.Severity, f.Path, f.Message)
		}
	}
	joined := map[string]string{}
	for name, plugins := range got {
		slices.Sort(plugins)
		joined[name] = strings.Join(slices.Compact(plugins), " ")
	}
	if diff := cmp.Diff(needs, joined); diff != "" {
		t.Errorf("flows that do not load (-want +got):\n%s", diff)
	}
	if found.Flows != 40-len(needs) {
		t.Errorf("%d flows load, want %d", found.Flows, 40-len(needs))
	}
}

// TestFlowsInUseAllLoad validates the same flows for a server that may use Docker, and has a Kestra behind it: all 40 load, those of needs
// to be handed on.
func TestFlowsInUseAllLoad(t *testing.T) {
	flows, err := filepath.Abs(filepath.Join("testdata", "inuse"))
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), "Caddyfile")
	text := "{\n\tkestra {\n\t\tflows " + flows + "\n\t\tstore memory\n\t\tallow_commands\n\t\tdocker tcp://127.0.0.1:1\n\t\tupstream http://127.0.0.1:1\n\t}\n}\n:8080 {\n\tkestra_webhook\n}\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(harness.Program(t, harness.Product), "kestra", "validate", "--format", "json", "--config", config).Output()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	var found struct {
		Flows    int
		Findings []struct{ Severity, Source, Message string }
	}
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	handedOn := map[string]bool{}
	for _, f := range found.Findings {
		if f.Severity == "error" {
			t.Errorf("%s: %s", f.Source, f.Message)
		}
		if strings.Contains(f.Message, "the flow is handed on") {
			handedOn[strings.TrimSuffix(filepath.Base(f.Source), ".yml")] = true
		}
	}
	want := map[string]bool{}
	for name := range needs {
		want[name] = true
	}
	if diff := cmp.Diff(want, handedOn); diff != "" || found.Flows != 40 {
		t.Errorf("%d flows load; handed on (-want +got):\n%s", found.Flows, diff)
	}
}
