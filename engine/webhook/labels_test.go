package webhook

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestLabels(t *testing.T) {
	request := scope("trigger", value.MapOf("body", value.MapOf("a", value.String("x"), "n", value.Int(7), "l", value.ListOf(value.Int(1)))))
	from, last := flow.Label{Key: "system.from", Value: "trigger"}, flow.Label{Key: "system.correlationId", Value: "ID"}
	tests := []struct {
		name          string
		flow, trigger string
		scope         *pebble.Context
		want          []flow.Label // between the first and the last
	}{
		{"none", "", "", request, nil},
		{"of the flow, in their order", "labels: {team: a, env: prod}", "", request, []flow.Label{{Key: "team", Value: "a"}, {Key: "env", Value: "prod"}}},
		{"scalars are text", "labels: {n: 1, b: true, d: 1.50}", "", request, []flow.Label{{Key: "n", Value: "1"}, {Key: "b", Value: "true"}, {Key: "d", Value: "1.5"}}},
		{"given twice", "labels: [{key: a, value: x}, {key: b, value: y}, {key: a, value: z}]", "", request, []flow.Label{{Key: "a", Value: "z"}, {Key: "b", Value: "y"}}},
		{"of the flow are literal", `labels: {a: "{{ trigger.body.a }}"}`, "", request, []flow.Label{{Key: "a", Value: "{{ trigger.body.a }}"}}},
		{"of the trigger are rendered", "", `labels: {a: "{{ trigger.body.a }}", n: "{{ trigger.body.n }}"}`, request, []flow.Label{{Key: "a", Value: "x"}, {Key: "n", Value: "7"}}},
		{"of the trigger as a list", "", `labels: [{key: a, value: "{{ trigger.body.a }}"}]`, request, []flow.Label{{Key: "a", Value: "x"}}},
		{"of the trigger, scalars", "", `labels: {n: 1, b: true}`, request, []flow.Label{{Key: "n", Value: "1"}, {Key: "b", Value: "true"}}},
		{"of the trigger behind those of the flow", "labels: {a: f, b: f}", "labels: {c: t, a: t}", request, []flow.Label{{Key: "a", Value: "t"}, {Key: "b", Value: "f"}, {Key: "c", Value: "t"}}},
		{"a rendered key", "", `labels: {"{{ trigger.body.a }}": y}`, request, []flow.Label{{Key: "x", Value: "y"}}},
		{"rendered to nothing", "", `labels: {a: "{{ '' }}", b: y}`, request, []flow.Label{{Key: "b", Value: "y"}}},
		{"a key rendered to one of the engine's", "", `labels: {"{{ 'system.' ~ 'from' }}": y, b: y}`, request, []flow.Label{{Key: "b", Value: "y"}}},
		{"of the trigger are unknown without a scope", "labels: {a: f}", "labels: {b: t}", nil, []flow.Label{{Key: "a", Value: "f"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			trigger := oneTrigger(t, webhookFlow("f", "key: abc\n"+test.trigger, test.flow))
			got, err := trigger.Labels(nil, test.scope, "trigger", "ID")
			if err != nil {
				t.Fatal(err)
			}
			want := append(append([]flow.Label{from}, test.want...), last)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("labels (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLabelsThatCannotBeRendered(t *testing.T) {
	trigger := oneTrigger(t, webhookFlow("f", "key: abc\nlabels: {b: ok, c: \"{{ trigger.body.nope }}\"}", "labels: {a: f}"))
	got, err := trigger.Labels(nil, scope("trigger", value.MapOf("body", value.MapOf())), "trigger", "ID")
	if err == nil || !strings.HasPrefix(err.Error(), "labels: ") {
		t.Errorf("error is %v", err)
	}
	want := []flow.Label{{Key: "system.from", Value: "trigger"}, {Key: "a", Value: "f"}, {Key: "system.correlationId", Value: "ID"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
}
