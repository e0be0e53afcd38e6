package pebble

import (
	"os"
	"runtime/debug"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // each evaluation drops what it made: to collect that seldom saves much of the time of these tests
	os.Exit(m.Run())
}

// requestContext is a context as a webhook request has it.
func requestContext(tb testing.TB) *Context {
	tb.Helper()
	vars, err := value.DecodeJSON([]byte(`{
		"trigger": {
			"body": {"hello": "world", "n": 1, "list": [1, 2, "x", null], "map": {"b": 1, "a": 2}, "size": 5, "nul": null, "text": "{{ 1 + 1 }}"},
			"headers": {"X-Event": ["deploy", "b"]},
			"parameters": {"name": ["Alice"]}
		},
		"flow": {"id": "f", "namespace": "company.team"},
		"outputs": {"x": {"value": "out"}}
	}`))
	if err != nil {
		tb.Fatal(err)
	}
	return &Context{Vars: vars.Map()}
}

func TestRender(t *testing.T) {
	for _, c := range []struct{ template, want string }{
		{"", ""},
		{"plain } %} text", "plain } %} text"},
		{"{{ trigger.body.hello == 'world' }}", "true"},
		{"Hello {{ trigger.parameters.name[0] ?? 'world' }}!", "Hello Alice!"},
		{"Hello {{ trigger.parameters.nam[0] ?? 'world' }}!", "Hello world!"},
		{"{{ trigger.headers['X-Event'] | first }}", "deploy"},
		{"{{ trigger.body.size }}", "5"},
		{"{{ trigger.body.size() }}", "7"},
		{"{{ trigger.body.map }}", `{"b":1,"a":2}`},
		{"{{ trigger.body.text }}", "{{ 1 + 1 }}"},
		{"{{ render(trigger.body.text) }}", "2"},
		{"{{ outputs.x.value | upper }}", "OUT"},
		{"{{ trigger.body.nul }}", ""},
		{"{{ trigger.body.list contains 1.0 }}", "true"},
		{"{{ [1, 2] == [1.0, 2] }}", "true"},
		{"{{ 9223372036854775807 + 1 }}", "9223372036854775808"},
	} {
		tmpl, err := New(Options{}).Compile(c.template)
		if err != nil {
			t.Errorf("%s: %v", c.template, err)
			continue
		}
		got, err := tmpl.Render(requestContext(t))
		if err != nil || got != c.want {
			t.Errorf("%s: got %q, %v; want %q", c.template, got, err, c.want)
		}
	}
}
