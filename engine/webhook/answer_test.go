package webhook

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// endedState returns an execution of company.team/hello that ended with status, after two seconds and a bit.
func endedState(status execution.Status, outputs string) *execution.State {
	s := createdState()
	s.History = append(s.History,
		execution.Transition{Status: execution.Running, At: s.History[0].At.Add(time.Millisecond)},
		execution.Transition{Status: status, At: s.History[0].At.Add(2*time.Second + 500*time.Microsecond)})
	if outputs != "" {
		s.Outputs.JSON = []byte(outputs)
	}
	return s
}

func createdState() *execution.State {
	return &execution.State{
		Start: execution.Start{
			ID: "5KqlIiEQihmY9PurOp33z1", Namespace: "company.team", FlowID: "hello", Revision: 3,
			Trigger: execution.Trigger{ID: "hook", Type: typeAlias, Variables: execution.Datum{JSON: []byte(`{"body":{ "z":1,"a":null },"headers":{},"parameters":{}}`)}},
		},
		Head: execution.Head{
			Labels:  []flow.Label{{Key: "system.from", Value: "trigger"}, {Key: "a\"b", Value: "x\ny"}},
			History: execution.History{{Status: execution.Created, At: time.Date(2026, 11, 23, 2, 36, 51, 217882578, time.FixedZone("", 3600))}},
		},
	}
}

func TestAcceptedIsKestrasWebhookResponse(t *testing.T) {
	const head = `{"tenantId":"main","id":"5KqlIiEQihmY9PurOp33z1","namespace":"company.team","flowId":"hello","flowRevision":3,` +
		`"trigger":{"id":"hook","type":"io.kestra.core.models.triggers.types.Webhook","variables":{"body":{ "z":1,"a":null },"headers":{},"parameters":{}}},`
	const labels = `"labels":[{"key":"system.from","value":"trigger"},{"key":"a\"b","value":"x\ny"}],`
	const created = `"state":{"current":"CREATED","histories":[{"state":"CREATED","date":"2026-11-23T01:36:51.217882578Z"}],` +
		`"startDate":"2026-11-23T01:36:51.217882578Z"}`
	const ended = `"state":{"current":"SUCCESS","histories":[{"state":"CREATED","date":"2026-11-23T01:36:51.217882578Z"},` +
		`{"state":"RUNNING","date":"2026-11-23T01:36:51.218882578Z"},{"state":"SUCCESS","date":"2026-11-23T01:36:53.218382578Z"}],` +
		`"duration":"PT2.0005S","endDate":"2026-11-23T01:36:53.218382578Z","startDate":"2026-11-23T01:36:51.217882578Z"}`
	const link = `,"url":"https://example.com/ui/main/executions/company.team/hello/5KqlIiEQihmY9PurOp33z1"`
	tests := []struct {
		name    string
		state   *execution.State
		baseURL string
		want    string
	}{
		{"created", createdState(), "", head + labels + created + "}"},
		{"created, with a base URL", createdState(), "https://example.com", head + labels + created + link + "}"},
		{"slashes behind the base URL", createdState(), "https://example.com//", head + labels + created + link + "}"},
		{"ended", endedState(execution.Success, ""), "", head + labels + ended + "}"},
		{"ended with outputs", endedState(execution.Success, `{"b":1,"a":2}`), "", head + `"outputs":{"b":1,"a":2},` + labels + ended + "}"},
		{"ended with empty outputs", endedState(execution.Success, `{}`), "", head + labels + ended + "}"},
	}
	for _, test := range tests {
		r := Accepted(nil, 200, OutcomeFired, test.state, test.baseURL)
		if diff := cmp.Diff(test.want, string(r.Body)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if r.Status != 200 || r.ContentType != "application/json" || r.Outcome != OutcomeFired || r.ExecutionID != test.state.ID {
			t.Errorf("%s: answer is %+v", test.name, r)
		}
	}
}

func TestResponseCode(t *testing.T) {
	// Kestra's answers, except that anything but a status from 200 to 599 is 500 (tests/conformance/divergences.tsv, 09-wait).
	tests := []struct {
		name, property string
		code           string // what trigger.c is
		want           int
		failed         int // the answer when the execution failed
		complains      bool
	}{
		{"none", "", "", 200, 500, false},
		{"a number", "responseCode: 202", "", 202, 202, false},
		{"a number as text", `responseCode: "202"`, "", 202, 202, false},
		{"an expression", "", "201", 201, 201, false},
		{"a decimal of .0", "", "200.0", 200, 200, false},
		{"an exponent", "", "2e2", 200, 200, false},
		{"a decimal is cut", "", "201.5", 201, 201, false},
		{"blanks around", "", " 202 ", 202, 202, false},
		{"empty", "", "", 200, 500, false},
		{"null", "", "null", 200, 500, false},
		{"the least", "", "200", 200, 200, false},
		{"below the least", "", "199", 500, 500, true},
		{"below the least, and not by a whole", "", "199.9", 500, 500, true},
		{"the greatest", "", "599", 599, 599, false},
		{"just not above the greatest", "", "599.9", 599, 599, false},
		{"above the greatest", "", "600", 500, 500, true},
		{"unknown to Kestra and between", "", "299", 299, 299, false},
		{"404 keeps its body", "", "404", 404, 404, false},
		{"informational", "", "101", 500, 500, true},
		{"zero", "", "0", 500, 500, true},
		{"negative", "", "-1", 500, 500, true},
		{"beyond doubles", "", "1e400", 500, 500, true},
		{"a word", "", "abc", 500, 500, true},
		{"a boolean", "", "true", 500, 500, true},
		{"a string of JSON", "", `"200"`, 500, 500, true},
		{"a plus", "", "+200", 500, 500, true},
		{"a leading zero", "", "0200", 500, 500, true},
		{"hexadecimal", "", "0xC8", 500, 500, true},
		{"an underscore", "", "2_00", 500, 500, true},
		{"no number at all", "", "NaN", 500, 500, true},
		{"an expression that fails", `responseCode: "{{ nope }}"`, "", 500, 500, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			property := test.property
			if property == "" && test.name != "none" {
				property = `responseCode: "{{ trigger.c }}"`
			}
			trigger := oneTrigger(t, webhookFlow("f", "key: abc\nwait: true\n"+property))
			context := scope("trigger", value.MapOf("c", value.String(test.code)))
			for status, want := range map[execution.Status]int{
				execution.Success: test.want, execution.Warning: test.want, execution.Failed: test.failed,
			} {
				r, err := trigger.Ended(endedState(status, ""), context, "")
				if r.Status != want || (err != nil) != test.complains {
					t.Errorf("%s: status %d, error %v, want status %d", status, r.Status, err, want)
				}
				if !strings.HasPrefix(string(r.Body), `{"tenantId":"main",`) {
					t.Errorf("%s: body is %s", status, r.Body)
				}
			}
		})
	}
}

func TestEndedBody(t *testing.T) {
	const execution1, json, text = "execution", "application/json", "text/plain; charset=utf-8"
	const declared = "outputs: [{id: o, type: STRING, value: x}]"
	tests := []struct {
		name, properties string
		outputs          string
		wantType, want   string
	}{
		{"wait alone", "", `{"o":"x"}`, json, execution1},
		{"content type alone has no effect", "responseContentType: text/plain", `{"o":"x"}`, json, execution1},
		{"outputs", "returnOutputs: true", `{"z":1,"a":"x"}`, json, `{"z":1,"a":"x"}`},
		{"outputs, application/json", "returnOutputs: true\nresponseContentType: application/json", `{"o":"x"}`, json, `{"o":"x"}`},
		{"no outputs", "returnOutputs: true", "", json, "{}"},
		{"empty outputs", "returnOutputs: true", "{}", json, "{}"},
		{"text, one string", "returnOutputs: true\nresponseContentType: text/plain", `{"o":"a\"b\u00e9\n"}`, text, "a\"bé\n"},
		{"text, one number", "returnOutputs: true\nresponseContentType: text/plain", `{"o":12}`, text, `{"o":12}`},
		{"text, one null", "returnOutputs: true\nresponseContentType: text/plain", `{"o":null}`, text, `{"o":null}`},
		{"text, two strings", "returnOutputs: true\nresponseContentType: text/plain", `{"b":"x","a":"y"}`, text, `{"b":"x","a":"y"}`},
		{"text, one empty string", "returnOutputs: true\nresponseContentType: text/plain", `{"o":""}`, "", ""},
		{"text, none", "returnOutputs: true\nresponseContentType: text/plain", "", "", ""},
		{"text, empty outputs", "returnOutputs: true\nresponseContentType: text/plain", "{}", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			trigger := oneTrigger(t, webhookFlow("f", "key: abc\nwait: true\n"+test.properties, declared))
			s := endedState(execution.Success, test.outputs)
			r, err := trigger.Ended(s, scope(), "https://example.com")
			if err != nil {
				t.Fatal(err)
			}
			want := test.want
			if want == execution1 {
				want = string(Accepted(nil, 200, OutcomeEnded, s, "https://example.com").Body)
			}
			if diff := cmp.Diff(want, string(r.Body)); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
			if r.Status != 200 || r.ContentType != test.wantType || r.Outcome != OutcomeEnded || r.ExecutionID != s.ID {
				t.Errorf("answer is %+v", r)
			}
		})
	}
}

func TestEndedWithoutBody(t *testing.T) {
	for _, properties := range []string{"", "returnOutputs: true", "returnOutputs: true\nresponseContentType: text/plain"} {
		for _, status := range []string{"204", "205", "304"} {
			trigger := oneTrigger(t, webhookFlow("f", "key: abc\nwait: true\nresponseCode: "+status+"\n"+properties, "outputs: [{id: o, type: STRING, value: x}]"))
			r, err := trigger.Ended(endedState(execution.Success, `{"o":"x"}`), scope(), "")
			if err != nil || r.Body != nil || r.ContentType != "" {
				t.Errorf("status %s, %q: %+v, %v", status, properties, r, err)
			}
		}
	}
}

func TestFixedAnswers(t *testing.T) {
	tests := []struct {
		name string
		got  Response
		want Response
	}{
		{"unknown", NotFound(OutcomeUnknown), Response{Status: 404, ContentType: jsonType, Body: []byte(`{"message":"Not Found: Webhook not found"}`), Outcome: OutcomeUnknown}},
		{"malformed", NotFound(OutcomeMalformed), Response{Status: 404, ContentType: jsonType, Body: []byte(`{"message":"Not Found: Webhook not found"}`), Outcome: OutcomeMalformed}},
		{"disabled", Disabled("flow"), Response{Status: 409, ContentType: jsonType, Body: []byte(`{"message":"Illegal state: Cannot execute a disabled flow"}`), Outcome: OutcomeDisabled}},
		{"unmet", Unmet(OutcomeError), Response{Status: 204, Outcome: OutcomeError}},
		{"method", MethodNotAllowed(nil, "OPTIONS"), Response{Status: 405, ContentType: jsonType, Body: []byte(`{"message":"Method Not Allowed: webhooks take GET, POST and PUT"}`), Allow: "GET, POST, PUT", Outcome: OutcomeMethod}},
		{"unavailable", Unavailable(OutcomeBusy, "x", 7), Response{Status: http.StatusServiceUnavailable, ContentType: jsonType, Body: []byte(`{"message":"Service Unavailable: x"}`), RetryAfter: 7, Outcome: OutcomeBusy}},
		{"a message with quotes", Message(422, OutcomeBody, "a\"b"), Response{Status: 422, ContentType: jsonType, Body: []byte(`{"message":"a\"b"}`), Outcome: OutcomeBody}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}
