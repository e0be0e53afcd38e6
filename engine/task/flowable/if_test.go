package flowable

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

// body is the body of the recorded requests that these cases come from.
const body = `{"n":1,"list":["a","b","c"],"name":"bob"}`

func TestIf(t *testing.T) {
	for _, tt := range []struct {
		name, condition string // as YAML
		holds           bool
	}{
		{"a number", `"{{ 5 }}"`, true},
		{"an empty map", `"{{ {} }}"`, true},
		{"an empty list", `"{{ [] }}"`, true},
		{"a map", `"{{ trigger.body }}"`, true},
		{"blank and false", `"  false  "`, false},
		{"text and value", `"x{{ false }}"`, true},
		{"0.00", `"0.00"`, true},
		{"0", `0`, false},
		{"-0", `"{{ '-0' }}"`, false},
		{"tab", `"\t"`, false},
		{"empty", `""`, false},
		{"null", `"{{ null }}"`, false},
		{"not written", `null`, false},
		{"a comparison as text", `"trigger.body.n == 1"`, true},
		{"a comparison that holds", `"{{ trigger.body.n == 1 }}"`, true},
		{"a comparison that does not", `"{{ trigger.body.n == 2 }}"`, false},
		{"false in YAML", `false`, false},
		{"true in YAML", `true`, true},
		{"False", `"{{ 'False' }}"`, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			yaml := with(`{type: core.flow.If, condition: ` + tt.condition + `, then: [$a]}`)
			d, got := tasktest.Choose(t, withLeaves(), yaml, body)
			want, outputs := 1, `{"evaluationResult":false}`
			if tt.holds {
				want, outputs = 0, `{"evaluationResult":true}`
			}
			if d.Case != want || d.Failed {
				t.Errorf("decision is %+v, want case %d", d, want)
			}
			if diff := cmp.Diff(tasktest.Result{Outputs: outputs}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestIfFails(t *testing.T) {
	d, got := tasktest.Choose(t, withLeaves(), with(`{type: core.flow.If, condition: "{{ trigger.body.nope.x }}", then: [$a]}`), body)
	if !strings.HasPrefix(got.Err, "unable to find `nope`") || got.Outputs != "null" || got.Log != nil {
		t.Errorf("got %+v", got)
	}
	if d.Failed { // the error says it
		t.Errorf("decision is %+v", d)
	}
}
