package logs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs()) }

func TestLog(t *testing.T) {
	for _, tt := range []struct {
		name, yaml string
		want       tasktest.Result
	}{
		{"text", `{type: io.kestra.plugin.core.log.Log, message: "Hello {{ trigger.body.name }} 🚀"}`, tasktest.Result{Log: []string{"info Hello bob 🚀"}}},
		{"old name", `{type: io.kestra.core.tasks.log.Log, message: 12}`, tasktest.Result{Log: []string{"info 12"}}},
		{"list", `{type: io.kestra.plugin.core.log.Log, message: [one, "{{ trigger.body.n }}", true]}`, tasktest.Result{Log: []string{"info one", "info 1", "info true"}}},
		{"a list that an expression gives is one text", `{type: io.kestra.plugin.core.log.Log, message: "{{ trigger.body.list }}"}`, tasktest.Result{Log: []string{`info ["a","b"]`}}},
		{"several lines are one message", `{type: io.kestra.plugin.core.log.Log, message: "one\ntwo"}`, tasktest.Result{Log: []string{`info one\ntwo`}}},
		{"nothing", `{type: io.kestra.plugin.core.log.Log, message: "{{ null }}"}`, tasktest.Result{Log: []string{"info "}}},
		{"trace", `{type: io.kestra.plugin.core.log.Log, level: TRACE, message: x}`, tasktest.Result{Log: []string{"debug x"}}},
		{"debug", `{type: io.kestra.plugin.core.log.Log, level: DEBUG, message: x}`, tasktest.Result{Log: []string{"debug x"}}},
		{"info", `{type: io.kestra.plugin.core.log.Log, level: INFO, message: x}`, tasktest.Result{Log: []string{"info x"}}},
		{"warn", `{type: io.kestra.plugin.core.log.Log, level: WARN, message: x}`, tasktest.Result{Log: []string{"warn x"}}},
		{"error", `{type: io.kestra.plugin.core.log.Log, level: ERROR, message: x}`, tasktest.Result{Log: []string{"error x"}}},
		{"rendered level", `{type: io.kestra.plugin.core.log.Log, level: "{{ trigger.body.level }}", message: x}`, tasktest.Result{Log: []string{"warn x"}}},
		{"level that is none", `{type: io.kestra.plugin.core.log.Log, level: "{{ trigger.body.name }}", message: x}`, tasktest.Result{Err: `level "bob" is none of TRACE, DEBUG, INFO, WARN, ERROR`}},
		{"level that fails", `{type: io.kestra.plugin.core.log.Log, level: "{{ 1 / 0 }}", message: x}`, tasktest.Result{Err: "division"}},
		{"message that fails logs nothing", `{type: io.kestra.plugin.core.log.Log, message: [x, "{{ trigger.body.nope }}"]}`, tasktest.Result{Err: "unable to find `nope`"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tasktest.Run(t, Specs(), tt.yaml, `{"n":1,"name":"bob","list":["a","b"],"level":"WARN"}`)
			if !strings.Contains(got.Err, tt.want.Err) || (got.Err == "") != (tt.want.Err == "") {
				t.Errorf("error %q, want %q", got.Err, tt.want.Err)
			}
			tt.want.Outputs, tt.want.Err = "null", got.Err
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLogIsChecked(t *testing.T) {
	for yaml, want := range map[string]string{
		`{type: io.kestra.plugin.core.log.Log}`:                                         "message",
		`{type: io.kestra.plugin.core.log.Log, message: x, level: LOUD}`:                "must be one of",
		`{type: io.kestra.plugin.core.log.Log, message: x, mesage: y}`:                  "mesage",
		`{type: io.kestra.plugin.core.log.Log, message: {a: b}}`:                        "message",
		`{type: io.kestra.plugin.core.log.Log, message: "{{ trigger.body.a | nope }}"}`: "nope",
	} {
		if c, found := tasktest.Load(t, Specs(), yaml); c != nil || len(found) == 0 || !strings.Contains(found[0].Error(), want) {
			t.Errorf("%s: %v", yaml, found)
		}
	}
}
