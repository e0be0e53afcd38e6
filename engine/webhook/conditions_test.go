package webhook

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/condition"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

const expressionType = "io.kestra.plugin.core.condition.Expression"

func TestUnmet(t *testing.T) {
	const met, unmet, failed = "met", "unmet", "failed"
	tests := []struct{ name, properties, want string }{
		{"no conditions", "", met},
		{"one that holds", `conditions: [{type: EXPR, expression: "{{ trigger.body.a == 1 }}"}]`, met},
		{"one that does not", `conditions: [{type: EXPR, expression: "{{ trigger.body.a == 2 }}"}]`, unmet},
		{"one that fails", `conditions: [{type: EXPR, expression: "{{ trigger.body.nope == 2 }}"}]`, failed},
		{"all must hold", `conditions: [{type: EXPR, expression: "true"}, {type: EXPR, expression: "false"}]`, unmet},
		{"the first that does not decides", `conditions: [{type: EXPR, expression: "false"}, {type: EXPR, expression: "{{ nope }}"}]`, unmet},
		{"a failure decides too", `conditions: [{type: EXPR, expression: "{{ nope }}"}, {type: EXPR, expression: "false"}]`, failed},
		{"0 holds in a condition", `conditions: [{type: EXPR, expression: "{{ 0 }}"}]`, met},
		{"CEL", `conditions: [{type: cel, expression: "body.a == 1"}]`, met},
		{"CEL that does not hold", `conditions: [{type: cel, expression: "body.a == 2"}]`, unmet},
		{"CEL beside an expression", `conditions: [{type: cel, expression: "body.a == 1"}, {type: EXPR, expression: "{{ trigger.body.a == 2 }}"}]`, unmet},
		{"when holds", `when: "{{ trigger.body.a == 1 }}"`, met},
		{"when with any text", `when: "no"`, met},
		{"when is false", `when: "{{ trigger.body.a == 2 }}"`, unmet},
		{"when is 0", `when: "{{ 0 }}"`, unmet},
		{"when is -0", `when: "-0"`, unmet},
		{"when is blank", `when: " {{ '' }} "`, unmet},
		{"when fails", `when: "{{ trigger.body.nope }}"`, failed},
		{"when and a condition", `when: "true"` + "\n" + `conditions: [{type: EXPR, expression: "false"}]`, unmet},
		{"when comes first", `when: "false"` + "\n" + `conditions: [{type: EXPR, expression: "{{ nope }}"}]`, unmet},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			trigger := oneTrigger(t, webhookFlow("f", "key: abc\n"+strings.ReplaceAll(test.properties, "EXPR", expressionType)))
			event := &condition.Event{Pebble: scope("trigger", value.MapOf("body", value.MapOf("a", value.Int(1))))}
			got := unmet
			switch question, err := trigger.Unmet(context.Background(), event); {
			case question == nil && err != nil:
				t.Fatalf("holds and fails: %v", err)
			case question == nil:
				got = met
			case err != nil:
				got = failed
			}
			if got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func TestErrorReason(t *testing.T) {
	trigger := oneTrigger(t, webhookFlow("f", "key: abc\nconditions: [{type: "+expressionType+", expression: true}]"))
	_, err := trigger.Unmet(context.Background(), &condition.Event{Pebble: scope(), Deadline: time.Unix(1, 0)})
	if got := ErrorReason(err); got != "busy" {
		t.Errorf("reason is %q for %v", got, err)
	}
	if got := ErrorReason(errors.New("x")); got != "error" {
		t.Errorf("reason is %q", got)
	}
}

// TestQuestions checks how the log names a condition that did not hold.
func TestQuestions(t *testing.T) {
	long := strings.Repeat("é", 299)
	tests := []struct{ name, properties, path, source string }{
		{"when", `when: "{{ false }}"`, "triggers[0].when", "{{ false }}"},
		{"the first", `conditions: [{type: EXPR, expression: "{{ 1 == 2 }}"}, {type: EXPR, expression: "false"}]`, "triggers[0].conditions[0]", "{{ 1 == 2 }}"},
		{"the second", `conditions: [{type: EXPR, expression: "true"}, {type: EXPR, expression: " false "}]`, "triggers[0].conditions[1]", "false"},
		{"behind when", "when: 1\n" + `conditions: [{type: cel, expression: "1 == 2"}]`, "triggers[0].conditions[0]", "1 == 2"},
		{"one that fails", `conditions: [{type: EXPR, expression: "{{ nope }}"}]`, "triggers[0].conditions[0]", "{{ nope }}"},
		{
			"made of others", `conditions: [{type: NOT, conditions: [{type: EXPR, expression: "false"}, {type: OR, conditions: [{type: cel, expression: "1 == 1"}]}]}]`,
			"triggers[0].conditions[0]", "Not(false, Or(1 == 1))",
		},
		{"300 characters", `when: "{{ '` + long[:2*291] + `' == 1 }}"`, "triggers[0].when", "{{ '" + long[:2*291] + "' == …"},
		{"all hold", `when: "true"`, "", ""},
	}
	types := strings.NewReplacer("EXPR", expressionType, "NOT", strings.Replace(expressionType, "Expression", "Not", 1), "OR", strings.Replace(expressionType, "Expression", "Or", 1))
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			trigger := oneTrigger(t, webhookFlow("f", "key: abc\n"+types.Replace(test.properties)))
			question, _ := trigger.Unmet(context.Background(), &condition.Event{Pebble: scope()})
			var path, source string
			if question != nil {
				path, source = question.Path, question.Source()
			}
			if path != test.path || source != test.source {
				t.Errorf("%q at %q, want %q at %q", source, path, test.source, test.path)
			}
		})
	}
}
