package executions

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

func TestLabels(t *testing.T) {
	const body = `{"n":1,"name":"bob","list":["a"],"empty":"","labels":{"x":"1","y":2},"pairs":[{"key":"x","value":true}]}`
	for _, tt := range []struct {
		name, labels string
		want         []flow.Label
		err          string
	}{
		{"map", `{who: "{{ trigger.body.name }}", fixed: v}`, []flow.Label{{Key: "who", Value: "bob"}, {Key: "fixed", Value: "v"}}, ""},
		{"values that are no text", `{n: 5, b: true, d: 1.50, "x": "{{ trigger.body.list }}"}`, []flow.Label{{Key: "n", Value: "5"}, {Key: "b", Value: "true"}, {Key: "d", Value: "1.5"}, {Key: "x", Value: `["a"]`}}, ""},
		{"keys of any form", `{Key: v, "a b": w, "k{{ trigger.body.n }}": x}`, []flow.Label{{Key: "Key", Value: "v"}, {Key: "a b", Value: "w"}, {Key: "k1", Value: "x"}}, ""},
		{"list", `[{key: k1, value: v1}, {key: k2, value: "{{ trigger.body.n }}"}]`, []flow.Label{{Key: "k1", Value: "v1"}, {Key: "k2", Value: "1"}}, ""},
		{"the same key twice", `[{key: k, value: a}, {key: k, value: b}]`, []flow.Label{{Key: "k", Value: "b"}}, ""},
		{"JSON", `'{"a":"1","b":2}'`, []flow.Label{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}}, ""},
		{"JSON with expressions", `'{"a":"{{ trigger.body.name }}"}'`, []flow.Label{{Key: "a", Value: "bob"}}, ""},
		{"JSON list", `'[{"key":"a","value":"1"}]'`, []flow.Label{{Key: "a", Value: "1"}}, ""},
		{"expression that gives a map", `"{{ trigger.body.labels }}"`, []flow.Label{{Key: "x", Value: "1"}, {Key: "y", Value: "2"}}, ""},
		{"expression that gives a list", `"{{ trigger.body.pairs }}"`, []flow.Label{{Key: "x", Value: "true"}}, ""},
		{"nothing", `{}`, nil, ""},
		{"empty list", `[]`, nil, ""},
		{"label of the engine", `{a: b, system.x: y}`, nil, "System labels can only be set by Kestra itself, offending label: system.x=y"},
		{"empty value", `{x: ""}`, nil, "Label values cannot be empty, offending label: x"},
		{"expression that gives nothing", `{x: "{{ trigger.body.empty }}"}`, nil, "Label values cannot be empty, offending label: x"},
		{"null in JSON", `'{"x":null}'`, nil, "Label values cannot be empty, offending label: x"},
		{"empty key", `{"{{ trigger.body.empty }}": x}`, nil, "Label keys cannot be empty"},
		{"pair without a key", `'[{"value":"x"}]'`, nil, "Label keys cannot be empty"},
		{"JSON number", `"{{ '5' }}"`, nil, "labels must be a map or a list of {key, value}, or JSON text of one"},
		{"list of no pairs", `"{{ trigger.body.list }}"`, nil, "labels must be a map or a list of {key, value}, or JSON text of one"},
		{"no JSON", `"{{ trigger.body.name }}"`, nil, "invalid JSON"},
		{"failure", `{x: "{{ trigger.body.nope }}"}`, nil, "x: unable to find `nope`"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tasktest.Run(t, Specs(), "{type: io.kestra.core.tasks.executions.Labels, labels: "+tt.labels+"}", body)
			if !strings.HasPrefix(got.Err, tt.err) || (got.Err == "") != (tt.err == "") {
				t.Errorf("error %q, want %q", got.Err, tt.err)
			}
			if diff := cmp.Diff(tasktest.Result{Outputs: "null", Labels: tt.want, Err: got.Err}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
