package debug

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

func TestEcho(t *testing.T) {
	for _, tt := range []struct {
		name, yaml string
		want       tasktest.Result
	}{
		{"text", `{type: io.kestra.plugin.core.debug.Echo, format: "n={{ trigger.body.n }}"}`, tasktest.Result{Log: []string{"info n=1"}}},
		{"old name, level", `{type: io.kestra.core.tasks.debugs.Echo, format: x, level: WARN}`, tasktest.Result{Log: []string{"warn x"}}},
		{"dynamic level", `{type: io.kestra.plugin.core.debug.Echo, format: x, level: "{{ trigger.body.n == 1 ? 'ERROR' : 'INFO' }}"}`, tasktest.Result{Log: []string{"error x"}}},
		{"no format", `{type: io.kestra.plugin.core.debug.Echo}`, tasktest.Result{}},
		{"no level", `{type: io.kestra.plugin.core.debug.Echo, format: x, level: "{{ 'LOUD' }}"}`, tasktest.Result{Err: `level "LOUD" is none of TRACE, DEBUG, INFO, WARN, ERROR`}},
		{"format that fails", `{type: io.kestra.plugin.core.debug.Echo, format: "{{ trigger.body.nope }}"}`, tasktest.Result{Err: "unable to find `nope`"}},
		{"level that fails", `{type: io.kestra.plugin.core.debug.Echo, format: x, level: "{{ trigger.body.nope }}"}`, tasktest.Result{Err: "unable to find `nope`"}},
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
