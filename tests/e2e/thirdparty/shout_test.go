package shout

import (
	"testing"

	"github.com/caddyserver/caddy/v2"

	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

func TestShout(t *testing.T) {
	for _, tt := range []struct{ name, mark, task, want, err string }{
		{"one mark", "", `{type: com.example.shout.Shout, text: "Hello {{ trigger.body.name }}"}`, `{"text":"HELLO ALICE!"}`, ""},
		{"no mark", "", `{type: com.example.shout.Shout, text: Hello, times: 0}`, `{"text":"HELLO"}`, ""},
		{"other marks", " x", `{type: com.example.shout.Shout, text: Hello, times: 2}`, `{"text":"HELLO x x"}`, ""},
		{"an expression that fails", "", `{type: com.example.shout.Shout, text: "{{ trigger.body.age }}"}`, "null", "unable to find `age` used in the expression `{{ trigger.body.age }}` at line 1:17"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := &Group{Mark: tt.mark}
			if err := g.Provision(caddy.Context{}); err != nil {
				t.Fatal(err)
			}
			got := tasktest.Run(t, g.Specs(), tt.task, `{"name": "Alice"}`)
			if got.Outputs != tt.want || got.Err != tt.err {
				t.Errorf("got %s, %q, want %s, %q", got.Outputs, got.Err, tt.want, tt.err)
			}
		})
	}
	_, found := tasktest.Load(t, new(Group).Specs(), `{type: com.example.shout.Shout, text: Hello, times: 11}`)
	if err := found.Err(); err == nil || err.Error() != "flow.yml:4:62: tasks[0].times: must be 0 to 10, is 11" {
		t.Errorf("error %v", err)
	}
}

func TestExamples(t *testing.T) { tasktest.Examples(t, new(Group).Specs()) }
