package output

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs()) }

func TestOutputValues(t *testing.T) {
	for _, tt := range []struct {
		name, yaml string
		want       tasktest.Result
	}{
		{
			"expressions give text", `{type: io.kestra.plugin.core.output.OutputValues, values: {n: "{{ trigger.body.n }}", list: "{{ trigger.body.list }}"}}`,
			tasktest.Result{Outputs: `{"values":{"n":"1","list":"[\"a\",\"b\"]"}}`},
		},
		{
			"literals keep their types", `{type: io.kestra.plugin.core.output.OutputValues, values: {i: 1, f: 1.5, b: true, n: null, s: "1", l: [1, x], m: {a: 1}}}`,
			tasktest.Result{Outputs: `{"values":{"i":1,"f":1.5,"b":true,"n":null,"s":"1","l":[1,"x"],"m":{"a":1}}}`},
		},
		{
			"keys are rendered, order is kept", `{type: io.kestra.plugin.core.output.OutputValues, values: {z: 1, "{{ trigger.body.name }}": 2, a: 3}}`,
			tasktest.Result{Outputs: `{"values":{"z":1,"bob":2,"a":3}}`},
		},
		{
			"expression that gives a map", `{type: io.kestra.plugin.core.output.OutputValues, values: "{{ trigger.body }}"}`,
			tasktest.Result{Outputs: `{"values":{"n":1,"name":"bob","list":["a","b"]}}`},
		},
		{
			"JSON", `{type: io.kestra.plugin.core.output.OutputValues, values: '{"n": {{ trigger.body.n + 1 }}}'}`,
			tasktest.Result{Outputs: `{"values":{"n":2}}`},
		},
		{
			"expression that gives no map", `{type: io.kestra.plugin.core.output.OutputValues, values: "{{ trigger.body.list }}"}`,
			tasktest.Result{Outputs: "null", Err: "values must be a map, or JSON text of one"},
		},
		{"no JSON", `{type: io.kestra.plugin.core.output.OutputValues, values: "{{ 'text' }}"}`, tasktest.Result{Outputs: "null", Err: "invalid JSON"}},
		{"empty", `{type: io.kestra.plugin.core.output.OutputValues, values: {}}`, tasktest.Result{Outputs: `{"values":{}}`}},
		{"none", `{type: io.kestra.plugin.core.output.OutputValues}`, tasktest.Result{Outputs: `{"values":{}}`}},
		{
			"failure", `{type: io.kestra.plugin.core.output.OutputValues, values: {a: [x, "{{ trigger.body.nope }}"]}}`,
			tasktest.Result{Outputs: "null", Err: "unable to find `nope`"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tasktest.Run(t, Specs(), tt.yaml, `{"n":1,"name":"bob","list":["a","b"]}`)
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
