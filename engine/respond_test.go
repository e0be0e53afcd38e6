package engine

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/store/memory"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// TestRespond checks which requests are answered by `respond`, and that nothing is run for them.
func TestRespond(t *testing.T) {
	const trigger = `conditions: [{type: cel, expression: "body.run == true"}]
respond:
  - when: "{{ trigger.body.type == 'verify' }}"
    body: "{{ trigger.body.challenge }}"
  - when: "{{ (trigger.parameters.token ?? '') != '' }}"
    status: 202
    headers: {X-Flow: "{{ flow.id }}"}
    body: {token: "{{ trigger.parameters.token[0] }}"}
  - conditions: [{type: cel, expression: "body.ping == true && method == 'POST'"}]
    status: 204
  - when: "{{ trigger.body.type == 'verify' }}"
    body: never`
	const text = "text/plain; charset=utf-8"
	get := func(r *webhook.Request) { r.Method, r.ContentLength = http.MethodGet, 0 }
	token := func(r *webhook.Request) { r.RawQuery = "token=a%26b" }
	tests := []struct {
		name, body string
		change     []func(*webhook.Request)
		want       webhook.Response
		warnings   int // an answer whose `when` fails is not given
	}{
		{"the first", `{"type":"verify","challenge":"<b>"}`, nil, webhook.Response{Status: 200, ContentType: text, Body: []byte("<b>"), Outcome: webhook.OutcomeResponded}, 0},
		{
			"the second, by GET", "",
			[]func(*webhook.Request){get, token},
			webhook.Response{Status: 202, ContentType: "application/json", Body: []byte(`{"token":"a&b"}`), Header: http.Header{"X-Flow": {"f"}}, Outcome: webhook.OutcomeResponded},
			1,
		},
		{"the first of two", `{"type":"verify","challenge":"c"}`, []func(*webhook.Request){token}, webhook.Response{Status: 200, ContentType: text, Body: []byte("c"), Outcome: webhook.OutcomeResponded}, 0},
		{"the third, by CEL", `{"type":"ping","ping":true}`, nil, webhook.Response{Status: 204, Outcome: webhook.OutcomeResponded}, 0},
		{"none, and the conditions hold", `{"type":"event","ping":false,"run":true}`, nil, webhook.Response{Status: 200, ContentType: "application/json", Outcome: webhook.OutcomeFired}, 0},
		{"none, and they do not", `{"type":"event","ping":false,"run":false}`, nil, webhook.Response{Status: 204, Outcome: webhook.OutcomeUnmet}, 0},
		{"an answer that cannot be made", `{"type":"verify"}`, nil, webhook.Response{
			Status: 500, ContentType: "application/json", Body: []byte(`{"message":"Internal Server Error: the answer could not be made"}`), Outcome: webhook.OutcomeError,
		}, 1},
	}
	core, logs := observer.New(zap.WarnLevel)
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{Logger: zap.New(core), Conditions: []SiteCondition{{Expression: "!has(body.ping) || body.ping == false"}}}, webhookFlow("f", trigger))
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := number(t, e, "f")
			got := send(site, "f", test.body, test.change...)
			want := test.want
			want.Namespace, want.FlowID = "company.team", "f"
			if want.Outcome == webhook.OutcomeFired {
				want.ExecutionID, want.Body = got.ExecutionID, got.Body
				waitFor(t, e, got.ExecutionID)
				before++
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if n := number(t, e, "f"); n != before {
				t.Errorf("%d executions, want %d", n, before)
			}
			if lines := logs.TakeAll(); len(lines) != test.warnings {
				t.Errorf("the log says %v", lines)
			}
		})
	}
	if memory, places := e.admission.Used(); places != 0 {
		t.Errorf("%d bytes and %d places are left", memory, places)
	}
}

// TestRespondBeforeTheRest checks that a request which an answer is for needs no place, and is no delivery.
func TestRespondBeforeTheRest(t *testing.T) {
	g := newGate(t, t.Name())
	defer close(g.open)
	e := openEngine(t)
	e.Configure(Options{Capacity: 1})
	site := newSite(t, e, SiteOptions{}, taskFlow("blocks", "- {id: gate, type: test.Gate, gate: "+t.Name()+"}", ""),
		webhookFlow("f", "deduplicate: {key: same}\ninputsFrom: body\nrespond: [{when: \"{{ trigger.body.a is defined }}\", body: \"{{ trigger.body.a }}\"}]", "inputs: [{id: n, type: INT}]"))
	send(site, "blocks", "")
	for _, a := range []string{"1", "2"} {
		if r := send(site, "f", `{"a":"`+a+`"}`); r.Status != 200 || string(r.Body) != a || r.ExecutionID != "" || r.Replayed {
			t.Errorf("%s: answer is %+v", a, r)
		}
	}
	if r := send(site, "f", `{"n":1}`); r.Status != 503 {
		t.Errorf("what runs is answered with %d", r.Status)
	}
}

// TestRespondIsBounded checks that hostile requests and answers end within the limits of evaluations, and that what has no memory is 503.
func TestRespondIsBounded(t *testing.T) {
	const endless = "{% for a in range(0, 100000) %}{% for b in range(0, 100000) %}{{ b }}{% endfor %}{% endfor %}"
	core, logs := observer.New(zap.WarnLevel)
	e := openEngine(t)
	e.Configure(Options{MemoryLimit: 64 << 20})
	site := newSite(t, e, SiteOptions{Logger: zap.New(core)},
		webhookFlow("when", "respond: [{when: "+quoteYAML(endless)+"}]"),
		webhookFlow("body", "respond: [{when: \"{{ trigger.body.a == 1 }}\", body: "+quoteYAML(endless)+"}]"),
		webhookFlow("large", `respond: [{when: "{{ trigger.body.a == 1 }}", body: ["{{ trigger.body }}", "{{ trigger.body }}", "{{ trigger.body }}", "{{ trigger.body }}", "{{ trigger.body }}", "{{ trigger.body }}", "{{ trigger.body }}", "{{ trigger.body }}"]}]`))
	if r := send(site, "when", `{"a":1}`); r.Status != 200 || r.Outcome != webhook.OutcomeFired {
		t.Errorf("an endless `when`: %d, %s", r.Status, r.Outcome)
	}
	if r := send(site, "body", `{"a":1}`); r.Status != 500 || r.Outcome != webhook.OutcomeError {
		t.Errorf("an endless body: %d, %s", r.Status, r.Outcome)
	}
	if n := len(logs.TakeAll()); n != 2 {
		t.Errorf("%d warnings", n)
	}
	if r := send(site, "large", `{"a":1,"b":"`+strings.Repeat("x", 8<<20)+`"}`); r.Status != 503 || r.Outcome != webhook.OutcomeBusy {
		t.Errorf("a body of 64 MiB: %d, %s", r.Status, r.Outcome)
	}
	if n := len(logs.TakeAll()); n != 0 {
		t.Errorf("%d warnings about an answer that there is no memory for now", n)
	}
	if r := send(site, "large", `{"a":1}`); r.Status != 200 || string(r.Body) != `[{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1}]` {
		t.Errorf("a small body: %d, %s", r.Status, r.Body)
	}
}

// TestResponse checks the whole answers that flows describe, and that a delivery which comes again gets the same one, also when the
// process has ended in between and the flow is another one.
func TestResponse(t *testing.T) {
	const ret = "- {id: ret, type: io.kestra.plugin.core.debug.Return, format: \"{{ trigger.body.n }}\"}"
	const output = "outputs: [{id: o, type: STRING, value: \"{{ outputs.ret.value }}\"}]"
	const fails = "- {id: ret, type: io.kestra.plugin.core.execution.Fail}"
	const json, text, message = "application/json", "text/plain; charset=utf-8", `{"message":"Internal Server Error: the answer could not be made"}`
	tests := []struct {
		name, tasks, response string
		status                int
		contentType, body     string
		header                http.Header
		warnings              int
	}{
		{
			"of outputs", ret, `{status: "{{ outputs.ret.value }}", headers: {X-Id: "{{ flow.namespace }}"}, body: {o: "{{ execution.outputs.o }}", s: "{{ execution.state }}"}}`,
			418, json, `{"o":"418","s":"SUCCESS"}`,
			http.Header{"X-Id": {"company.team"}},
			0,
		},
		{"text", ret, `{body: "{{ outputs.ret.value }}!"}`, 200, text, "418!", nil, 0},
		{"no body", ret, `{status: 303, headers: {Location: /a}}`, 303, "", "", http.Header{"Location": {"/a"}}, 0},
		{"a failure", fails, `{body: "{{ execution.state }}"}`, 500, text, "FAILED", nil, 0},
		{"a failure with a status", fails, `{status: 200, body: "{{ execution.state }}"}`, 200, text, "FAILED", nil, 0},
		{"a status that is none", ret, `{status: "{{ outputs.ret.value }}0"}`, 500, json, message, nil, 1},
		{"a header that cannot be sent", ret, `{headers: {X-A: "a\n{{ outputs.ret.value }}"}}`, 500, json, message, nil, 1},
		{"a body that fails", ret, `{body: "{{ outputs.nope.value }}"}`, 500, json, message, nil, 1},
	}
	eachStore(t, func(t *testing.T, e *Engine, again func(*Engine) *Engine) {
		core, logs := observer.New(zap.WarnLevel)
		options := SiteOptions{Logger: zap.New(core)}
		var texts []string
		for i, test := range tests {
			texts = append(texts, taskFlow("f"+string(rune('a'+i)), test.tasks, byID+"wait: true\nresponse: "+test.response, map[bool]string{true: output}[test.tasks == ret]))
		}
		site := newSite(t, e, options, texts...)
		first := map[string]webhook.Response{}
		for i, test := range tests {
			id := "f" + string(rune('a'+i))
			r := send(site, id, `{"n":418}`, delivery("1"))
			want := webhook.Response{
				Status: test.status, ContentType: test.contentType, Header: test.header, Outcome: webhook.OutcomeEnded,
				ExecutionID: r.ExecutionID, Namespace: "company.team", FlowID: id,
			}
			if test.body != "" {
				want.Body = []byte(test.body)
			}
			if diff := cmp.Diff(want, r); diff != "" || r.ExecutionID == "" {
				t.Errorf("%s (-want +got):\n%s", test.name, diff)
			}
			if lines := slices.DeleteFunc(logs.TakeAll(), func(l observer.LoggedEntry) bool {
				return l.Message != "the answer of the trigger could not be made, so it is 500"
			}); len(lines) != test.warnings {
				t.Errorf("%s: the log says %v", test.name, lines)
			}
			first[id] = r
		}
		check := func(texts ...string) {
			site := newSite(t, e, options, texts...)
			for id, r := range first {
				checkAgain(t, r, send(site, id, `{"n":418}`, delivery("1")))
			}
		}
		check(texts...)
		var edited []string
		for i := range tests {
			edited = append(edited, taskFlow("f"+string(rune('a'+i)), ret, byID+"wait: true\nreturnOutputs: true"))
		}
		check(edited...)
		if again != nil {
			e = again(e)
			check(edited...)
		}
	})
}

// forgetfulStore keeps no flow.
type forgetfulStore struct{ *memory.Store }

func (forgetfulStore) Flow(context.Context, string, string, int) (execution.FlowSource, error) {
	return execution.FlowSource{}, execution.ErrNotFound
}

// TestResponseOfAForgottenFlow checks the answer to a delivery that comes again when nobody knows any more how it was answered.
func TestResponseOfAForgottenFlow(t *testing.T) {
	e, err := newEngine(t.Context(), StoreOptions{}, admission.New(admission.Limits{}), files.New(""), forgetfulStore{memory.New(memory.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, e)
	text := webhookFlow("f", byID+"wait: true\nresponse: {body: \"{{ outputs.ret.value }}\"}")
	if r := send(newSite(t, e, SiteOptions{}, text), "f", "{}", delivery("1")); r.Status != 200 || string(r.Body) != "f" {
		t.Errorf("at first the answer is %d %s", r.Status, r.Body)
	}
	r := send(newSite(t, e, SiteOptions{}, text+"# edited"), "f", "{}", delivery("1"))
	if r.Status != 200 || !r.Replayed || !strings.HasPrefix(string(r.Body), `{"message":"OK: the execution has ended`) {
		t.Errorf("then it is %d %s", r.Status, r.Body)
	}
}

// TestForbiddenHeaders checks that a header which a site does not allow switches off the trigger there, and nowhere else.
func TestForbiddenHeaders(t *testing.T) {
	e := openEngine(t)
	set := loadFlows(t, webhookFlow("f", "wait: true\nresponse: {headers: {Set-Cookie: a=b}}"), webhookFlow("ok", ""),
		webhookFlow("late", "wait: true\nresponse: {headers: {\"Set-{{ 'Cookie' }}\": a=b}}"))
	refusing, found := openSite(t, e, set, SiteOptions{})
	if err := found.Err(); err == nil || !strings.Contains(err.Error(), "Set-Cookie only where the site has `allow_response_headers Set-Cookie`: elsewhere this trigger is switched off") {
		t.Errorf("found %v", found)
	}
	allowing, found := openSite(t, e, set, SiteOptions{AllowHeaders: webhook.HeaderNames{"Set-Cookie"}})
	if err := found.Err(); err != nil {
		t.Error(err)
	}
	cookie := http.Header{"Set-Cookie": {"a=b"}}
	for _, test := range []struct {
		site   *Site
		id     string
		status int
		header http.Header
	}{{refusing, "f", 404, nil}, {refusing, "ok", 200, nil}, {refusing, "late", 500, nil}, {allowing, "f", 200, cookie}, {allowing, "ok", 200, nil}, {allowing, "late", 200, cookie}} {
		r := send(test.site, test.id, "{}")
		if r.Status != test.status || cmp.Diff(test.header, r.Header) != "" {
			t.Errorf("%s: %d %v, want %d %v", test.id, r.Status, r.Header, test.status, test.header)
		}
	}
	if refusing.Len() != 2 || allowing.Len() != 3 {
		t.Errorf("%d and %d URLs", refusing.Len(), allowing.Len())
	}
}
