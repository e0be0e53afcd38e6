package executions

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs()) }

func TestFail(t *testing.T) {
	for _, tt := range []struct {
		name, yaml string
		want       tasktest.Result
	}{
		{"always", `{type: io.kestra.plugin.core.execution.Fail}`, tasktest.Result{Err: "Task failure"}},
		{"old name, message", `{type: io.kestra.core.tasks.executions.Fail, errorMessage: "boom {{ trigger.body.n }}"}`, tasktest.Result{Err: "boom 1"}},
		{
			"condition that holds", `{type: io.kestra.plugin.core.execution.Fail, condition: "{{ trigger.body.n == 1 }}"}`,
			tasktest.Result{Err: "Fail on a condition", Log: []string{"error Task failure"}},
		},
		{
			"condition that holds, message", `{type: io.kestra.plugin.core.execution.Fail, condition: "yes", errorMessage: boom}`,
			tasktest.Result{Err: "Fail on a condition", Log: []string{"error boom"}},
		},
		{"condition that does not hold", `{type: io.kestra.plugin.core.execution.Fail, condition: "{{ trigger.body.n == 2 }}", errorMessage: "{{ trigger.body.nope }}"}`, tasktest.Result{}},
		{"condition in YAML", `{type: io.kestra.plugin.core.execution.Fail, condition: false}`, tasktest.Result{}},
		{"condition that fails", `{type: io.kestra.plugin.core.execution.Fail, condition: "{{ trigger.body.nope }}"}`, tasktest.Result{Err: "unable to find `nope`"}},
		{"message that fails", `{type: io.kestra.plugin.core.execution.Fail, errorMessage: "{{ trigger.body.nope }}"}`, tasktest.Result{Err: "unable to find `nope`"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tasktest.Run(t, Specs(), tt.yaml, `{"n":1}`)
			if !strings.HasPrefix(got.Err, tt.want.Err) || (got.Err == "") != (tt.want.Err == "") {
				t.Errorf("error %q, want %q", got.Err, tt.want.Err)
			}
			tt.want.Outputs, tt.want.Err = "null", got.Err
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
