package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/condition"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// purse is an account with so many bytes in it.
type purse int64

var errPurse = errors.New("the purse is empty")

func (p *purse) Take(bytes int64) error {
	if *p -= purse(bytes); *p < 0 {
		return errPurse
	}
	return nil
}

func (p *purse) Give(bytes int64) { *p += purse(bytes) }

func TestCustomAnswerIsChecked(t *testing.T) {
	const wait = "wait: true\n"
	tests := []struct{ name, properties, want string }{
		{"all of it", wait + "response: {status: 201, headers: {X-A: b}, contentType: text/csv, body: a}", ""},
		{"expressions everywhere", wait + `response: {status: "{{ trigger.body.s }}", headers: {"X-{{ trigger.body.h }}": "{{ trigger.body.h }}"}, contentType: "{{ trigger.body.t }}", body: {a: "{{ trigger.body.a }}"}}`, ""},
		{"outputs of tasks, which are known at the end", wait + `response: {headers: {X-A: "{{ outputs.t }}"}, body: ["{{ outputs.t }}", "{{ execution.outputs }}"]}`, ""},
		{"outputs before there are any", `respond: [{when: "{{ outputs.t.value }}"}]`, "warning 10:26 triggers[0].respond[0].when: there is no variable `outputs` here: this is evaluated before the flow runs"},
		{"… in a part of the answer", `respond: [{when: "{{ trigger.body }}", headers: {X-A: "{{ outputs.t.value }}"}}]`, "warning 10:63 triggers[0].respond[0].headers.X-A: there is no variable `outputs` here: this is evaluated before the flow runs"},
		{"a member that is none", wait + "response: {code: 201}", "error 11:16 triggers[0].response: unknown member `code`"},
		{"an expression that is none", wait + "response: {body: \"{{ a b }}\"}", "error 11:28 triggers[0].response.body: "},
		{"without wait", "response: {body: a}", "warning 10:15 triggers[0].response: has no effect without wait: true"},
		{"beside returnOutputs", wait + "returnOutputs: true\nresponse: {body: a}", "error 11:20 triggers[0].returnOutputs: cannot stand beside `response`, which says what the whole answer is"},
		{"beside responseContentType", wait + "responseContentType: text/plain\nresponse: {body: a}", "error 11:26 triggers[0].responseContentType: cannot stand beside `response`"},
		{"beside responseCode", wait + "responseCode: 201\nresponse: {body: a}", "error 11:19 triggers[0].responseCode: cannot stand beside `response`"},
		{"no status", wait + "response: {status: 99}", "error 11:24 triggers[0].response.status: is no status from 200 to 599"},
		{"a word for a status", `respond: [{when: "{{ trigger.body }}", status: ok}]`, "error 10:52 triggers[0].respond[0].status: is no number"},
		{"no type", wait + "response: {contentType: text}", `error 11:29 triggers[0].response.contentType: "text" is no media type, such as text/plain`},
		{"another charset", wait + "response: {contentType: text/plain; charset=latin1}", "error 11:29 triggers[0].response.contentType: the charset must be utf-8"},
		{"a header of the connection", wait + "response: {headers: {connection: close}}", "error 11:25 triggers[0].response.headers: a flow cannot set Connection: it belongs to the connection"},
		{"… with a value that is an expression", wait + `response: {headers: {Content-Length: "{{ trigger.body }}"}}`, "error 11:25 triggers[0].response.headers: a flow cannot set Content-Length: the server sets it"},
		{"no name of a header", `respond: [{when: "{{ trigger.body }}", headers: {"X A": b}}]`, `error 10:53 triggers[0].respond[0].headers: "X A" is no name of a header`},
		{"no value of a header", wait + `response: {headers: {X-A: "a\nb"}}`, "error 11:25 triggers[0].response.headers: the header X-A has a line break or another control character in it"},
		{"… beside an expression", wait + `response: {headers: {X-A: "a\nb", X-B: "{{ trigger.body }}"}}`, "error 11:25 triggers[0].response.headers: the header X-A has a line break"},
		{"a mapping as the value of a header", wait + `response: {headers: {X-A: {b: "{{ trigger.body }}"}, X-B: {c: d}}}`, "error 11:25 triggers[0].response.headers: the header X-B must be a text or a list of texts, is a mapping"},
		{"a header that a site must allow", wait + "response: {headers: {Set-Cookie: a=b}}", ""},
		{"no conditions", "respond: [{body: a}]", "error 10:15 triggers[0].respond[0]: has no `when` and no `conditions`"},
		{"an answer that is always given", `respond: [{when: "yes"}]`, "warning 10:23 triggers[0].respond[0].when: always met"},
		{"no answers", "respond: []", "error 10:14 triggers[0].respond: must not be empty"},
		{"no list", "respond: {when: a}", "error 10:14 triggers[0].respond: must be a list"},
		{"too many", "respond: [" + strings.Repeat(`{when: "{{ trigger.body }}"},`, 33) + "]", "error 10:14 triggers[0].respond: may have 32 answers at most"},
		{"CEL that is none", `respond: [{conditions: [{type: cel, expression: "body."}]}]`, "error 10:59 triggers[0].respond[0].conditions[0].expression: cel expression"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, found := loadFlows(t, webhookFlow("f", "key: abcdefghijklmnopq\n"+test.properties))
			var lines []string
			for _, d := range found {
				lines = append(lines, fmt.Sprintf("%s %d:%d %s: %s", map[flow.Severity]string{flow.SeverityError: "error", flow.SeverityWarning: "warning"}[d.Severity], d.Pos.Line, d.Pos.Column, d.Path, d.Message))
			}
			got := strings.Join(lines, "\n")
			if test.want == "" && got != "" || !strings.Contains(got, test.want) || len(lines) > 1 {
				t.Errorf("found %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestCustomAnswer(t *testing.T) {
	const text, json = "text/plain; charset=utf-8", "application/json"
	variables := scope("trigger", value.MapOf("body", value.MapOf(
		"s", value.String("a\"<b>"), "n", value.Int(7), "b", value.Bool(true), "nothing", value.Null, "empty", value.String(""),
		"list", value.ListOf(value.Int(1), value.String("x")), "split", value.String("a\r\nSet-Cookie: s=1"), "type", value.String("text/html"),
	)))
	tests := []struct {
		name, properties string
		want             Response // Outcome and ExecutionID apart
		err              string
	}{
		{"nothing", "{}", Response{Status: 200}, ""},
		{"a text", "{body: hello}", Response{Status: 200, ContentType: text, Body: []byte("hello")}, ""},
		{"an expression", `{body: "{{ trigger.body.s }}"}`, Response{Status: 200, ContentType: text, Body: []byte(`a"<b>`)}, ""},
		{"a text with an expression in it", `{body: "<{{ trigger.body.n }}>"}`, Response{Status: 200, ContentType: text, Body: []byte("<7>")}, ""},
		{"a number", "{body: 42}", Response{Status: 200, ContentType: text, Body: []byte("42")}, ""},
		{"a number of an expression", `{body: "{{ trigger.body.n }}"}`, Response{Status: 200, ContentType: text, Body: []byte("7")}, ""},
		{"null", `{body: "{{ trigger.body.nothing }}"}`, Response{Status: 200}, ""},
		{"an empty text", `{body: "{{ trigger.body.empty }}"}`, Response{Status: 200, ContentType: text, Body: []byte{}}, ""},
		{
			"a mapping", `{body: {z: "{{ trigger.body.n }}", a: "n {{ trigger.body.n }}", s: "{{ trigger.body.s }}", l: ["{{ trigger.body.list }}", true, null]}}`,
			Response{Status: 200, ContentType: json, Body: []byte(`{"z":7,"a":"n 7","s":"a\"<b>","l":[[1,"x"],true,null]}`)},
			"",
		},
		{"a list", "{body: [1, two]}", Response{Status: 200, ContentType: json, Body: []byte(`[1,"two"]`)}, ""},
		{"a list of an expression", `{body: "{{ trigger.body.list }}"}`, Response{Status: 200, ContentType: json, Body: []byte(`[1,"x"]`)}, ""},
		{"a mapping with another type", "{contentType: application/problem+json, body: {a: 1}}", Response{Status: 200, ContentType: "application/problem+json", Body: []byte(`{"a":1}`)}, ""},
		{
			"HTML", "{contentType: text/html, body: <p>}",
			Response{Status: 200, ContentType: "text/html; charset=utf-8", Body: []byte("<p>"), Header: http.Header{"Content-Security-Policy": {"sandbox"}}},
			"",
		},
		{
			"HTML by an expression", `{contentType: "{{ trigger.body.type }}", body: <p>}`,
			Response{Status: 200, ContentType: "text/html; charset=utf-8", Body: []byte("<p>"), Header: http.Header{"Content-Security-Policy": {"sandbox"}}},
			"",
		},
		{
			"SVG with a policy of its own", "{contentType: image/svg+xml, body: <svg/>, headers: {content-security-policy: default-src *}}",
			Response{Status: 200, ContentType: "image/svg+xml", Body: []byte("<svg/>"), Header: http.Header{"Content-Security-Policy": {"default-src *", "sandbox"}}},
			"",
		},
		{"a type that is empty", `{contentType: "{{ trigger.body.empty }}", body: a}`, Response{Status: 200, ContentType: text, Body: []byte("a")}, ""},
		{"a type that is none", `{contentType: "{{ trigger.body.s }}", body: a}`, Response{}, "contentType: "},
		{"a status", `{status: "{{ trigger.body.n + 411 }}"}`, Response{Status: 418}, ""},
		{"a status that is empty", `{status: "{{ trigger.body.empty }}"}`, Response{Status: 200}, ""},
		{"a status that is none", `{status: "{{ trigger.body.n }}"}`, Response{}, "status: is no status from 200 to 599"},
		{"no content", `{status: 204, body: a, headers: {X-A: b}}`, Response{Status: 204, Header: http.Header{"X-A": {"b"}}}, ""},
		{"not modified", `{status: 304, body: a, headers: {ETag: '"a"'}}`, Response{Status: 304, Header: http.Header{"Etag": {`"a"`}}}, ""},
		{"no HTML in no content", `{status: 205, body: a, contentType: text/html}`, Response{Status: 205}, ""},
		{
			"headers", `{headers: {Location: "/{{ trigger.body.n }}", "X-{{ trigger.body.n }}": [a, "{{ trigger.body.b }}"], X-None: "{{ trigger.body.empty }}", "{{ trigger.body.empty }}": a}}`,
			Response{Status: 200, Header: http.Header{"Location": {"/7"}, "X-7": {"a", "true"}}},
			"",
		},
		{"a header with a line break", `{headers: {X-A: "{{ trigger.body.split }}"}}`, Response{}, "headers: the header X-A has a line break"},
		{"a name with a line break", `{headers: {"{{ trigger.body.split }}": a}}`, Response{}, "headers: "},
		{"a name of the connection by an expression", `{headers: {"{{ 'Trailer' }}": a}}`, Response{}, "headers: a flow cannot set Trailer"},
		{"a name that the site does not allow", `{headers: {"{{ 'set-cookie' }}": a}}`, Response{}, "headers: a flow sets Set-Cookie only where"},
		{"a name that the site allows", `{headers: {"{{ 'clear-site-data' }}": a}}`, Response{Status: 200, Header: http.Header{"Clear-Site-Data": {"a"}}}, ""},
		{"a body that fails", `{body: {a: "{{ trigger.body.nope }}"}}`, Response{}, "body: "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			trigger := oneTrigger(t, webhookFlow("f", "key: abc\nwait: true\nresponse: "+test.properties))
			account := purse(1 << 20)
			got, err := trigger.Response(endedState(execution.Success, ""), variables, HeaderNames{"Clear-Site-Data"}, &account)
			if (err == nil) != (test.err == "") || err != nil && !strings.HasPrefix(err.Error(), "response."+test.err) {
				t.Errorf("error %v, want %q", err, test.err)
			}
			want := test.want
			want.Outcome, want.ExecutionID = OutcomeEnded, "5KqlIiEQihmY9PurOp33z1"
			if test.err != "" {
				want.Status, want.ContentType, want.Body = 500, json, []byte(`{"message":"Internal Server Error: the answer could not be made"}`)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestResponseOfAFailure checks what an execution that FAILED is answered with, and one whose flow is not known any more.
func TestResponseOfAFailure(t *testing.T) {
	account := purse(1 << 20)
	set := oneTrigger(t, webhookFlow("f", "key: abc\nwait: true\nresponse: {status: 201}"))
	unset := oneTrigger(t, webhookFlow("f", "key: abc\nwait: true\nresponse: {body: a}"))
	for _, test := range []struct {
		name    string
		trigger *Trigger
		status  execution.Status
		want    int
	}{
		{"none set", unset, execution.Failed, 500},
		{"none set, and no failure", unset, execution.Warning, 200},
		{"one set", set, execution.Failed, 201},
	} {
		if r, err := test.trigger.Response(endedState(test.status, ""), scope(), nil, &account); err != nil || r.Status != test.want {
			t.Errorf("%s: %d, %v, want %d", test.name, r.Status, err, test.want)
		}
	}
	for status, want := range map[execution.Status]int{execution.Failed: 500, execution.Success: 200} {
		r, err := set.Ended(endedState(status, `{"o":"secret"}`), nil, "")
		if err != nil || r.Status != want || bytes.Contains(r.Body, []byte("secret")) || !strings.HasPrefix(string(r.Body), `{"message":`) {
			t.Errorf("%s, not known: %d %s, %v, want %d", status, r.Status, r.Body, err, want)
		}
	}
}

// TestCustomAnswerTakesMemory checks that an answer is not made when there is no memory for it.
func TestCustomAnswerTakesMemory(t *testing.T) {
	for _, properties := range []string{"{body: 1234567890}", "{body: [1234567890]}", "{status: 204, headers: {X-A: 1234567890}}"} {
		trigger := oneTrigger(t, webhookFlow("f", "key: abc\nwait: true\nresponse: "+properties))
		enough, few := purse(200), purse(9)
		if r, err := trigger.Response(endedState(execution.Success, ""), scope(), nil, &enough); err != nil || enough > 200-10 {
			t.Errorf("%s: %d, %v, %d bytes are left", properties, r.Status, err, enough)
		}
		if _, err := trigger.Response(endedState(execution.Success, ""), scope(), nil, &few); !errors.Is(err, errPurse) {
			t.Errorf("%s without memory: %v", properties, err)
		}
	}
}

func TestRespondHolds(t *testing.T) {
	const held, not, failed = "held", "not", "failed"
	tests := []struct{ name, properties, want string }{
		{"when holds", `when: "{{ trigger.body.a == 1 }}"`, held},
		{"when does not", `when: "{{ trigger.body.a == 2 }}"`, not},
		{"when is 0", `when: "{{ 0 }}"`, not},
		{"when fails", `when: "{{ trigger.body.nope == 2 }}"`, failed},
		{"CEL holds", `conditions: [{type: cel, expression: "body.a == 1"}]`, held},
		{"CEL does not", `conditions: [{type: cel, expression: "body.a == 2"}]`, not},
		{"all must hold", `when: "{{ trigger.body.a == 1 }}"` + "\n    " + `conditions: [{type: cel, expression: "body.a == 2"}]`, not},
	}
	for _, test := range tests {
		trigger := oneTrigger(t, webhookFlow("f", "key: abc\nrespond:\n  - "+test.properties))
		if !trigger.Evaluates() || trigger.HasConditions() {
			t.Errorf("%s: the trigger evaluates nothing, or has conditions", test.name)
		}
		event := &condition.Event{Pebble: scope("trigger", value.MapOf("body", value.MapOf("a", value.Int(1))))}
		got := not
		if met, err := trigger.Respond()[0].Holds(context.Background(), event); err != nil {
			got = failed
			if met {
				t.Errorf("%s: holds and fails", test.name)
			}
		} else if met {
			got = held
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestForbidden(t *testing.T) {
	const cookie = "a flow sets Set-Cookie only where the site has `allow_response_headers Set-Cookie`: elsewhere this trigger is switched off"
	tests := []struct {
		name, properties string
		allowed          HeaderNames
		want             string
	}{
		{"no answers", "wait: true", nil, ""},
		{"a response", "wait: true\nresponse: {headers: {set-cookie: a=b}}", nil, "triggers[0].response.headers: " + cookie},
		{"one with expressions", "wait: true\nresponse: {headers: {set-cookie: \"{{ trigger.body }}\"}}", nil, "triggers[0].response.headers: " + cookie},
		{"one that is allowed", "wait: true\nresponse: {headers: {set-cookie: a=b}}", HeaderNames{"Set-Cookie"}, ""},
		{"a name that is an expression", "wait: true\nresponse: {headers: {\"{{ 'Set-Cookie' }}\": a=b}}", nil, ""},
		{"a later one of respond", "respond: [{when: \"{{ trigger.body }}\"}, {when: \"{{ trigger.body }}\", headers: {X-A: b, Set-Cookie: a=b}}]", HeaderNames{"Nel"}, "triggers[0].respond[1].headers: " + cookie},
	}
	for _, test := range tests {
		got := ""
		if d := oneTrigger(t, webhookFlow("f", "key: abc\n"+test.properties)).Forbidden(test.allowed); d != nil {
			got = d.Path + ": " + d.Message
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
