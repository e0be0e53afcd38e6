package debug

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs()) }

func TestReturn(t *testing.T) {
	for _, tt := range []struct {
		name, yaml string
		want       tasktest.Result
	}{
		{"text", `{type: io.kestra.plugin.core.debug.Return, format: "n={{ trigger.body.n + 1 }}"}`, tasktest.Result{Outputs: `{"value":"n=2"}`, Log: []string{"debug n=2"}}},
		{"old name", `{type: io.kestra.core.tasks.debugs.Return, format: x}`, tasktest.Result{Outputs: `{"value":"x"}`, Log: []string{"debug x"}}},
		{"the value is text", `{type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.body.o }}"}`, tasktest.Result{Outputs: `{"value":"{\"z\":1,\"a\":2}"}`, Log: []string{`debug {"z":1,"a":2}`}}},
		{"no format", `{type: io.kestra.plugin.core.debug.Return}`, tasktest.Result{Outputs: "null"}},
		{"failure", `{type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.body.nope }}"}`, tasktest.Result{Outputs: "null", Err: "unable to find `nope`"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tasktest.Run(t, Specs(), tt.yaml, `{"n":1,"o":{"z":1,"a":2}}`)
			if !strings.Contains(got.Err, tt.want.Err) || (got.Err == "") != (tt.want.Err == "") {
				t.Errorf("error %q, want %q", got.Err, tt.want.Err)
			}
			tt.want.Err = got.Err
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
