package scope_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// planOf returns the plan of a flow with revision 7.
func planOf(t *testing.T, f *flow.Flow) *execution.Plan {
	t.Helper()
	return execution.NewPlan(f, 7)
}

func TestConstants(t *testing.T) {
	envs := value.MapOf("a", value.String("b"))
	for _, test := range []struct {
		name string
		flow *flow.Flow
		url  string
		want string
	}{
		{
			"a flow with variables", &flow.Flow{Namespace: "a.b", ID: "f", Variables: value.MapOf("v", value.String("{{ not rendered }}")).Map()}, "https://example.com/",
			`{"flow":{"id":"f","namespace":"a.b","revision":7,"tenantId":"main"},"vars":{"v":"{{ not rendered }}"},"envs":{"a":"b"},"globals":{},"kestra":{"url":"https://example.com"}}`,
		},
		{
			"a bare flow has no vars, and no kestra without a base URL", &flow.Flow{Namespace: "n", ID: "f", Variables: value.NewMap(0)}, "",
			`{"flow":{"id":"f","namespace":"n","revision":7,"tenantId":"main"},"envs":{"a":"b"},"globals":{}}`,
		},
	} {
		f := scope.NewFlow(planOf(t, test.flow), &scope.Environment{Envs: envs, BaseURL: test.url})
		if diff := cmp.Diff(test.want, value.JSON(value.FromMap(f.Constants()))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}
