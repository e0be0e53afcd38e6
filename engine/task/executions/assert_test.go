package executions

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

func TestAssert(t *testing.T) {
	for _, tt := range []struct {
		name, yaml string
		want       tasktest.Result
	}{
		{"all hold", `{type: io.kestra.plugin.core.execution.Assert, conditions: ["{{ trigger.body.n == 1 }}", "yes", true, 1], errorMessage: "{{ trigger.body.nope }}"}`, tasktest.Result{}},
		{"none", `{type: io.kestra.plugin.core.execution.Assert, conditions: []}`, tasktest.Result{}},
		{
			"one fails", `{type: io.kestra.plugin.core.execution.Assert, conditions: ["{{ trigger.body.n == 1 }}", "{{ trigger.body.n == 2 }}"]}`,
			tasktest.Result{Err: "1 assertion failed!", Log: []string{"error Assertion `{{ trigger.body.n == 2 }}` failed!"}},
		},
		{
			"constants fail", `{type: io.kestra.plugin.core.execution.Assert, conditions: [false, 0, " -0 "]}`,
			tasktest.Result{Err: "3 assertions failed!", Log: []string{"error Assertion `false` failed!", "error Assertion `0` failed!", "error Assertion ` -0 ` failed!"}},
		},
		{
			"a condition that cannot be rendered", `{type: io.kestra.plugin.core.execution.Assert, conditions: ["{{ nope }}", "{{ trigger.body.n == 1 }}"]}`,
			tasktest.Result{Err: "1 assertion failed!", Log: []string{"error Assertion `{{ nope }}` failed, failed to render `unable to find `nope` used in the expression `{{ nope }}` at line 1:4"}},
		},
		{
			"a message that cannot be rendered", `{type: io.kestra.plugin.core.execution.Assert, conditions: [false], errorMessage: "{{ trigger.body.nope }}"}`,
			tasktest.Result{Err: "unable to find `nope` used in the expression `{{ trigger.body.nope }}` at line 1:17", Log: []string{"error Assertion `false` failed!"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tasktest.Run(t, Specs(), tt.yaml, `{"n":1}`)
			for i, line := range got.Log { // an excerpt of the expression follows
				got.Log[i], _, _ = strings.Cut(line, `\n`)
			}
			tt.want.Outputs = "null"
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
