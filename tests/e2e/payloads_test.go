package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/go-playground/webhooks/v6/github"
	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// delivery is a real payload, with the texts by which a flow can recognise it.
type delivery struct {
	name          string
	payload       []byte
	headers       []string
	event, action string
}

// modules whose test data are real payloads; they are read where the module cache has them.
const (
	githubModule = "github.com/go-playground/webhooks/v6"
	awsModule    = "github.com/aws/aws-lambda-go"
)

// payloads returns the JSON files in a folder of a module, by name without extension.
func payloads(t *testing.T, module, folder string) map[string][]byte {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		t.Fatalf("go list -m %s: %v", module, err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), folder, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]byte{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found[strings.TrimSuffix(filepath.Base(file), ".json")] = text
	}
	return found
}

// githubDeliveries are told apart by a header and, for most events, the member action.
func githubDeliveries(t *testing.T) []delivery {
	t.Helper()
	// The files are called as the events, but for these.
	events := map[string]github.Event{
		"repository-edited":          github.RepositoryEvent,
		"pull-request-issue-comment": github.IssueCommentEvent,
	}
	var all []delivery
	for name, payload := range payloads(t, githubModule, "testdata/github") {
		var p struct{ Action string }
		if err := json.Unmarshal(payload, &p); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		event, ok := events[name]
		if !ok {
			event = github.Event(strings.ReplaceAll(name, "-", "_"))
		}
		all = append(all, delivery{
			name: name, payload: payload, event: string(event), action: p.Action,
			headers: []string{"X-GitHub-Event", string(event), "User-Agent", "GitHub-Hookshot/044aadd", "Accept", "*/*"},
		})
	}
	return all
}

// eventBridgeDeliveries are told apart by the members detail-type and source.
func eventBridgeDeliveries(t *testing.T) []delivery {
	t.Helper()
	var all []delivery
	for name, payload := range payloads(t, awsModule, "events/testdata") {
		var e events.EventBridgeEvent
		if err := json.Unmarshal(payload, &e); err != nil || e.DetailType == "" {
			continue // an event of another shape
		}
		all = append(all, delivery{
			name: name, payload: payload, event: e.DetailType, action: e.Source,
			headers: []string{"User-Agent", "Amazon/EventBridge/ApiDestinations", "Range", "bytes=0-1048575"},
		})
	}
	return all
}

// sender is a service that sends deliveries, with the conditions that find out event and action. In them, BODY is the payload.
type sender struct {
	name                 string
	deliveries           func(*testing.T) []delivery
	atLeast              int
	pebble, pebbleAction string
	cel, celAction       string
}

var senders = []sender{
	{
		name: "github", deliveries: githubDeliveries, atLeast: 48,
		pebble: "trigger.headers['X-GitHub-Event'][0]", pebbleAction: "BODY.action ?? ''",
		cel: `headers.header("x-github-event")`, celAction: `BODY.?action.orValue("")`,
	},
	{
		name: "eventbridge", deliveries: eventBridgeDeliveries, atLeast: 16,
		pebble: "BODY['detail-type']", pebbleAction: "BODY.source",
		cel: `BODY["detail-type"]`, celAction: `BODY.source`,
	},
}

// encoding is how a payload is sent: as it is, or as the field payload of a form, which GitHub offers.
type encoding struct {
	name, contentType string
	encode            func([]byte) string
	pebble, cel       string // BODY
	received          func(webhookResponse) []byte
}

var encodings = []encoding{
	{
		name: "json", contentType: "application/json; charset=utf-8",
		encode: func(p []byte) string { return string(p) },
		pebble: "trigger.body", cel: "body",
		received: func(r webhookResponse) []byte { return r.Trigger.Variables.Body },
	},
	{
		name: "form", contentType: "application/x-www-form-urlencoded",
		encode: func(p []byte) string { return url.Values{"payload": {string(p)}}.Encode() },
		pebble: "fromJson(trigger.formFields.payload[0])", cel: "formFields.payload[0].parseJSON()",
		received: func(r webhookResponse) []byte { return []byte(r.Trigger.Variables.FormFields["payload"][0]) },
	},
}

// filteringFlow returns a flow that accepts payloads with the event and action in the parameters, and returns the payload.
func filteringFlow(id string, s sender, e encoding, language string) string {
	var conditions string
	body := func(text string) string {
		return strings.NewReplacer("BODY", map[string]string{"pebble": e.pebble, "cel": e.cel}[language]).Replace(text)
	}
	if language == "pebble" {
		conditions = fmt.Sprintf(`
      - type: io.kestra.plugin.core.condition.Expression
        expression: "{{ %s == trigger.parameters.event[0] }}"
      - type: io.kestra.plugin.core.condition.Expression
        expression: "{{ (%s) == trigger.parameters.action[0] }}"`, body(s.pebble), body(s.pebbleAction))
	} else {
		conditions = fmt.Sprintf(`
      - type: cel
        expression: '%s == parameters.event[0] && %s == parameters.action[0]'`, body(s.cel), body(s.celAction))
	}
	return fmt.Sprintf(`id: %s
namespace: company.team
tasks:
  - id: note
    type: io.kestra.plugin.core.log.Log
    message: received
outputs:
  - id: payload
    type: JSON
    value: "{{ %s }}"
triggers:
  - id: echo
    type: io.kestra.plugin.core.trigger.Webhook
    key: echo
    wait: true
    returnOutputs: true
    conditions:%s
  - id: start
    type: io.kestra.plugin.core.trigger.Webhook
    key: start
    conditions:%[3]s
`, id, e.pebble, conditions)
}

// TestRealPayloads sends payloads of GitHub and EventBridge. Each is accepted for its own event and action and for no other,
// comes back equal as an output of the flow, and stands equal in the answer to a caller who does not wait.
func TestRealPayloads(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for _, s := range senders {
		for _, e := range encodings {
			for _, language := range []string{"pebble", "cel"} {
				id := s.name + "_" + e.name + "_" + language
				files["flows/"+id+".yaml"] = filteringFlow(id, s, e, language)
			}
		}
	}
	server := harness.Start(t, harness.Config{Sites: site, Files: files})
	for _, s := range senders {
		all := s.deliveries(t)
		if len(all) < s.atLeast {
			t.Errorf("%s: %d payloads, want at least %d", s.name, len(all), s.atLeast)
		}
		for _, e := range encodings {
			t.Run(s.name+" "+e.name, func(t *testing.T) {
				t.Parallel()
				for _, language := range []string{"pebble", "cel"} {
					for _, d := range all {
						checkDelivery(t, server, s.name+"_"+e.name+"_"+language, e, d)
					}
				}
			})
		}
	}
}

func checkDelivery(t *testing.T, s *harness.Server, flow string, e encoding, d delivery) {
	t.Helper()
	what := flow + " " + d.name
	send := func(key, event, action string) harness.Answer {
		target := webhook(flow, key) + "?" + url.Values{"event": {event}, "action": {action}}.Encode()
		return s.Fetch(t, "POST", target, e.encode(d.payload), append(d.headers, "Content-Type", e.contentType)...)
	}
	a := send("echo", d.event, d.action)
	var outputs struct{ Payload json.RawMessage }
	if err := json.Unmarshal([]byte(a.Body), &outputs); a.Status != 200 || err != nil {
		t.Errorf("%s: %d, %v: %.200s", what, a.Status, err, a.Body)
		return
	}
	equalJSON(t, what+" as output", d.payload, outputs.Payload)

	a = send("start", d.event, d.action)
	if a.Status != 200 {
		t.Errorf("%s: %d: %.200s", what, a.Status, a.Body)
		return
	}
	equalJSON(t, what+" in the answer", d.payload, e.received(decode(t, a)))

	for _, other := range [][2]string{{"other", d.action}, {d.event, "other"}, {d.event, d.action + "x"}} {
		want(t, fmt.Sprintf("%s as %q", what, other), send("echo", other[0], other[1]), 204, "")
	}
}

// equalJSON fails the test unless two texts are the same JSON, numbers to the last digit.
func equalJSON(t *testing.T, what string, sent, got []byte) {
	t.Helper()
	parse := func(text []byte) (v any) {
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			t.Errorf("%s: %v: %.200s", what, err, text)
		}
		return v
	}
	if diff := cmp.Diff(parse(sent), parse(got)); diff != "" {
		t.Errorf("%s (-sent +got):\n%s", what, diff)
	}
}
