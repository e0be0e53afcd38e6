package e2e

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// seeds holds the examples of Kestra's two pages on the webhook trigger: their lost indentation restored, nothing else
// changed.
//
//go:embed testdata/seeds
var seeds embed.FS

// seedKey is the key of all examples.
const seedKey = "4wjtkzwVGBM9yKnjm3yv8r"

// returnOutputsFlow is the example on returning outputs.
//
//go:embed testdata/seeds/webhook_return_outputs.yaml
var returnOutputsFlow string

// seedFiles returns the examples as files of a server.
func seedFiles(t *testing.T) map[string]string {
	t.Helper()
	entries, err := seeds.ReadDir("testdata/seeds")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		text, err := seeds.ReadFile(path.Join("testdata/seeds", e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files["flows/"+e.Name()] = string(text)
	}
	return files
}

// The beginnings of both forms of webhook URLs.
const (
	shortForm  = "/api/v1/executions/webhook/"
	tenantForm = "/api/v1/main/executions/webhook/"
)

// webhook returns the path of a flow's webhook in company.team; the key comes escaped.
func webhook(flow, key string) string { return shortForm + "company.team/" + flow + "/" + key }

// site serves the flows in the folder flows, and nothing else.
const site = ":{$HTTP_PORT} {\n\tkestra_webhook flows\n\trespond \"not a webhook\" 404\n}"

// echoFlow returns a flow in company.team that gives back the parameter n and the text of the body. Lines are further properties of
// its trigger, each with a line break.
func echoFlow(id, key string, lines ...string) string {
	return fmt.Sprintf(`id: %s
namespace: company.team
tasks:
  - id: echo
    type: io.kestra.plugin.core.debug.Return
    format: "{{ trigger.parameters.n[0] ?? 'none' }}"
outputs:
  - id: n
    type: STRING
    value: "{{ outputs.echo.value }}"
  - id: body
    type: STRING
    value: "{{ trigger.body ?? 'no body' }}"
triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: "%s"
%s`, id, key, indent(lines))
}

// The trigger's properties for an answer with the flow's outputs.
const waitsForOutputs = "wait: true\nreturnOutputs: true\n"

// slowFlow returns a flow in company.team that logs `begins`, with the parameter n, and then sleeps for a minute, a
// second a task. Lines are further properties of its trigger.
func slowFlow(id, key string, lines ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `id: %s
namespace: company.team
triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: "%s"
%stasks:
  - id: begin
    type: io.kestra.plugin.core.log.Log
    message: "begins {{ trigger.parameters.n[0] ?? 'unnamed' }}"
`, id, key, indent(lines))
	for i := range 60 {
		fmt.Fprintf(&b, "  - id: t%d\n    type: io.kestra.plugin.core.flow.Sleep\n    duration: PT1S\n", i)
	}
	return b.String()
}

func indent(texts []string) string {
	var b strings.Builder
	for _, text := range texts {
		for line := range strings.Lines(text) {
			b.WriteString("    " + line)
		}
	}
	return b.String()
}

// webhookResponse has the members of Kestra's WebhookResponse that tests look at.
type webhookResponse struct {
	ID, Namespace, FlowID string
	Trigger               struct {
		ID        string
		Variables struct {
			Body       json.RawMessage
			Headers    map[string][]string
			Parameters map[string][]string
			FormFields map[string][]string
		}
	}
	State struct{ Current string }
}

// decode reads an answer that must be a WebhookResponse.
func decode(t *testing.T, a harness.Answer) webhookResponse {
	t.Helper()
	var r webhookResponse
	if err := json.Unmarshal([]byte(a.Body), &r); err != nil || r.ID == "" {
		t.Fatalf("%d %s is no WebhookResponse: %v", a.Status, a.Body, err)
	}
	return r
}

// want fails the test unless an answer has this status and exactly this body.
func want(t *testing.T, what string, a harness.Answer, status int, body string) {
	t.Helper()
	if a.Status != status || a.Body != body {
		t.Errorf("%s: %d %q, want %d %q", what, a.Status, a.Body, status, body)
	}
}

// notFound is the one body of every failure that can be reached without the key.
const notFound = `{"message":"Not Found: Webhook not found"}`

// logLine is one line of a log in JSON.
type logLine struct {
	Level, Logger, Msg         string
	Execution, Flow, Task, URI string
	Outcome, Namespace         string
	Status                     int
}

// logLines returns the lines of a log for which keep holds.
func logLines(t *testing.T, log string, keep func(logLine) bool) []logLine {
	t.Helper()
	var found []logLine
	for text := range strings.Lines(log) {
		var line logLine
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			continue // the last line may be half written
		}
		if keep(line) {
			found = append(found, line)
		}
	}
	return found
}
