package e2e

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// TestSeedExamples calls every example of Kestra's pages, and the variant that one of them has in a comment, with every
// method and by both forms of the URL.
func TestSeedExamples(t *testing.T) {
	t.Parallel()
	files := seedFiles(t)
	// The optional line of the example, as a flow of its own.
	bare := strings.Replace(returnOutputsFlow, `# optional: responseContentType`, `responseContentType`, 1)
	files["flows/text.yaml"] = strings.Replace(bare, "id: webhook_return_outputs", "id: text", 1)
	s := harness.Start(t, harness.Config{Sites: site, Files: files})

	fired := map[string]string{} // execution to flow
	for _, form := range []string{shortForm, tenantForm} {
		for _, method := range []string{"GET", "POST", "PUT"} {
			maps.Copy(fired, callExamples(t, s, method, form))
		}
	}

	// Every execution that was accepted ran its task, and nothing else did.
	wantLog := map[string]string{}
	for id, flow := range fired {
		task := "log_hello_world"
		if flow == "trigger" {
			task = "hello"
		}
		wantLog[id] = fmt.Sprintf("info kestra %s %s", flow, task)
	}
	var got map[string]string
	harness.Eventually(t, 10*time.Second, "a log line of every execution", func() bool {
		got = map[string]string{}
		for _, l := range logLines(t, s.Output(), func(l logLine) bool { return l.Msg == "Hello World! 🚀" }) {
			got[l.Execution] += fmt.Sprintf("%s %s %s %s", l.Level, l.Logger, l.Flow, l.Task)
		}
		return len(got) >= len(wantLog)
	})
	if diff := cmp.Diff(wantLog, got); diff != "" || len(got) < 2*(2+3+3) {
		t.Errorf("log lines by execution (-want +got):\n%s", diff)
	}
}

// callExamples calls all examples with a method and by a form of the URL, and returns the executions of those that do not
// wait, and their flows.
func callExamples(t *testing.T, s *harness.Server, method, form string) map[string]string {
	t.Helper()
	fired := map[string]string{}
	by := " " + method + " " + form
	fetch := func(target, body string) harness.Answer {
		return s.Fetch(t, method, form+target, body, "Content-Type", "application/json", "X-Event", "test")
	}
	for _, flow := range []string{"webhook_flow", "trigger", "condition_based_webhook_flow"} {
		target, body := "company.team/"+flow+"/"+seedKey, `{"hello":"world","null":null}`
		a := fetch(target+"?name=Alice&name=Bob", body)
		if method == "GET" && flow == "condition_based_webhook_flow" { // it has no body
			want(t, flow+" without a body"+by, a, 204, "")
			continue
		}
		r := decode(t, a)
		if a.Status != 200 || a.Header.Get("Content-Type") != "application/json" || r.State.Current != "CREATED" || r.FlowID != flow {
			t.Errorf("%s%s: %d as %q: %s", flow, by, a.Status, a.Header.Get("Content-Type"), a.Body)
		}
		wantBody := body
		if method == "GET" {
			wantBody = ""
		}
		v := r.Trigger.Variables
		if string(v.Body) != wantBody || !cmp.Equal(v.Parameters, map[string][]string{"name": {"Alice", "Bob"}}) || !cmp.Equal(v.Headers["X-Event"], []string{"test"}) {
			t.Errorf("%s%s: trigger variables %s %v %v", flow, by, v.Body, v.Parameters, v.Headers)
		}
		fired[r.ID] = flow
	}

	for _, body := range []string{`{"hello":"mars"}`, `{"other":1}`, `["hello"]`, "hello", ""} {
		a := fetch("company.team/condition_based_webhook_flow/"+seedKey, body)
		want(t, "condition with "+body+by, a, 204, "")
	}

	const outputs = "company.team/webhook_return_outputs/" + seedKey
	a := fetch(outputs+"?name=Alice", "")
	want(t, "outputs"+by, a, 200, `{"greeting":"Hello Alice!"}`)
	if got := a.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("outputs%s have type %q", by, got)
	}
	want(t, "outputs without a name"+by, fetch(outputs, ""), 200, `{"greeting":"Hello world!"}`)
	a = fetch("company.team/text/"+seedKey+"?name=Alice", "")
	want(t, "text"+by, a, 200, "Hello Alice!")
	if got := a.Header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Errorf("text%s has type %q", by, got)
	}

	for _, target := range []string{
		"company.other/webhook_flow/" + seedKey, "company.team/other_flow/" + seedKey, "company.team/webhook_flow/other",
	} {
		want(t, target+by, fetch(target, ""), 404, notFound)
	}
	return fired
}
