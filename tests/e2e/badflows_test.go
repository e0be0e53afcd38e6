package e2e

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// innards returns a text of Go or of the inside of the program, which its users must not see, that a text holds; "": it holds none.
func innards(text string) string {
	for _, of := range []string{
		"goroutine ", "runtime error", "panic:", ".go:", "invalid character", "unexpected EOF", "strconv.", "json: ", "yaml: line", "0xc000", "%!", "<nil>",
	} {
		if strings.Contains(text, of) {
			return of
		}
	}
	return ""
}

// badFlow is the text of a flow that does not load, and what the log must say of it: place and reason.
type badFlow struct{ name, text, finding string }

// oneTask is what every flow needs.
const oneTask = "tasks:\n  - id: a\n    type: io.kestra.plugin.core.log.Log\n    message: x\n"

func badFlows() []badFlow {
	trigger := "triggers:\n  - id: webhook\n    type: io.kestra.plugin.core.trigger.Webhook\n    key: bad-flow-key\n"
	flow := func(id, rest string) string { return "id: " + id + "\nnamespace: company.team\n" + rest }
	return []badFlow{
		{"long_key", flow("long_key", oneTask+strings.Replace(trigger, "bad-flow-key", strings.Repeat("k", 257), 1)), `long_key.yaml:10:10: triggers[0].key: may have 256 characters at most`},
		{"task_type", flow("task_type", strings.Replace(oneTask, "log.Log", "log.Lgo", 1)+trigger), "task_type.yaml:5:11: tasks[0].type: unknown task type `io.kestra.plugin.core.log.Lgo`; did you mean `io.kestra.plugin.core.log.Log`?"},
		{"property", flow("property", strings.Replace(oneTask, "message", "mesage", 1)+trigger), "property.yaml:6:5: tasks[0]: unknown member `mesage`; did you mean `message`?"},
		{"member", flow("member", oneTask+"triggres: []\n"+trigger), "member.yaml:7:1: unknown member `triggres`; did you mean `triggers`?"},
		{"task_ids", flow("task_ids", oneTask+strings.TrimPrefix(oneTask, "tasks:\n")+trigger), "task_ids.yaml:7:9: tasks[1].id: duplicate task id `a`, first at line 4"},
		{"trigger_ids", flow("trigger_ids", oneTask+trigger+strings.TrimPrefix(trigger, "triggers:\n")), "trigger_ids.yaml:11:5: triggers[1].id: duplicate trigger id `webhook`, first at line 8"},
		{"yaml_keys", flow("yaml_keys", oneTask+oneTask+trigger), "yaml_keys.yaml:7:1: duplicate key `tasks`, first at line 3"},
		{"tabs", flow("tabs", strings.ReplaceAll(oneTask, "    ", "\t")+trigger), `tabs.yaml:5:1: a tab cannot indent in YAML`},
		{"empty", "", `empty.yaml: the text is empty`},
		{"comment", "# nothing here\n", `comment.yaml: the text is empty`},
		{"binary", "\x00\xff\xfe\x01", `binary.yaml:1:2: the text is not UTF-8`},
	}
}

// TestBadFlowsAreRefusedAlone puts flows that do not load beside one that does: the log names place and reason, their
// URLs are unknown, and the good one serves. With strict, all reasons together are an error of the configuration.
func TestBadFlowsAreRefusedAlone(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"flows/good.yaml": echoFlow("good", "good-key", waitsForOutputs),
		// Keys that cannot be used switch off their trigger alone.
		"flows/keys.yaml": strings.ReplaceAll(echoFlow("keys", strings.Repeat("k", 256), waitsForOutputs), "- id: webhook\n", "- id: longest\n") +
			"  - {id: secret, type: io.kestra.plugin.core.trigger.Webhook, key: \"{{ secret('NOT_THERE') }}\"}\n" +
			"  - {id: variable, type: io.kestra.plugin.core.trigger.Webhook, key: \"{{ vars.not_there }}\"}\n" +
			"  - {id: blank, type: io.kestra.plugin.core.trigger.Webhook, key: \"{{ ' ' }}\"}\n",
	}
	for _, bad := range badFlows() {
		files["flows/"+bad.name+".yaml"] = bad.text
	}
	s := harness.Start(t, harness.Config{Sites: site, Files: files})

	findings := []string{
		`keys.yaml:20:68: triggers[1].key: cannot be rendered: there is no secret 'NOT_THERE'; this trigger is switched off`,
		`keys.yaml:21:70: triggers[2].key: cannot be rendered: there is no ` + "`vars`",
		`keys.yaml:22:67: triggers[3].key: is empty; this trigger is switched off`,
	}
	for _, bad := range badFlows() {
		findings = append(findings, bad.finding)
	}
	found := logLines(t, s.Output(), func(l logLine) bool { return l.Level == "error" })
	log := ""
	for _, l := range found {
		log += l.Msg + "\n"
	}
	for _, finding := range findings {
		if !strings.Contains(log, filepath.Join(s.Dir, "flows")+"/"+finding) {
			t.Errorf("the log does not say %q", finding)
		}
	}
	if at := innards(s.Output()); at != "" {
		t.Errorf("the log says %q", at)
	}
	if t.Failed() {
		t.Logf("errors:\n%s", log)
	}

	for _, bad := range badFlows() {
		for _, key := range []string{"bad-flow-key", strings.Repeat("k", 257)} {
			want(t, bad.name, s.Fetch(t, "GET", webhook(bad.name, key), ""), 404, notFound)
		}
	}
	for _, key := range []string{"%20", "%7B%7B%20vars.not_there%20%7D%7D", "null", "not_there"} {
		want(t, "unusable key "+key, s.Fetch(t, "GET", webhook("keys", key), ""), 404, notFound)
	}
	want(t, "good", s.Fetch(t, "GET", webhook("good", "good-key")+"?n=1", ""), 200, `{"n":"1","body":"no body"}`)
	want(t, "longest key", s.Fetch(t, "GET", webhook("keys", strings.Repeat("k", 256))+"?n=2", ""), 200, `{"n":"2","body":"no body"}`)

	// A server that runs keeps what it has when a strict configuration is refused.
	err := s.Reload(harness.Config{Global: "\tkestra {\n\t\tstrict\n\t}\n", Sites: site})
	if err == nil {
		t.Fatal("strict loads bad flows")
	}
	for _, bad := range badFlows() {
		if !strings.Contains(err.Error(), bad.name+".yaml") {
			t.Errorf("strict: the error does not name %s.yaml", bad.name)
		}
	}
	want(t, "good after a refused reload", s.Fetch(t, "GET", webhook("good", "good-key")+"?n=3", ""), 200, `{"n":"3","body":"no body"}`)
}

// TestRefusedConfigurations has configurations with errors that keep a server from starting.
func TestRefusedConfigurations(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, harness.Config{Sites: site, Files: map[string]string{
		"flows/good.yaml":   echoFlow("good", "good-key", waitsForOutputs),
		"flows/a/same.yaml": echoFlow("same", "same-key"),
		"other/same.yml":    echoFlow("same", "same-key"),
	}})
	for _, tt := range []struct{ name, sites, reason string }{
		{"missing directory", ":{$HTTP_PORT} {\n\tkestra_webhook nowhere\n}", "flow directory " + filepath.Join(s.Dir, "nowhere") + ": no such file or directory"},
		{"missing directory in the block", ":{$HTTP_PORT} {\n\tkestra_webhook flows {\n\t\tflows a/b\n\t}\n}", "flow directory " + filepath.Join(s.Dir, "a", "b") + ": no such file or directory"},
		{"one flow in two places", ":{$HTTP_PORT} {\n\tkestra_webhook flows other\n}", "flow company.team/same is already defined at"},
		{"condition", ":{$HTTP_PORT} {\n\tkestra_webhook flows {\n\t\tcondition `nope == 1`\n\t}\n}", "undeclared reference to 'nope'"},
	} {
		err := s.Reload(harness.Config{Sites: tt.sites})
		if err == nil {
			t.Errorf("%s: is loaded", tt.name)
			continue
		}
		if !strings.Contains(err.Error(), tt.reason) || innards(err.Error()) != "" {
			t.Errorf("%s: error %v\nwant %s", tt.name, err, tt.reason)
		}
		out, err := s.Command("validate", "--config", "Caddyfile").CombinedOutput()
		if e := new(exec.ExitError); !errors.As(err, &e) || e.ExitCode() != 1 || !strings.Contains(string(out), tt.reason) {
			t.Errorf("%s: validate: %v\n%s", tt.name, err, out)
		}
		want(t, "after "+tt.name, s.Fetch(t, "GET", webhook("good", "good-key")+"?n=1", ""), 200, `{"n":"1","body":"no body"}`)
	}
}
