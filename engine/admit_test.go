package engine

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// TestOrderOfChecks sends requests that fail two neighbouring checks at once: the earlier check answers.
func TestOrderOfChecks(t *testing.T) {
	malformed := func(r *webhook.Request) { r.Malformed, r.Target = true, webhook.Target{} }
	wrongMethod := func(r *webhook.Request) { r.Method = "DELETE" }
	wrongKey := func(r *webhook.Request) { r.Target.Key = "wrong" }
	tooLarge := func(r *webhook.Request) { r.ContentLength = 11 }
	handshake := func(r *webhook.Request) { askOrigin(r, "OPTIONS", "eventgrid.azure.net") }
	head := func(r *webhook.Request) { r.Method = "HEAD" }
	const responds = "respond: [{when: '{{ trigger.headers is defined }}', status: 201}]\n"
	tests := []struct {
		name           string
		flow           string
		exiting, full  bool
		request        []func(*webhook.Request)
		status         int
		outcome        webhook.Outcome
		read           bool // the body was read
		keyIsDisclosed bool // whether the answer tells whose flow it is, for the log
	}{
		{"malformed before stopping", "ok", true, false, []func(*webhook.Request){malformed}, 404, "malformed", false, false},
		{"stopping before the method", "ok", true, false, []func(*webhook.Request){wrongMethod}, 503, "stopping", false, true},
		{"stopping before the key", "ok", true, false, []func(*webhook.Request){wrongKey}, 503, "stopping", false, false},
		{"the method before the key", "ok", false, false, []func(*webhook.Request){wrongMethod, wrongKey}, 405, "method", false, false},
		{"the method before disabled", "disabled", false, false, []func(*webhook.Request){wrongMethod}, 405, "method", false, true},
		{"the key before disabled", "disabled", false, false, []func(*webhook.Request){wrongKey}, 404, "unknown", false, false},
		{"the key before capacity", "ok", false, true, []func(*webhook.Request){wrongKey}, 404, "unknown", false, false},
		{"the key before the length", "ok", false, false, []func(*webhook.Request){wrongKey, tooLarge}, 404, "unknown", false, false},
		{"stopping before a handshake", "ok", true, false, []func(*webhook.Request){handshake}, 503, "stopping", false, true},
		{"the method before a handshake", "ok", false, false, []func(*webhook.Request){handshake, wrongMethod}, 405, "method", false, true},
		{"the key before a handshake", "ok", false, false, []func(*webhook.Request){handshake, wrongKey}, 405, "method", false, false},
		{"disabled before a handshake", "disabled", false, false, []func(*webhook.Request){handshake}, 409, "disabled", false, true},
		{"a handshake before the length", "ok", false, false, []func(*webhook.Request){handshake, tooLarge}, 200, "handshake", false, true},
		{"a handshake before conditions", "unmet", false, false, []func(*webhook.Request){handshake}, 200, "handshake", false, true},
		{"a handshake before capacity", "ok", false, true, []func(*webhook.Request){handshake}, 200, "handshake", false, true},
		{"stopping before a probe", "probed", true, false, []func(*webhook.Request){head}, 503, "stopping", false, true},
		{"the key before a probe", "probed", false, false, []func(*webhook.Request){head, wrongKey}, 405, "method", false, false},
		{"disabled before a probe", "probedoff", false, false, []func(*webhook.Request){head}, 409, "disabled", false, true},
		{"a probe before the length, conditions and capacity", "probed", false, true, []func(*webhook.Request){head, tooLarge}, 200, "probe", false, true},
		{"the method before disabled, without probe", "disabled", false, false, []func(*webhook.Request){head}, 405, "method", false, true},
		{"an unknown flow", "nope", false, true, nil, 404, "unknown", false, false},
		{"disabled before capacity", "disabled", false, true, nil, 409, "disabled", false, true},
		{"the length before capacity", "ok", false, true, []func(*webhook.Request){tooLarge}, 413, "body", false, true},
		{"conditions before capacity", "unmet", false, true, nil, 204, "unmet", true, true},
		{"conditions before inputs", "unmetinputs", false, false, nil, 204, "unmet", true, true},
		{"the length before inputs", "badinputs", false, false, []func(*webhook.Request){tooLarge}, 413, "body", false, true},
		{"inputs before capacity", "badinputs", false, true, nil, 422, "inputs", true, true},
		{"inputs", "badinputs", false, false, nil, 422, "inputs", true, true},
		{"conditions before deduplication", "unmetonce", false, false, nil, 204, "unmet", true, true},
		{"allow before disabled", "elsewhere", false, false, nil, 404, "unknown", false, false},
		{"the method before allow", "elsewhere", false, false, []func(*webhook.Request){wrongMethod}, 405, "method", false, false},
		{"the length before the signature", "signed", false, false, []func(*webhook.Request){tooLarge}, 413, "body", false, true},
		{"the signature before respond, conditions and capacity", "signed", false, true, nil, 401, "unsigned", true, true},
		{"the length before respond", "responds", false, false, []func(*webhook.Request){tooLarge}, 413, "body", false, true},
		{"respond before conditions", "responds", false, false, nil, 201, "responded", true, true},
		{"respond before capacity", "responds", false, true, nil, 201, "responded", true, true},
		{"a handshake before respond", "responds", false, false, []func(*webhook.Request){handshake}, 200, "handshake", false, true},
		{"disabled before respond", "respondsnot", false, false, nil, 409, "disabled", false, true},
		{"capacity", "ok", false, true, nil, 503, "busy", true, true},
		{"the length before conditions", "unmet", false, false, []func(*webhook.Request){tooLarge}, 413, "body", false, true},
		{"conditions", "unmet", false, false, nil, 204, "unmet", true, true},
		{"nothing stands against it", "ok", false, false, nil, 200, "fired", true, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := openEngine(t)
			g := newGate(t, t.Name())
			site := newSite(t, e, SiteOptions{MaxBody: 10},
				webhookFlow("ok", ""), webhookFlow("disabled", "", "disabled: true"), webhookFlow("unmet", expressionCondition("false")),
				webhookFlow("probed", "probe: true\n"+expressionCondition("false")), webhookFlow("probedoff", "probe: true\ndisabled: true"),
				webhookFlow("badinputs", "inputsFrom: body", "inputs: [{id: a, type: INT}]"),
				webhookFlow("unmetonce", "deduplicate: {key: '{{ x.y }}'}\n"+expressionCondition("false")),
				webhookFlow("responds", responds+expressionCondition("false")), webhookFlow("respondsnot", responds+"disabled: true"),
				webhookFlow("elsewhere", "allow: [198.51.100.0/24]\ndisabled: true"), webhookFlow("signed", "signature: {header: X-Signature, secret: s3cret}\n"+responds+expressionCondition("false")),
				webhookFlow("unmetinputs", "inputsFrom: body\n"+expressionCondition("false"), "inputs: [{id: a, type: INT}]"),
				taskFlow("blocks", "- {id: gate, type: test.Gate, gate: "+quoteYAML(t.Name())+"}", ""))
			defer close(g.open)
			if test.full {
				e.Configure(Options{Capacity: 1})
				if r := send(site, "blocks", ""); r.Status != 200 {
					t.Fatalf("the first is answered with %d", r.Status)
				}
			}
			if test.exiting {
				e.Exit()
			}
			read := false
			watched := func(r *webhook.Request) {
				r.ReadBody = func(int64, webhook.Account) ([]byte, error) { read = true; return []byte("{}"), nil }
			}
			got := send(site, test.flow, "{}", append([]func(*webhook.Request){watched}, test.request...)...)
			if got.Status != test.status || got.Outcome != test.outcome {
				t.Errorf("answer is %d, %s, want %d, %s", got.Status, got.Outcome, test.status, test.outcome)
			}
			if read != test.read {
				t.Errorf("the body was read: %v", read)
			}
			if test.keyIsDisclosed && got.FlowID != test.flow || !test.keyIsDisclosed && got.FlowID+got.Namespace != "" {
				t.Errorf("the answer is of %s/%s", got.Namespace, got.FlowID)
			}
		})
	}
}

func TestEveryUnkeyedFailureIsTheSame(t *testing.T) {
	site := newSite(t, openEngine(t), SiteOptions{Namespaces: []string{"company.team"}, Environ: []string{}},
		webhookFlow("ok", ""), webhookFlow("disabled", "", "disabled: true"), webhookFlow("off", "disabled: true"),
		strings.Replace(webhookFlow("elsewhere", ""), "company.team", "other.team", 1))
	target := func(namespace, id, key string) func(*webhook.Request) {
		return func(r *webhook.Request) {
			r.Target = webhook.Target{Namespace: namespace, FlowID: id, Key: key}
		}
	}
	requests := map[string]func(*webhook.Request){
		"unknown namespace":            target("nope", "ok", "abc"),
		"unknown flow":                 target("company.team", "nope", "abc"),
		"wrong key":                    target("company.team", "ok", "nope"),
		"no key":                       target("company.team", "ok", ""),
		"wrong key, disabled flow":     target("company.team", "disabled", "nope"),
		"wrong key, disabled trigger":  target("company.team", "off", "nope"),
		"another namespace":            target("other.team", "elsewhere", "abc"),
		"key of another flow and case": target("company.team", "OK", "abc"),
		"wrong shape":                  func(r *webhook.Request) { r.Malformed = true },
	}
	for name, change := range requests {
		for _, method := range []string{"GET", "POST", "PUT"} {
			got := send(site, "ok", "{}", change, func(r *webhook.Request) { r.Method = method })
			got.Outcome = "" // for logs, not for the caller
			want := webhook.NotFound("")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", name, method, diff)
			}
		}
	}
}

// TestMethods: three methods fire, and the others start nothing. OPTIONS and HEAD with the right key have no body and tell what this
// trigger takes; without, nothing tells one trigger, or none, from another.
func TestMethods(t *testing.T) {
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{}, webhookFlow("ok", ""), webhookFlow("probed", "probe: true"), webhookFlow("never", "probe: false"))
	const fire, json = "GET, POST, PUT", "application/json"
	type answer struct {
		Status             int
		Allow, ContentType string
		Outcome            webhook.Outcome
	}
	refused, fired := answer{405, fire, json, "method"}, answer{200, "", json, "fired"}
	for _, test := range []struct {
		flow, key, method string
		want              answer
	}{
		{"ok", "abc", "GET", fired},
		{"ok", "abc", "POST", fired},
		{"probed", "abc", "PUT", fired},
		{"ok", "abc", "HEAD", answer{405, fire, "", "method"}},
		{"ok", "abc", "OPTIONS", answer{405, fire, "", "method"}},
		{"never", "abc", "HEAD", answer{405, fire, "", "method"}},
		{"probed", "abc", "HEAD", answer{200, "", "", "probe"}},
		{"probed", "abc", "OPTIONS", answer{405, fire + ", HEAD", "", "method"}},
		{"probed", "abc", "DELETE", answer{405, fire + ", HEAD", json, "method"}},
		{"probed", "abc", "head", answer{405, fire + ", HEAD", json, "method"}},
		{"probed", "no", "HEAD", refused},
		{"probed", "no", "OPTIONS", refused},
		{"nowhere", "abc", "HEAD", refused},
		{"ok", "abc", "DELETE", refused},
		{"ok", "abc", "PATCH", refused},
		{"ok", "abc", "TRACE", refused},
		{"ok", "abc", "get", refused},
		{"ok", "abc", "", refused},
	} {
		got := send(site, test.flow, "{}", func(r *webhook.Request) { r.Method, r.Target.Key = test.method, test.key })
		if diff := cmp.Diff(test.want, answer{got.Status, got.Allow, got.ContentType, got.Outcome}); diff != "" {
			t.Errorf("%s %s %q (-want +got):\n%s", test.flow, test.key, test.method, diff)
		}
		if (len(got.Body) > 0) != (got.ContentType != "") || (got.ExecutionID != "") != (got.Outcome == "fired") {
			t.Errorf("%s %s %q: %+v", test.flow, test.key, test.method, got)
		}
	}
	if all, _, err := e.List(t.Context(), execution.Query{}); err != nil || len(all) != 3 {
		t.Errorf("%d executions, want those of GET, POST and PUT: %v", len(all), err)
	}
}

// askOrigin makes a request one that asks whether a sender may send.
func askOrigin(r *webhook.Request, method, origin string) {
	r.Method, r.ContentLength = method, 0
	r.Header = http.Header{}
	r.Header.Set("WebHook-Request-Origin", origin)
	r.Header.Set("WebHook-Request-Rate", "120")
	r.Header.Set("WebHook-Request-Callback", "https://eventgrid.azure.net/confirm")
}

// TestHandshake: the right key alone consents, and starts nothing.
func TestHandshake(t *testing.T) {
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{}, webhookFlow("ok", ""))
	refused := webhook.MethodNotAllowed(nil, "")
	known := func(r webhook.Response) webhook.Response { // with the right key
		r.Namespace, r.FlowID = "company.team", "ok"
		return r
	}
	bare := known(webhook.Response{Status: 405, Allow: "GET, POST, PUT", Outcome: webhook.OutcomeMethod})
	consent := func(origin string) webhook.Response {
		return webhook.Response{
			Status: 200, Allow: "GET, POST, PUT", AllowedOrigin: origin, Outcome: webhook.OutcomeHandshake, Namespace: "company.team", FlowID: "ok",
		}
	}
	for _, test := range []struct {
		name, method, origin, key string
		want                      webhook.Response
	}{
		{"right key", "OPTIONS", "eventgrid.azure.net", "abc", consent("eventgrid.azure.net")},
		{"the key for an origin", "OPTIONS", "abc", "abc", consent("*")},
		{"wrong key", "OPTIONS", "eventgrid.azure.net", "abd", refused},
		{"no origin", "OPTIONS", "", "abc", bare},
		{"HEAD", "HEAD", "eventgrid.azure.net", "abc", bare},
		{"another case of OPTIONS", "options", "eventgrid.azure.net", "abc", known(refused)},
	} {
		got := send(site, "ok", "", func(r *webhook.Request) {
			askOrigin(r, test.method, test.origin)
			r.Target.Key = test.key
		})
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	if all, _, err := e.List(t.Context(), execution.Query{}); err != nil || len(all) != 0 {
		t.Errorf("executions: %v, %v", all, err)
	}
	if got := send(site, "ok", "{}", func(r *webhook.Request) { askOrigin(r, "POST", "eventgrid.azure.net") }); got.Outcome != webhook.OutcomeFired || got.AllowedOrigin != "" {
		t.Errorf("a delivery with the header is answered with %+v", got)
	}
}

func TestPassUnknown(t *testing.T) {
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{PassUnknown: true}, webhookFlow("ok", ""), webhookFlow("disabled", "", "disabled: true"))
	unread := func(r *webhook.Request) {
		r.ReadBody = func(int64, webhook.Account) ([]byte, error) { t.Error("the body was read"); return nil, nil }
	}
	passes := map[string]func(*webhook.Request){
		"wrong key":               func(r *webhook.Request) { r.Target.Key = "nope" },
		"unknown flow":            func(r *webhook.Request) { r.Target.FlowID = "nope" },
		"wrong key, other method": func(r *webhook.Request) { r.Target.Key, r.Method = "nope", "DELETE" },
		"wrong shape":             func(r *webhook.Request) { r.Malformed, r.Target = true, webhook.Target{} },
		"wrong key, handshake":    func(r *webhook.Request) { askOrigin(r, "OPTIONS", "x"); r.Target.Key = "nope" },
	}
	for name, change := range passes {
		if got := send(site, "ok", "{}", change, unread); !got.Unmatched || got.Status != 0 || got.Body != nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := send(site, "ok", "{}"); got.Unmatched || got.Status != 200 {
		t.Errorf("the right key: %+v", got)
	}
	if got := send(site, "ok", "{}", unread, func(r *webhook.Request) { r.Method = "DELETE" }); got.Unmatched || got.Status != 405 {
		t.Errorf("the right key, other method: %+v", got)
	}
	if got := send(site, "disabled", "{}", unread); got.Unmatched || got.Status != 409 {
		t.Errorf("disabled: %+v", got)
	}
	e.Exit()
	if got := send(site, "ok", "{}", unread, passes["wrong key"]); !got.Unmatched {
		t.Errorf("stopping: what is unknown does not pass: %+v", got)
	}
}

func TestServes(t *testing.T) {
	tests := []struct {
		patterns  string
		namespace string
		want      bool
	}{
		{"", "any.thing", true},
		{"a.b", "a.b", true},
		{"a.b", "a.b.c", false},
		{"a.b", "a", false},
		{"a.b", "A.b", false},
		{"a.b.*", "a.b", true},
		{"a.b.*", "a.b.c", true},
		{"a.b.*", "a.b.c.d", true},
		{"a.b.*", "a.bc", false},
		{"a.b.*", "a", false},
		{"x a.b", "a.b", true},
		{"x y.*", "a.b", false},
	}
	for _, test := range tests {
		if got := Serves(strings.Fields(test.patterns), test.namespace); got != test.want {
			t.Errorf("%q serves %q: %v", test.patterns, test.namespace, got)
		}
	}
}

func TestNamespaces(t *testing.T) {
	other := strings.Replace(webhookFlow("ok", ""), "company.team", "company.other", 1)
	e := openEngine(t)
	for _, test := range []struct {
		namespaces []string
		team, rest int
	}{
		{nil, 200, 200}, {[]string{"company.*"}, 200, 200}, {[]string{"company.team"}, 200, 404}, {[]string{"company.other"}, 404, 200}, {[]string{"company"}, 404, 404},
	} {
		site := newSite(t, e, SiteOptions{Namespaces: test.namespaces}, webhookFlow("ok", ""), other)
		team, rest := send(site, "ok", "{}"), send(site, "ok", "{}", func(r *webhook.Request) { r.Target.Namespace = "company.other" })
		if team.Status != test.team || rest.Status != test.rest {
			t.Errorf("%v: %d and %d, want %d and %d", test.namespaces, team.Status, rest.Status, test.team, test.rest)
		}
	}
}

func TestDisabled(t *testing.T) {
	site := newSite(t, openEngine(t), SiteOptions{}, webhookFlow("flow", "", "disabled: true"), webhookFlow("trigger", "disabled: true"))
	for _, what := range []string{"flow", "trigger"} {
		want := webhook.Disabled(what)
		want.Namespace, want.FlowID = "company.team", what
		if diff := cmp.Diff(want, send(site, what, "{}")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
}

func TestStopAfter(t *testing.T) {
	const fails = "- {id: fail, type: io.kestra.plugin.core.execution.Fail, condition: \"{{ trigger.body.fail }}\"}"
	text := taskFlow("f", fails, "wait: true\nstopAfter: [FAILED]") +
		"  - {id: second, type: " + webhook.Type + ", key: second, wait: true}\n"
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{}, text)
	second := func(r *webhook.Request) { r.Target.Key = "second" }

	if got := send(site, "f", `{"fail":true}`, second); got.Status != 500 {
		t.Fatalf("the second trigger: %d", got.Status)
	}
	if got := send(site, "f", `{"fail":false}`); got.Status != 200 {
		t.Fatalf("a success after another trigger's failure: %d", got.Status)
	}
	if got := send(site, "f", `{"fail":true}`); got.Status != 500 {
		t.Fatalf("the failure: %d", got.Status)
	}
	if got := send(site, "f", `{"fail":false}`); got.Status != 409 {
		t.Errorf("after a failure: %d", got.Status)
	}
	if got := send(site, "f", `{"fail":false}`, second); got.Status != 200 {
		t.Errorf("the second trigger after a failure of the first: %d", got.Status)
	}
	if got := send(newSite(t, e, SiteOptions{}, text), "f", `{"fail":false}`); got.Status != 409 {
		t.Errorf("after a reload: %d", got.Status)
	}
	if got := send(newSite(t, e, SiteOptions{}, text+"\n# changed\n"), "f", `{"fail":false}`); got.Status != 200 {
		t.Errorf("after a change of the flow: %d", got.Status)
	}
}

func TestStopAfterWithoutWait(t *testing.T) {
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{}, webhookFlow("f", "stopAfter: [SUCCESS]"))
	first := send(site, "f", "{}")
	waitFor(t, e, first.ExecutionID)
	if got := send(site, "f", "{}"); first.Status != 200 || got.Status != 409 {
		t.Errorf("first %d, second %d", first.Status, got.Status)
	}
}

func TestFlowsThatServeNothing(t *testing.T) {
	e := openEngine(t)
	text := "id: f\nnamespace: company.team\ntasks: [{id: t, type: io.kestra.plugin.core.log.Log, message: hi}]\n" +
		"triggers: [{id: s, type: io.kestra.plugin.core.trigger.Schedule, cron: '0 0 1 1 *'}]\n"
	site := newSite(t, e, SiteOptions{}, text)
	if got := send(site, "f", "{}"); got.Status != 404 || site.Len() != 0 {
		t.Errorf("%d, %d URLs", got.Status, site.Len())
	}
}

func TestBadFlowIsRefusedAlone(t *testing.T) {
	set, found := Core().Load([]*flow.Source{
		flow.NewSource("good", []byte(webhookFlow("good", ""))),
		flow.NewSource("bad", []byte(webhookFlow("bad", "keys: x"))),
	})
	site, _ := openSite(t, openEngine(t), set, SiteOptions{})
	if got := send(site, "good", "{}"); got.Status != 200 {
		t.Errorf("good: %d", got.Status)
	}
	if got := send(site, "bad", "{}"); got.Status != 404 {
		t.Errorf("bad: %d", got.Status)
	}
	if len(found.Errors()) != 1 || !strings.HasPrefix(found[0].Error(), "bad (inline flow, line ") {
		t.Errorf("findings are %v", found)
	}
}

func TestTypes(t *testing.T) {
	var types []string
	for _, spec := range Core().Types() {
		if spec.Compile != nil {
			types = append(types, fmt.Sprint(spec.Kind, " ", spec.Type))
		}
	}
	for _, want := range []string{
		"trigger " + webhook.Type, "condition cel", "condition io.kestra.plugin.core.condition.Expression",
		"task io.kestra.plugin.core.log.Log", "task io.kestra.plugin.core.debug.Return",
		"task io.kestra.plugin.core.execution.Fail", "task io.kestra.plugin.core.output.OutputValues",
	} {
		if !slices.Contains(types, want) {
			t.Errorf("there is no %s", want)
		}
	}
}
