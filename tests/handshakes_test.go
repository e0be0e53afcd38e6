package tests

import (
	"bytes"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// TestHandshakes sends what the comments of some flows of flows.example say, and compares the answers with what the senders ask for.
func TestHandshakes(t *testing.T) {
	const text, json = "text/plain; charset=utf-8", "application/json"
	const fired = "" // an event: its flow runs
	type want struct {
		status    int
		typ, body string
	}
	started := want{200, json, fired}
	tests := map[string][]want{ // by flow, for each of its calls
		// https://docs.slack.dev/reference/events/url_verification
		"slack": {{200, text, "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}, started},
		// https://developers.facebook.com/docs/graph-api/webhooks/getting-started
		"meta": {{200, text, "1158201444"}, {403, "", ""}, started},
		// https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
		"msgraph": {{200, text, "Validation: Testing client"}, started},
		// https://developers.zoom.us/docs/api/webhooks; the HMAC is what openssl says
		"zoom": {{200, json, `{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"289bf3a92084337c0c5832ea1b43cd68c6d38fe73a8a87074a4c7312364cb58b"}`}, started},
		// https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema
		"eventgrid": {{200, json, `{"validationResponse":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6"}`}, started},
	}
	sources, err := flow.ReadDir("../flows.example")
	if err != nil {
		t.Fatal(err)
	}
	e, site, _ := serve(t, sources)
	for _, source := range sources {
		name := strings.TrimSuffix(source.Name[strings.LastIndexByte(source.Name, '/')+1:], ".yml")
		wants, ok := tests[name]
		if !ok {
			continue
		}
		delete(tests, name)
		calls := curls(string(source.YAML))
		if len(calls) != len(wants) {
			t.Errorf("%s: the comment shows %d calls, want %d", name, len(calls), len(wants))
			continue
		}
		for i, call := range calls {
			got, release := site.Webhook(t.Context(), call.request(t))
			got.Body = bytes.Clone(got.Body)
			release()
			if wants[i] == started {
				if got.Outcome != webhook.OutcomeFired {
					t.Errorf("%s: %v: %d, %s, %s", name, call, got.Status, got.Outcome, got.Body)
				} else if s, err := e.Wait(t.Context(), got.ExecutionID); err != nil || s.Status() != "SUCCESS" {
					t.Errorf("%s: %v: %v", name, call, err)
				}
				continue
			}
			if diff := cmp.Diff(wants[i], want{got.Status, got.ContentType, string(got.Body)}, cmp.AllowUnexported(want{})); diff != "" || got.Outcome != webhook.OutcomeResponded {
				t.Errorf("%s: %v: %s (-want +got):\n%s", name, call, got.Outcome, diff)
			}
		}
	}
	for name := range tests {
		t.Errorf("there is no %s", name)
	}
}

var yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)\n```$")

// TestAnswersManual loads the properties of triggers that docs/answers.md shows.
func TestAnswersManual(t *testing.T) {
	text, err := os.ReadFile("../docs/answers.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := yamlBlock.FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 2 {
		t.Fatalf("%d blocks", len(blocks))
	}
	for _, block := range blocks {
		flowText := "id: f\nnamespace: company.team\ntasks: [{id: check, type: io.kestra.plugin.core.debug.Return, format: new}]\ntriggers:\n" +
			"  - id: webhook\n    type: io.kestra.plugin.core.trigger.Webhook\n    key: 4wjtkzwVGBM9yKnjm3yv8r\n    " +
			strings.ReplaceAll(strings.TrimSpace(block[1]), "\n", "\n    ") + "\n"
		serve(t, []*flow.Source{flow.NewSource("docs/answers.md", []byte(flowText))})
	}
}

// TestAnswerExample checks the answers that a flow of flows.example describes.
func TestAnswerExample(t *testing.T) {
	sources, err := flow.ReadDir("../flows.example")
	if err != nil {
		t.Fatal(err)
	}
	_, site, _ := serve(t, sources)
	calls := 0
	for _, source := range sources {
		if !strings.HasSuffix(source.Name, "/answer.yml") {
			continue
		}
		for i, call := range curls(string(source.YAML)) {
			got, release := site.Webhook(t.Context(), call.request(t))
			status, body, header := 201, `{"name":"Ada","letters":3,"execution":"`+got.ExecutionID+`"}`, http.Header{"Location": {"/customers/3"}}
			if i == 1 {
				status, body, header = 422, `{"name":null,"letters":0,"execution":"`+got.ExecutionID+`"}`, nil
			}
			if got.Status != status || string(got.Body) != body || cmp.Diff(header, got.Header) != "" {
				t.Errorf("%v: %d %v %s", call, got.Status, got.Header, got.Body)
			}
			release()
			calls++
		}
	}
	if calls != 2 {
		t.Errorf("%d calls", calls)
	}
}
