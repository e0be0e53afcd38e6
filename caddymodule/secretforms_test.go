package caddymodule

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
)

// manySecrets are 100 secrets of different kinds, each with a part that is in no other text.
func manySecrets() map[string]string {
	all := make(map[string]string)
	for i := range 100 {
		text := [...]string{"zq%02dxk", "pa\"ss zq%02dxk/w+rd", "line zq%02dxk\nof 'two'", "YWJjZHpx%02dxa==", "żółć-zq%02dxk&<a>", `c:\zq%02dxk\n`}[i%6]
		all[fmt.Sprintf("n%02d", i)] = fmt.Sprintf(text, i)
	}
	return all
}

// TestSecretsAreHidden lets a flow print 100 secrets in all their forms, keep them, and fail with one, and looks for them wherever this
// module writes and answers. What the author returns is his.
func TestSecretsAreHidden(t *testing.T) {
	spans := exportedSpans(t)
	s := newAdminServer(t)
	f := edits{t, t.TempDir(), s}
	var messages, joined strings.Builder
	forms := map[string]bool{}
	secrets := manySecrets()
	for name, text := range secrets {
		f.write(name, text+"\n")
		for _, expression := range []string{"", " | base64encode", " | urlencode", " | toJson"} {
			fmt.Fprintf(&messages, "      - \"a {{ secret('%s')%s }} b\"\n", name, expression)
		}
		fmt.Fprintf(&messages, "      - \"{{ ('joe:' ~ secret('%s')) | base64encode }}\"\n", name)
		fmt.Fprintf(&joined, " {{ secret('%s') }},", name)
		quoted, _ := json.Marshal(text)
		for _, form := range []string{text, base64.StdEncoding.EncodeToString([]byte(text)), url.QueryEscape(text), string(quoted[1 : len(quoted)-1])} {
			forms[form] = true
		}
	}
	const constant = "constant-zq-secret"
	forms[constant] = true
	s.serve("kestra {\nsecrets dir "+f.dir+"\n}", "log\ntracing\nkestra_webhook * "+writeFlows(t, map[string]string{"many.yml": `
id: many
namespace: company.team
inputs:
  - {id: n, type: INT, defaults: 1}
tasks:
  - id: print
    type: io.kestra.plugin.core.log.Log
    message:
` + messages.String() + `
  - id: keep
    type: io.kestra.plugin.core.debug.Return
    format: "` + joined.String() + `"
  - id: fail
    type: io.kestra.plugin.core.execution.Fail
    errorMessage: "failed with {{ secret('n01') }}"
outputs:
  - {id: word, type: STRING, value: "{{ secret('n01') }}"}
triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: ` + key + `
    labels: {shown: "{{ secret('n02') }}"}
    signature: {header: X-Gitlab-Token, algorithm: PLAIN, secrets: ["{{ secret('n06') }}", ` + constant + `]}
    wait: true
    returnOutputs: true
  - id: refused
    type: io.kestra.plugin.core.trigger.Webhook
    key: ` + key + `-too
    inputs: {n: "{{ secret('n03') }}"}
`})+"\nkestra_api {\nunauthenticated\n}")
	for _, token := range []string{secrets["n06"], constant} {
		a := s.do(http.MethodPost, webhookPath("many"), `{}`, "X-Gitlab-Token", token, "X-Other", secrets["n00"])
		var out struct{ Word string }
		if err := json.Unmarshal([]byte(a.body), &out); err != nil || a.status != 500 || out.Word != secrets["n01"] {
			t.Fatalf("the author returns %d %s, %v", a.status, a.body, err)
		}
	}
	refused := s.get(webhookPath("many") + "-too?q=" + url.QueryEscape(secrets["n01"]))
	refused.want(t, 422, "n")
	s.accessLines(3)

	var found []struct{ ID string }
	list := s.ask(http.MethodGet, "executions", "")
	var page struct{ Results json.RawMessage }
	if err := json.Unmarshal([]byte(list.body), &page); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(page.Results, &found); err != nil || len(found) != 2 {
		t.Fatalf("%d executions, %v: %.300s", len(found), err, list.body)
	}
	metrics := new(strings.Builder)
	families, err := theApp(t).registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		fmt.Fprintln(metrics, family)
	}
	texts := map[string]string{
		"the log": s.log(), "the refusal": refused.body, "the list": list.body, "metrics": metrics.String(),
		"the API's list": s.get("/api/v1/main/executions/search").body, "the API's flow": s.get("/api/v1/main/flows/company.team/many?source=true").body,
	}
	for _, x := range found {
		texts["execution "+x.ID] = s.ask(http.MethodGet, "executions/"+x.ID, "").body
		texts["log of "+x.ID] = s.ask(http.MethodGet, "executions/"+x.ID+"/logs", "").body
		texts["the API's execution "+x.ID] = s.get("/api/v1/main/executions/" + x.ID).body
		texts["the API's log of "+x.ID] = s.get("/api/v1/main/logs/" + x.ID).body
	}
	if err := caddy.Stop(); err != nil { // it sends the spans that are left
		t.Fatal(err)
	}
	texts["the spans"] = spans()
	for _, part := range []string{"execution company.team/many", "task fail", "task print"} {
		if !strings.Contains(texts["the spans"], part) {
			t.Errorf("the spans have no %q", part)
		}
	}
	for what, text := range texts {
		if what != "metrics" && what != "the spans" && what != "the refusal" && what != "the API's flow" && !strings.Contains(text, "******") {
			t.Errorf("%s has no stars: %.300s", what, text)
		}
		for form := range forms {
			if at := strings.Index(text, form); at >= 0 {
				t.Errorf("%s has %q: …%.200s", what, form, text[max(0, at-80):])
				break
			}
		}
	}
}
