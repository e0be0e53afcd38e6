package executions

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

func TestExit(t *testing.T) {
	for _, tt := range []struct {
		name, yaml string
		want       flow.Status
		err        string
	}{
		{"no state", `{type: io.kestra.plugin.core.execution.Exit}`, "SUCCESS", ""},
		{"success", `{type: io.kestra.plugin.core.execution.Exit, state: SUCCESS}`, "SUCCESS", ""},
		{"warning", `{type: io.kestra.plugin.core.execution.Exit, state: WARNING}`, "WARNING", ""},
		{"killed", `{type: io.kestra.plugin.core.execution.Exit, state: KILLED}`, "KILLED", ""},
		{"failed", `{type: io.kestra.plugin.core.execution.Exit, state: FAILED}`, "FAILED", ""},
		{"cancelled", `{type: io.kestra.plugin.core.execution.Exit, state: CANCELLED}`, "CANCELLED", ""},
		{"canceled", `{type: io.kestra.plugin.core.execution.Exit, state: CANCELED}`, "CANCELLED", ""},
		{"expression", `{type: io.kestra.plugin.core.execution.Exit, state: "{{ trigger.body.n == 1 ? 'FAILED' : 'SUCCESS' }}"}`, "FAILED", ""},
		{"unknown", `{type: io.kestra.plugin.core.execution.Exit, state: "{{ 'RUNNING' }}"}`, "", `state "RUNNING" is none of SUCCESS, WARNING, KILLED, FAILED, CANCELLED, CANCELED`},
		{"failure", `{type: io.kestra.plugin.core.execution.Exit, state: "{{ trigger.body.nope }}"}`, "", "unable to find `nope`"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tasktest.Run(t, Specs(), tt.yaml, `{"n":1}`)
			if !strings.HasPrefix(got.Err, tt.err) || (got.Err == "") != (tt.err == "") {
				t.Errorf("error %q, want %q", got.Err, tt.err)
			}
			if diff := cmp.Diff(tasktest.Result{Outputs: "null", Exit: tt.want, Err: got.Err}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	_, found := tasktest.Load(t, Specs(), `{type: io.kestra.plugin.core.execution.Exit, state: DONE}`)
	if err, want := found.Err(), "flow.yml:4:62: tasks[0].state: must be one of SUCCESS, WARNING, KILLED, FAILED, CANCELLED, CANCELED"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
