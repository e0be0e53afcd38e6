package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

const adminFlows = `
	kestra {
		store sqlite {$DIR}/kestra.db
		flow <<FLOW
			id: fails
			namespace: company.team
			tasks:
			  - id: broken
			    type: io.kestra.plugin.core.execution.Fail
			    errorMessage: "no {{ trigger.body.what }}, {{ secret('TOKEN') }}"
			triggers:
			  - id: webhook
			    type: io.kestra.plugin.core.trigger.Webhook
			    key: key
			FLOW
		flow <<FLOW
			id: slow
			namespace: company.team
			tasks:
			  - id: first
			    type: io.kestra.plugin.core.log.Log
			    message: begun
			  - id: sleep
			    type: io.kestra.plugin.core.flow.Sleep
			    duration: PT11S
			  - id: last
			    type: io.kestra.plugin.core.log.Log
			    message: done
			triggers:
			  - id: webhook
			    type: io.kestra.plugin.core.trigger.Webhook
			    key: key
			FLOW
	}`

// TestAdmin sees and steers a server at its admin endpoint.
func TestAdmin(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, harness.Config{
		Global: adminFlows, Sites: "http://localhost {\nkestra_webhook\n}", Env: []string{"SECRET_TOKEN=aHVudGVyMjI="},
	})
	ask := func(method, path, body string) harness.Answer {
		return harness.Fetch(t, http.DefaultClient, method, fmt.Sprintf("http://127.0.0.1:%d/kestra/%s", s.AdminPort, path), body)
	}
	has := func(what string, a harness.Answer, status int, text string) {
		t.Helper()
		if a.Status != status || !strings.Contains(a.Body, text) {
			t.Errorf("%s: %d %q, want %d with %q", what, a.Status, a.Body, status, text)
		}
	}
	fire := func(flow, body string) (id string) {
		a := s.Fetch(t, "POST", "/api/v1/main/executions/webhook/company.team/"+flow+"/key", body, "X-Token", "hunter22", "Host", "localhost")
		if id = a.Header.Get("X-Kestra-Execution-Id"); a.Status != 200 || id == "" {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		return id
	}
	slow := fire("slow", "{}")
	failed := fire("fails", `{"what":"luck"}`)
	// To the end of the execution, which comes after the time in which Caddy's admin endpoint wants to have read a request.
	if a := ask("GET", "executions/"+slow+"/logs?follow=true&level=INFO", ""); !strings.Contains(a.Body, `"message":"begun"`) || !strings.Contains(a.Body, `"message":"done"`) {
		t.Errorf("followed: %d %s", a.Status, a.Body)
	}
	has("no filter", ask("GET", "executions?limit=1", ""), 200, `"id":"`+failed+`"`)
	has("failed ones", ask("GET", "executions?state=FAILED&since=1h", ""), 200, `"id":"`+failed+`"`)
	has("its log", ask("GET", "executions/"+failed+"/logs", ""), 200, `"message":"no luck, ******"`)
	shown := ask("GET", "executions/"+failed, "")
	has("the execution", shown, 200, `"body":{"what":"luck"}`)
	if strings.Contains(shown.Body, "hunter22") || !strings.Contains(shown.Body, `"X-Token":["******"]`) {
		t.Errorf("the secret is shown: %s", shown.Body)
	}
	var next struct{ ID string }
	if a := ask("POST", "executions/"+failed+"/replay", ""); json.Unmarshal([]byte(a.Body), &next) != nil || next.ID == "" {
		t.Errorf("replayed: %d %s", a.Status, a.Body)
	}
	has("the replay", ask("GET", "executions/"+next.ID, ""), 200, `"parentId":"`+failed+`"`)
	has("a trigger", ask("POST", "triggers/company.team/slow/webhook/disable", ""), 200, `"reason":"stored"`)
	has("its webhook", s.Fetch(t, "POST", "/api/v1/main/executions/webhook/company.team/slow/key", "{}", "Host", "localhost"), 409, "disabled trigger")
	has("the server", ask("GET", "status", ""), 200, `"kind":"sqlite"`)
	has("what has ended", ask("POST", "executions/"+slow+"/kill", ""), 409, "execution has ended")
	has("a foreign origin", harness.Fetch(t, http.DefaultClient, "GET", fmt.Sprintf("http://127.0.0.1:%d/kestra/status", s.AdminPort), "", "Origin", "http://example.com"), 403, "not allowed")
}
