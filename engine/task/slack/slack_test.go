package slack

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/outbound"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs()) }

func services(t testing.TB) *task.Services {
	c := outbound.New()
	t.Cleanup(c.Close)
	return &task.Services{HTTP: c, Executions: tasktest.Executions{}}
}

// TestSend sends messages to a server, and compares what it receives.
func TestSend(t *testing.T) {
	hook := tasktest.NewHook(t, "Content-Type", "X-Team")
	hook.Answer = func(w http.ResponseWriter, r *http.Request, _ string) {
		if strings.HasSuffix(r.URL.Path, "/gone") {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "no_service")
		}
	}
	s := services(t)
	const head = "POST /services/T/B/x Content-Type=application/json; charset=utf-8 X-Team= "
	for _, test := range []struct{ name, members, variables, want, err string }{
		{"text", `messageText: "**a** and __b__, see [it](https://e.org) {{ x }}"`, `{"x":"é\n\"q\""}`, head + `{"text":"*a* and _b_, see <https://e.org|it> é\n\"q\""}`, ""},
		{"text that is JSON", `messageText: "{{ x }}"`, `{"x":{"text":"a","n":1.50}}`, head + `{"text":"a","n":1.5}`, ""},
		{"text that begins like JSON", `messageText: "42 is it"`, `{}`, head + `{"text":"42 is it"}`, ""},
		{"text that is a number", `messageText: "42"`, `{}`, head + `{"text":"42"}`, ""},
		{"payload", `payload: '{"blocks": [{"text": "{{ x }}"}]}'`, `{"x":"a"}`, head + `{"blocks":[{"text":"a"}]}`, ""},
		{"payload as a map", `payload: {blocks: [{text: "{{ x }}"}]}`, `{"x":"a\""}`, head + `{"blocks":[{"text":"a\""}]}`, ""},
		{"payload comes first", `payload: {text: a}, messageText: b`, `{}`, head + `{"text":"a"}`, ""},
		{"broken payload", `payload: '{"a": "{{ x }}"}'`, `{"x":"\""}`, "", "payload is no JSON object: "},
		{"payload that is a list", `payload: '{{ x }}'`, `{"x":[1]}`, "", "payload is no JSON object: it is"},
		{"headers", `messageText: a, options: {headers: {x-team: b, n: null}, readTimeout: PT5S}`, `{}`, strings.Replace(head, "X-Team=", "X-Team=b", 1) + `{"text":"a"}`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, typ := range []string{"slack.notifications", "slack", "notifications.slack"} {
				r := tasktest.RunServed(t, Specs(), s, `{type: io.kestra.plugin.`+typ+`.SlackIncomingWebhook, url: "`+hook.URL+`/services/T/B/x", `+test.members+`}`, test.variables)
				if got := strings.Join(hook.Received(), "\n"); got != test.want {
					t.Errorf("%s sends\n%s, want\n%s", typ, got, test.want)
				}
				if !strings.HasPrefix(r.Err, test.err) || test.err == "" && r.Err != "" {
					t.Errorf("%s: %s, want %s", typ, r.Err, test.err)
				}
			}
		})
	}
	r := tasktest.RunServed(t, Specs(), s, `{type: io.kestra.plugin.slack.SlackIncomingWebhook, url: "`+hook.URL+`/services/gone", messageText: a}`, "{}")
	if r.Err != "Failed http request with response code '404' and body:" {
		t.Errorf("a failure is %s", r.Err)
	}
}

// TestAddressStaysSecret checks that no error quotes the address, which is a secret.
func TestAddressStaysSecret(t *testing.T) {
	for _, url := range []string{"hooks.example.com/HIDDEN", "ftp://example.com/HIDDEN", "http://[::1/HIDDEN", "https:///HIDDEN", "http://127.0.0.1:1/HIDDEN", "http://169.254.169.254/HIDDEN"} {
		r := tasktest.RunServed(t, Specs(), services(t), `{type: io.kestra.plugin.slack.SlackIncomingWebhook, url: "{{ u }}", messageText: a}`, `{"u":"`+url+`"}`)
		if r.Err == "" || strings.Contains(r.Err+strings.Join(r.Log, ""), "HIDDEN") {
			t.Errorf("%s: %q %q", url, r.Err, r.Log)
		}
	}
}

// TestRefused loads tasks that cannot be right.
func TestRefused(t *testing.T) {
	for _, test := range []struct{ members, want string }{
		{`url: x`, "one of payload and messageText must be written"},
		{`messageText: x`, "url"},
		{`url: x, payload: '{"a": }'`, "payload is no JSON object"},
		{`url: x, messageText: a, options: {wrong: 1}`, "wrong"},
	} {
		_, found := tasktest.Load(t, Specs(), `{type: io.kestra.plugin.slack.SlackIncomingWebhook, `+test.members+`}`)
		if err := found.Err(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.members, err, test.want)
		}
	}
}

// TestExecution compares messages about executions.
func TestExecution(t *testing.T) {
	hook := tasktest.NewHook(t)
	for _, test := range []struct{ name, members, variables, want string }{
		{
			"failed", `executionId: failed`, `{}`,
			`{"text":"*[company.team] orders ➛ FAILED*\n> Failed on task ` + "`pay`" + ` after 00:00:01.500","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"*[company.team] orders ➛ FAILED*\n> Failed on task ` + "`pay`" + ` after 00:00:01.500"}}],` +
				`"attachments":[{"color":"danger","fields":[{"title":"Namespace","value":"company.team","short":true},{"title":"Flow ID","value":"orders","short":true},{"title":"Execution ID","value":"failed","short":true},{"title":"Execution Status","value":"FAILED","short":true},{"title":"Final task ID","value":"pay","short":true}],"ts":1767323043}]}`,
		},
		{
			"succeeded", `executionId: "{{ id }}", customMessage: "say \"{{ id }}\"", customFields: {a: 1, b: "{{ id }}"}, channel: "#c", username: u, iconUrl: i, iconEmoji: ":e:"`,
			`{"id":"succeeded","kestra":{"url":"https://k.example.com/"}}`,
			`{"text":"*<https://k.example.com/ui/main/executions/company.team/orders/succeeded|[company.team] orders ➛ SUCCESS>*\n> Succeeded after 00:00:01.500","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"say \"succeeded\""}},` +
				`{"type":"section","text":{"type":"mrkdwn","text":"*<https://k.example.com/ui/main/executions/company.team/orders/succeeded|[company.team] orders ➛ SUCCESS>*\n> Succeeded after 00:00:01.500"},"accessory":{"type":"button","text":{"type":"plain_text","text":"Details"},"url":"https://k.example.com/ui/main/executions/company.team/orders/succeeded"}}],` +
				`"attachments":[{"color":"good","fields":[{"title":"Namespace","value":"company.team","short":true},{"title":"Flow ID","value":"orders","short":true},{"title":"Execution ID","value":"succeeded","short":true},{"title":"Execution Status","value":"SUCCESS","short":true},{"title":"a","value":1,"short":true},{"title":"b","value":"succeeded","short":true},{"title":"Final task ID","value":"ship","short":true}],"ts":1767323043}],` +
				`"channel":"#c","username":"u","icon_url":"i","icon_emoji":":e:"}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := tasktest.RunServed(t, Specs(), services(t), `{type: io.kestra.plugin.notifications.slack.SlackExecution, url: "`+hook.URL+`", `+test.members+`}`, test.variables)
			if r.Err != "" {
				t.Fatal(r.Err)
			}
			if diff := cmp.Diff([]string{"POST / " + test.want}, hook.Received()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTreeCounts checks that memory is taken for the tree of a text before it is made: a short text may have a large one.
func TestTreeCounts(t *testing.T) {
	const bytes = 1 << 20 // more than the text, and less than its tree
	text := "[" + strings.Repeat("[],", 20_000) + "[]]"
	variables := value.JSON(value.MapOf("x", value.String(`{"a":`+text+`}`)))
	for _, member := range []string{"payload", "messageText"} {
		r := tasktest.RunWithin(t, Specs(), services(t), bytes, `{type: io.kestra.plugin.slack.SlackIncomingWebhook, url: "http://127.0.0.1:1", `+member+`: "{{ x }}"}`, variables)
		if !strings.Contains(r.Err, tasktest.ErrMemory.Error()) {
			t.Errorf("%s: %.200s", member, r.Err)
		}
	}
}
