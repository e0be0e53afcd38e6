package caddymodule

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// seen shows all placeholders, in this order: outcome, namespace, flow, execution_id. An id is shown as (id).
const seen = "{http.kestra_webhook.outcome}|{http.kestra_webhook.namespace}|{http.kestra_webhook.flow}|{http.kestra_webhook.execution_id}"

var anyID = regexp.MustCompile(`[0-9A-Za-z]{21,22}$`)

// notReached are the outcomes that no request of TestPlaceholders has: the store cannot be made to fail from here, and no fault of
// this program is known that is answered with 500.
var notReached = []webhook.Outcome{webhook.OutcomeUnstored, webhook.OutcomeFailed}

// TestPlaceholders reads all four placeholders after each outcome, where handlers around this one and the access log do.
func TestPlaceholders(t *testing.T) {
	leave := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-leave }))
	defer slow.Close()
	open := sync.OnceFunc(func() { close(leave) })
	defer open()
	condition := func(cel string) string {
		return "    conditions:\n      - {type: cel, expression: " + strconv.Quote(cel) + "}\n"
	}
	flows := writeFlows(t, map[string]string{
		"fire.yml":     webhookFlow("fire", "    probe: true\n"),
		"wait.yml":     webhookFlow("wait", waitForOutputs),
		"late.yml":     strings.Replace(webhookFlow("late", waitForOutputs+"    waitTimeout: PT0.001S\n"), "tasks:\n", "tasks:\n  - {id: pause, type: io.kestra.plugin.core.flow.Pause}\n", 1),
		"once.yml":     webhookFlow("once", "    deduplicate: {key: \"{{ trigger.body }}\"}\n"),
		"never.yml":    webhookFlow("never", condition("false")),
		"broken.yml":   webhookFlow("broken", condition("body.a.b == 1")),
		"disabled.yml": webhookFlow("disabled", "    disabled: true\n"),
		"inputs.yml":   "inputs: [{id: n, type: INT}]\n" + webhookFlow("inputs", "    inputs: {n: none}\n"),
		"signed.yml":   webhookFlow("signed", "    signature: {header: X-Signature, secret: s}\n"),
		"limited.yml":  webhookFlow("limited", "    rateLimit: {limit: 1, window: PT24H}\n"),
		"asks.yml":     webhookFlow("asks", "    respond: [{when: \"{{ trigger.body.a is defined }}\"}]\n"),
		"slow.yml": strings.Replace(webhookFlow("slow", ""), "tasks:\n",
			"tasks:\n  - {id: ask, type: io.kestra.plugin.core.http.Request, uri: "+strconv.Quote(slow.URL)+"}\n", 1),
	})
	s := newServer(t)
	s.serve("kestra {\nstore memory\ncapacity 4\n}", `
	log
	header >X-Seen "`+seen+`"
	kestra_webhook * {
		flows `+flows+`
		max_body 16
	}`)
	full := func() {
		for range 5 {
			if s.get(webhookPath("slow")).status == 503 {
				return
			}
		}
		t.Error("there is room for more than 4 executions")
	}
	var reached []webhook.Outcome
	var location string
	for i, test := range []struct {
		method, path, body string
		before             func()
		status             int
		want               string
	}{
		{"POST", webhookPath("fire"), "{}", nil, 200, "fired|company.team|fire|(id)"},
		{"POST", webhookPath("wait"), "{}", nil, 200, "ended|company.team|wait|(id)"},
		{"POST", webhookPath("late"), "{}", nil, 202, "timeout|company.team|late|(id)"},
		{"GET", "(location)", "", nil, 202, "status|company.team|late|(id)"},
		{"POST", webhookPath("once"), "a", nil, 200, "fired|company.team|once|(id)"},
		{"POST", webhookPath("once"), "a", nil, 200, "replayed|company.team|once|(id)"},
		{"POST", webhookPath("never"), "{}", nil, 204, "unmet|company.team|never|"},
		{"POST", webhookPath("broken"), "{}", nil, 204, "error|company.team|broken|"},
		{"POST", webhookPath("nowhere"), "{}", nil, 404, "unknown|||"},
		{"POST", webhookPath("fire") + "x", "{}", nil, 404, "unknown|||"},
		{"POST", webhookPath("fire") + "/", "{}", nil, 404, "malformed|||"},
		{"POST", webhookPath("disabled"), "{}", nil, 409, "disabled|company.team|disabled|"},
		{"OPTIONS", webhookPath("fire"), "", nil, 200, "handshake|company.team|fire|"},
		{"HEAD", webhookPath("fire"), "", nil, 200, "probe|company.team|fire|"},
		{"POST", webhookPath("asks"), `{"a":1}`, nil, 200, "responded|company.team|asks|"},
		{"DELETE", webhookPath("fire"), "", nil, 405, "method|company.team|fire|"},
		{"DELETE", webhookPath("nowhere"), "", nil, 405, "method|||"},
		{"POST", webhookPath("signed"), "{}", nil, 401, "unsigned|company.team|signed|"},
		{"POST", webhookPath("limited"), "{}", nil, 200, "fired|company.team|limited|(id)"},
		{"POST", webhookPath("limited"), "{}", nil, 429, "limited|company.team|limited|"},
		{"POST", webhookPath("fire"), "more than 16 bytes", nil, 413, "body|company.team|fire|"},
		{"POST", webhookPath("inputs"), "{}", nil, 422, "inputs|company.team|inputs|"},
		{"POST", webhookPath("slow"), "{}", full, 503, "busy|company.team|slow|"},
		{"POST", webhookPath("fire"), "{}", func() { open(); theEngine(t).Exit() }, 503, "stopping|company.team|fire|"},
	} {
		if test.before != nil {
			test.before()
		}
		var origin []string
		if test.method == "OPTIONS" {
			origin = []string{"WebHook-Request-Origin", "example.com"}
		}
		a := s.do(test.method, strings.Replace(test.path, "(location)", location, 1), test.body, origin...)
		a.want(t, test.status, "")
		if at := a.header.Get("Location"); at != "" {
			location = at // of an answer that will come later
		}
		if got := anyID.ReplaceAllString(a.header.Get("X-Seen"), "(id)"); got != test.want {
			t.Errorf("%s %s: placeholders %q, want %q", test.method, test.path, got, test.want)
		}
		outcome, _, _ := strings.Cut(test.want, "|")
		reached = append(reached, webhook.Outcome(outcome))
		if i == 0 && strings.HasSuffix(a.header.Get("X-Seen"), "|") {
			t.Error("no id")
		}
	}
	for _, outcome := range notReached {
		response := webhook.Response{Outcome: outcome, Namespace: "n", FlowID: "f", ExecutionID: "id"}
		replacer := caddy.NewReplacer()
		r := httptest.NewRequest("POST", "/", nil)
		setPlaceholders(r.WithContext(context.WithValue(r.Context(), caddy.ReplacerCtxKey, replacer)), response)
		if got, want := replacer.ReplaceAll(seen, ""), string(outcome)+"|n|f|id"; got != want {
			t.Errorf("placeholders %q, want %q", got, want)
		}
	}
	reached = append(reached, notReached...)
	slices.Sort(reached)
	if diff := cmp.Diff(allOutcomes(t), slices.Compact(reached)); diff != "" {
		t.Errorf("outcomes of the package (-) and of this test (+):\n%s", diff)
	}
}

// allOutcomes returns the constants of type webhook.Outcome, sorted.
func allOutcomes(t *testing.T) []webhook.Outcome {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../engine/webhook/response.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []webhook.Outcome
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Outcome" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, webhook.Outcome(text))
		}
		return true
	})
	slices.Sort(all)
	return all
}

// TestPlaceholdersOfErrors reads the placeholders in handle_errors, to which a request comes that no trigger matched and that a later
// handler failed on; and answers webhooks in handle_errors itself.
func TestPlaceholdersOfErrors(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	s := newServer(t)
	config := func(outside string) string {
		return fmt.Sprintf(`
	%s
	kestra_webhook * %s {
		unknown pass
	}
	error "no" 418
	handle_errors {
		kestra_webhook * %[2]s
		respond "%s"
	}`, outside, flows, seen)
	}
	s.serve("", config(""))
	s.get(webhookPath("fire")).want(t, 200, `"state"`)
	s.get("/elsewhere").want(t, 418, "")
	a := s.get(webhookPath("nowhere")) // the second handler answers
	a.want(t, 404, "Webhook not found")
	s.serve("", strings.Replace(config(""), "kestra_webhook * "+flows+"\n\t\trespond", "respond", 1))
	if a := s.get(webhookPath("nowhere")); a.status != 418 || a.body != "unknown|||" {
		t.Errorf("handle_errors has %d %q", a.status, a.body)
	}
	s.serve("", config("error /api/* 503"))
	if a := s.get(webhookPath("fire")); a.status != 200 || !strings.Contains(a.body, `"state"`) {
		t.Errorf("a webhook in handle_errors: %d %q", a.status, a.body)
	}
}

// TestPlaceholdersWithoutEngine asks a site whose store cannot be opened: the answer has an outcome, and the log no key.
func TestPlaceholdersWithoutEngine(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	s := newServer(t)
	s.serve("", "log\nheader >X-Seen \""+seen+"\"\nkestra_webhook * "+flows)
	app, err := caddy.ActiveContext().App("kestra")
	if err != nil {
		t.Fatal(err)
	}
	a := app.(*App)
	a.mu.Lock()
	a.ready.Store(false)
	a.err = errors.New("no store")
	a.mu.Unlock()
	got := s.do("POST", webhookPath("fire"), "{}")
	got.want(t, 503, "the server is not ready")
	if seen := got.header.Get("X-Seen"); seen != "stopping|||" || got.header.Get("Retry-After") != "5" {
		t.Errorf("placeholders %q, headers %v", seen, got.header)
	}
	if line := s.accessLines(1)[0]; line.Outcome != "stopping" || line.Status != 503 {
		t.Errorf("access line %+v", line)
	}
	if log := s.log(); strings.Contains(log, key) {
		t.Errorf("the log holds the key:\n%s", log)
	}
}

// TestPlaceholdersOfTheLast checks that of two handlers the one that answers sets the placeholders, and that they are set when
// both pass.
func TestPlaceholdersOfTheLast(t *testing.T) {
	none := writeFlows(t, map[string]string{"other.yml": webhookFlow("other", "")})
	flows := writeFlows(t, map[string]string{"wait.yml": webhookFlow("wait", waitForOutputs)})
	s := newServer(t)
	s.serve("", `
	header >X-Seen "{http.kestra_webhook.outcome} {http.kestra_webhook.flow}"
	route {
		kestra_webhook * `+none+` {
			unknown pass
		}
		kestra_webhook * `+flows+` {
			unknown pass
		}
		respond passed
	}`)
	for _, test := range []struct{ path, want string }{
		{webhookPath("wait"), "ended wait"},
		{webhookPath("missing"), "unknown"},
	} {
		if seen := strings.TrimSpace(s.get(test.path).header.Get("X-Seen")); seen != test.want {
			t.Errorf("%s: placeholders %q, want %q", test.path, seen, test.want)
		}
	}
}
