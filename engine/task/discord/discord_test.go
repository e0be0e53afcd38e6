package discord

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/outbound"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs()) }

// TestSend sends messages to a server, and compares what it receives.
func TestSend(t *testing.T) {
	hook := tasktest.NewHook(t)
	c := outbound.New()
	t.Cleanup(c.Close)
	s := &task.Services{HTTP: c, Executions: tasktest.Executions{}}
	const about = `"description":"Namespace: company.team\nFlow ID: orders\nExecution ID: failed\nExecution Status: FAILED`
	const outcome = `"footer":{"text":"Failed on task ` + "`pay`" + ` after 00:00:01.500"}`
	for _, test := range []struct{ name, typ, members, variables, want, err string }{
		{"payload", "IncomingWebhook", `payload: '{"content": "{{ x }}", "tts": false}'`, `{"x":"a"}`, `{"content":"a","tts":false}`, ""},
		{"payload as a map", "IncomingWebhook", `payload: {content: "{{ x }}"}`, `{"x":"a\""}`, `{"content":"a\""}`, ""},
		{"broken payload", "IncomingWebhook", `payload: '{{ x }}'`, `{"x":"a"}`, "", "payload is no JSON object: "},
		{"execution", "Execution", `executionId: failed`, `{}`, `{"tts":false,"embeds":[{` + about + `",` + outcome + `}]}`, ""},
		{
			"execution with all", "Execution",
			`executionId: failed, username: u, avatarUrl: a, customMessage: m, customFields: {k: 1}, embedList: [{title: "{{ x }}", websiteUrl: w, description: d, thumbnail: t, authorName: n, color: [255, 0, 16], footer: f}, {title: two, description: d2, footer: f2}]`,
			`{"x":"one"}`,
			`{"tts":false,"username":"u","avatar_url":"a","content":"m","embeds":[{"title":"one",` + about + `\nk: 1","url":"w","thumbnail":{"url":"t"},"author":{"name":"n","url":"w","icon_url":"a"},` + outcome + `,"color":16711696},{"title":"two","description":"d2","footer":{"text":"f2"}}]}`, "",
		},
		{"execution with a link", "Execution", `executionId: failed, content: c`, `{"kestra":{"url":"https://k"}}`, `{"tts":false,"content":"c","embeds":[{` + about + `",` + outcome + `,"url":"https://k/ui/main/executions/company.team/orders/failed"}]}`, ""},
		{"execution with a payload", "Execution", `payload: {content: c}`, `{}`, `{"content":"c"}`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, group := range []string{"discord", "notifications.discord"} {
				r := tasktest.RunServed(t, Specs(), s, `{type: io.kestra.plugin.`+group+`.Discord`+test.typ+`, url: "`+hook.URL+`", `+test.members+`}`, test.variables)
				var want []string
				if test.want != "" {
					want = []string{"POST / " + test.want}
				}
				if diff := cmp.Diff(want, hook.Received()); diff != "" {
					t.Error(diff)
				}
				if !strings.HasPrefix(r.Err, test.err) || test.err == "" && r.Err != "" {
					t.Errorf("%s, want %s", r.Err, test.err)
				}
			}
		})
	}
}

// TestRefused loads tasks that cannot be right.
func TestRefused(t *testing.T) {
	for _, test := range []struct{ task, want string }{
		{`IncomingWebhook, url: x`, "payload"},
		{`IncomingWebhook, url: x, payload: '[1]'`, "payload is no JSON object"},
		{`Execution, url: x, embedList: [{color: [1, 2]}]`, "three numbers"},
		{`Execution, url: x, embedList: [{color: [1, 2, 256]}]`, "three numbers"},
		{`Execution, url: x, embedList: [{color: [1, 2, 3x]}]`, "three numbers"},
	} {
		_, found := tasktest.Load(t, Specs(), `{type: io.kestra.plugin.discord.Discord`+test.task+`}`)
		if err := found.Err(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.task, err, test.want)
		}
	}
}

// TestTreeCounts checks that memory is taken for the tree of a text before it is made: a short text may have a large one.
func TestTreeCounts(t *testing.T) {
	const bytes = 1 << 20 // more than the text, and less than its tree
	text := "[" + strings.Repeat("[],", 20_000) + "[]]"
	variables := value.JSON(value.MapOf("x", value.String(`{"a":`+text+`}`)))
	c := outbound.New()
	t.Cleanup(c.Close)
	r := tasktest.RunWithin(t, Specs(), &task.Services{HTTP: c}, bytes, `{type: io.kestra.plugin.discord.DiscordIncomingWebhook, url: "http://127.0.0.1:1", payload: "{{ x }}"}`, variables)
	if !strings.Contains(r.Err, tasktest.ErrMemory.Error()) {
		t.Errorf("%.200s", r.Err)
	}
}
