package engine

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

func TestConditions(t *testing.T) {
	const fired, unmet, failed = "fired", "unmet", "error"
	const members = "labels: {team: red}\nvariables: {v: w}\ninputs: [{id: i, type: STRING, defaults: dflt}, {id: a.b, type: INT, defaults: 3}]"
	tests := []struct{ name, condition, want string }{
		{"body", expressionCondition("{{ trigger.body.n == 1 }}"), fired},
		{"body, not so", expressionCondition("{{ trigger.body.n == 2 }}"), unmet},
		{"a member that is missing", expressionCondition("{{ trigger.body.nope == 2 }}"), failed},
		{"a header in another case", expressionCondition("{{ trigger.headers['content-TYPE'][0] == 'application/json' }}"), fired},
		{"a parameter", expressionCondition("{{ trigger.parameters.a[0] == '1' }}"), fired},
		{"flow", expressionCondition("{{ flow.id ~ flow.namespace ~ flow.revision ~ flow.tenantId == 'fcompany.team1main' }}"), fired},
		{"labels", expressionCondition("{{ labels.team == 'red' and labels.system.from == 'trigger' }}"), fired},
		{"vars", expressionCondition("{{ vars.v == 'w' }}"), fired},
		{"inputs are the defaults", expressionCondition("{{ inputs.i == 'dflt' and inputs.a.b == 3 }}"), fired},
		{"execution", expressionCondition("{{ execution.state == 'CREATED' and (execution.id | length) > 20 }}"), fired},
		{"the correlation is the execution", expressionCondition("{{ labels.system.correlationId == execution.id }}"), fired},
		{"envs", expressionCondition("{{ envs.foo == 'bar' }}"), fired},
		{"secret", expressionCondition("{{ secret('S') == 's3cr3t' }}"), fired},
		{"nothing has run yet", expressionCondition("{{ outputs is defined or tasks is defined }}"), unmet},
		{"the trigger has no id yet, as in Kestra", expressionCondition("{{ trigger.id is defined }}"), unmet},
		{"CEL over the body", celCondition("body.n == 1"), fired},
		{"CEL, not so", celCondition("body.n == 2"), unmet},
		{"CEL, a member that is missing", celCondition("body.nope == 2"), failed},
		{"CEL, numbers of another kind", celCondition("body.n == 1.0"), fired},
		{"CEL over a header", celCondition(`headers["CONTENT-type"][0] == "application/json"`), fired},
		{"CEL over the request", celCondition(`method == "POST" && path.endsWith("/f/REDACTED")`), fired},
		{"CEL over the URL, which has no key", celCondition(`requestURL.endsWith("/webhook/company.team/f/REDACTED?a=1") && requestURL.parseURL().query.a == "1"`), fired},
		{"CEL over a secret", celCondition(`hmac("sha256", secret("S"), rawBody) == "b36da267dc2e8f2a9d0b50794f7612cdeefd8cd93a0d76004a39a1b00f3e6552"`), fired},
		{"when", `when: "{{ trigger.body.n == 1 }}"`, fired},
		{"labels of the flow", classCondition("ExecutionLabels", "labels: {team: red}"), fired},
		{"the flow", classCondition("ExecutionFlow", "namespace: company.team, flowId: f"), fired},
		{"another flow", classCondition("ExecutionFlow", "namespace: company.team, flowId: '{{ flow.id }}x'"), unmet},
		{"the namespace", classCondition("ExecutionNamespace", "namespace: company, comparison: PREFIX"), fired},
		{"the state", classCondition("ExecutionStatus", "in: [CREATED]"), fired},
		{"now", classCondition("DateTimeBetween", "date: '{{ now() }}', after: 2000-01-01T00:00:00Z"), fired},
		{"the date of a schedule", classCondition("DateTimeBetween", "after: 2000-01-01T00:00:00Z"), failed},
		{"when, not so", `when: "{{ trigger.body.n - 1 }}"`, unmet},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			site := newSite(t, openEngine(t), SiteOptions{Environ: []string{"ENV_FOO=bar", "SECRET_S=czNjcjN0"}}, webhookFlow("f", test.condition, members))
			r := send(site, "f", `{"n":1}`, func(r *webhook.Request) { r.RawQuery = "a=1" })
			if string(r.Outcome) != test.want || r.Status != map[bool]int{true: 200, false: 204}[test.want == fired] {
				t.Errorf("answer is %d, %s, want %s", r.Status, r.Outcome, test.want)
			}
			if r.Status == 204 && (r.Body != nil || r.ContentType != "" || r.ExecutionID != "") {
				t.Errorf("204 comes with %+v", r)
			}
		})
	}
}

func classCondition(class, properties string) string {
	return "conditions: [{type: io.kestra.plugin.core.condition." + class + ", " + properties + "}]"
}

// TestConditionFails checks that the log names a condition that fails, also one inside of others, and not the request.
func TestConditionFails(t *testing.T) {
	core, logs := observer.New(zap.WarnLevel)
	site := newSite(t, openEngine(t), SiteOptions{Logger: zap.New(core)}, webhookFlow("f",
		classCondition("Or", "conditions: [{type: cel, expression: 'body.n == 2'}, {type: io.kestra.plugin.core.condition.Weekend, date: '{{ trigger.body.d }}'}]")))
	logs.TakeAll()
	if r := send(site, "f", `{"n":1,"d":"s3cr3t"}`); r.Status != 204 || r.Outcome != webhook.OutcomeError {
		t.Fatalf("answer is %d, %s", r.Status, r.Outcome)
	}
	lines := logs.TakeAll()
	if len(lines) != 1 {
		t.Fatalf("logs %v", lines)
	}
	fields := lines[0].ContextMap()
	fields["message"] = lines[0].Message
	want := map[string]any{
		"message":   "condition of the trigger could not be evaluated, so it is not met",
		"namespace": "company.team", "flow": "f", "trigger": "hook", "reason": "error",
		"condition": "triggers[0].conditions[0].conditions[1]", "type": "Weekend",
		"error": "condition property date is no day such as 2024-02-29, and no date-time with a zone such as 2024-02-29T13:14:15+01:00",
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Error("(-want +got):", diff)
	}
}

// TestConditionsChangeNothing checks that a condition which changes a value changes it neither for the next condition nor for
// the answer.
func TestConditionsChangeNothing(t *testing.T) {
	site := newSite(t, openEngine(t), SiteOptions{}, webhookFlow("f",
		`conditions: [{type: io.kestra.plugin.core.condition.Expression, expression: "{{ (trigger.body.l | sort | first) == 1 }}"}, `+
			`{type: io.kestra.plugin.core.condition.Expression, expression: "{{ (trigger.body.l | first) == 3 }}"}]`))
	r := send(site, "f", `{"l":[3,1,2]}`)
	if r.Status != 200 || !strings.Contains(string(decodeAnswer(t, r).Trigger.Variables), `"l":[3,1,2]`) {
		t.Errorf("answer is %d: %s", r.Status, r.Body)
	}
}

func TestSiteConditions(t *testing.T) {
	core, logs := observer.New(zap.WarnLevel)
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{
		Logger: zap.New(core),
		Conditions: []SiteCondition{
			{Expression: `"X-Token" in headers`, Source: "Caddyfile:7"},
			{Expression: `headers["x-token"][0] == "t" && body.n > 0`, Source: "Caddyfile:8"},
		},
	}, webhookFlow("f", ""), webhookFlow("g", celCondition("body.n == 2")))
	token := func(text string) func(*webhook.Request) {
		return func(r *webhook.Request) { r.Header.Set("X-Token", text) }
	}
	tests := []struct {
		name, flow, body string
		change           func(*webhook.Request)
		want             webhook.Outcome
		logs             int
	}{
		{"both hold", "f", `{"n":1}`, token("t"), "fired", 0},
		{"the first does not", "f", `{"n":1}`, func(*webhook.Request) {}, "unmet", 0},
		{"the second does not", "f", `{"n":1}`, token("x"), "unmet", 0},
		{"the second fails", "f", `{}`, token("t"), "error", 1},
		{"the trigger's come on top", "g", `{"n":1}`, token("t"), "unmet", 0},
		{"all hold", "g", `{"n":2}`, token("t"), "fired", 0},
	}
	for _, test := range tests {
		r := send(site, test.flow, test.body, test.change)
		if r.Outcome != test.want {
			t.Errorf("%s: %s, want %s", test.name, r.Outcome, test.want)
		}
		lines := logs.TakeAll()
		if len(lines) != test.logs {
			t.Errorf("%s: logs %v", test.name, lines)
			continue
		}
		for _, line := range lines {
			fields := line.ContextMap()
			if !strings.Contains(line.Message, "site condition Caddyfile:8 ") || fields["reason"] != "error" || fields["namespace"] != "company.team" || fields["flow"] != "f" {
				t.Errorf("%s: the line has %v", test.name, fields)
			}
		}
	}
}

func TestSiteConditionThatDoesNotCompile(t *testing.T) {
	for _, expression := range []string{"", "body.n ==", "nope(1)", "1 + 1"} {
		_, _, err := NewSite(nil, SiteOptions{Conditions: []SiteCondition{{Expression: expression, Source: "Caddyfile:7"}}})
		if err == nil || !strings.Contains(err.Error(), "Caddyfile:7") {
			t.Errorf("%q: error is %v", expression, err)
		}
	}
}

// TestSlowBody checks that the time for conditions does not begin before the body is there.
func TestSlowBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite(t, openEngine(t), SiteOptions{Conditions: []SiteCondition{{Expression: "body.n == 1"}}}, webhookFlow("f", expressionCondition("{{ trigger.body.n == 1 }}")))
		r := send(site, "f", "", func(r *webhook.Request) {
			r.ContentLength = -1
			r.ReadBody = func(int64, webhook.Account) ([]byte, error) {
				<-time.After(10 * time.Second) // on the clock of synctest
				return []byte(`{"n":1}`), nil
			}
		})
		if r.Status != 200 {
			t.Errorf("answer is %d, %s", r.Status, r.Outcome)
		}
	})
}

func TestBodyErrors(t *testing.T) {
	site := newSite(t, openEngine(t), SiteOptions{MaxBody: 10}, webhookFlow("f", ""))
	read := func(body string, err error) func(*webhook.Request) {
		return func(r *webhook.Request) {
			r.ContentLength = -1
			r.ReadBody = func(limit int64, _ webhook.Account) ([]byte, error) {
				if limit != 10 {
					return nil, fmt.Errorf("asked for %d bytes", limit)
				}
				return []byte(body), err
			}
		}
	}
	tests := []struct {
		name    string
		change  func(*webhook.Request)
		status  int
		message string
	}{
		{"exactly the limit", read("0123456789", nil), 200, ""},
		{"declared too large", func(r *webhook.Request) { r.ContentLength = 11 }, 413, "Request Entity Too Large: request body is larger than 10 bytes"},
		{"found too large", read("", webhook.TooLarge(10)), 413, "Request Entity Too Large: request body is larger than 10 bytes"},
		{"an outer limit", read("", &webhook.BodyError{Status: 418, Message: "outer"}), 418, "I'm a teapot: outer"},
		{"an outer limit, wrapped", read("", fmt.Errorf("x: %w", &webhook.BodyError{Status: 418, Message: "outer"})), 418, "I'm a teapot: outer"},
		{"any other error", read("", fmt.Errorf("read tcp 192.0.2.1: reset")), 400, "Bad Request: request body could not be read"},
		{"broken gzip", func(r *webhook.Request) { r.Header.Set("Content-Encoding", "gzip") }, 400, "Bad Request: request body is not valid gzip data"},
	}
	for _, test := range tests {
		r := send(site, "f", "{}", test.change)
		if r.Status != test.status {
			t.Errorf("%s: %d, want %d", test.name, r.Status, test.status)
		}
		if want := `{"message":"` + test.message + `"}`; test.message != "" && (string(r.Body) != want || r.Outcome != webhook.OutcomeBody) {
			t.Errorf("%s: %s: %s, want %s", test.name, r.Outcome, r.Body, want)
		}
	}
}
