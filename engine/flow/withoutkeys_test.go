package flow

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWithoutKeys checks what a store gets of a flow: everything but the keys.
func TestWithoutKeys(t *testing.T) {
	const head = "id: f\nnamespace: n\n"
	const long = "4wjtkzwVGBM9yKnjm3yv8r"
	tests := []struct{ name, text, want string }{
		{"plain", "tasks: [{id: t, type: test.All, string: a test}]\ntriggers: [{id: w, type: test.Webhook, key: a}]\n", "tasks: [{id: t, type: test.All, string: a test}]\ntriggers: [{id: w, type: test.Webhook, key: (hidden)}]\n"},
		{"in double quotes", `triggers: [{id: w, type: test.Webhook, key: "a\"b\\"}] # a"b`, `triggers: [{id: w, type: test.Webhook, key: (hidden)}] # a"b`},
		{"in single quotes", `triggers: [{id: w, type: test.Webhook, key: 'a''b'}]`, `triggers: [{id: w, type: test.Webhook, key: (hidden)}]`},
		{"after an umlaut", "triggers: [{description: ä, id: w, type: test.Webhook, key: ö}]", "triggers: [{description: ä, id: w, type: test.Webhook, key: (hidden)}]"},
		{"with an anchor", "triggers: [{id: w, type: test.Webhook, key: &k !!str a}]", "triggers: [{id: w, type: test.Webhook, key: &k !!str (hidden)}]"},
		{"literal", "triggers:\n  - id: w\n    type: test.Webhook\n    key: |-\n      a b\n    description: a b\n", "triggers:\n  - id: w\n    type: test.Webhook\n    key: |-\n      (hidden)\n    description: a b\n"},
		{"folded", "triggers:\n  - id: w\n    type: test.Webhook\n    key: >-\n      a\n      b\n", "triggers:\n  - id: w\n    type: test.Webhook\n    key: >-\n      (hidden)\n"},
		{"over two lines", "triggers:\n  - id: w\n    type: test.Webhook\n    key: a\n      b\n", "triggers:\n  - id: w\n    type: test.Webhook\n    key: (hidden)\n"},
		{"an expression", "tasks: [{id: t, type: test.All, description: \"{{ secret('X') }}\"}]\ntriggers: [{id: w, type: test.Webhook, key: \"{{ secret('X') }}\"}]\n", "tasks: [{id: t, type: test.All, description: \"{{ secret('X') }}\"}]\ntriggers: [{id: w, type: test.Webhook, key: (hidden)}]\n"},
		{"long ones are taken out of comments", "# curl …/" + long + "\ntriggers: [{id: w, type: test.Webhook, key: " + long + "}]\n", "# curl …/(hidden)\ntriggers: [{id: w, type: test.Webhook, key: (hidden)}]\n"},
		{"two", "triggers: [{id: w, type: test.Webhook, key: a}, {id: x, type: test.Webhook, key: aa}]", "triggers: [{id: w, type: test.Webhook, key: (hidden)}, {id: x, type: test.Webhook, key: (hidden)}]"},
		{"a default for two", "pluginDefaults: [{type: test.Webhook, values: {key: a}}]\ntriggers: [{id: w, type: test.Webhook}, {id: x, type: test.Webhook}]", "pluginDefaults: [{type: test.Webhook, values: {key: (hidden)}}]\ntriggers: [{id: w, type: test.Webhook}, {id: x, type: test.Webhook}]"},
		{"secrets in an object", "triggers: [{id: w, type: test.Webhook, key: a, signed: {secret: b, secrets: [c, \"d e\"]}}] # b c d e", "triggers: [{id: w, type: test.Webhook, key: (hidden), signed: {secret: (hidden), secrets: [(hidden), (hidden)]}}] # b c d e"},
		{"by an alias", "variables: {k: &k very-very-secret}\ntriggers: [{id: w, type: test.Webhook, key: *k}]", "variables: {k: &k (hidden)}\ntriggers: [{id: w, type: test.Webhook, key: *k}]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(tt.text, "tasks:") {
				tt.text, tt.want = "tasks: [{id: t, type: test.All}]\n"+tt.text, "tasks: [{id: t, type: test.All}]\n"+tt.want
			}
			text := strings.ReplaceAll(head+tt.text, "test.Webhook", "io.kestra.plugin.core.trigger.Webhook")
			want := strings.ReplaceAll(head+tt.want, "test.Webhook", "io.kestra.plugin.core.trigger.Webhook")
			set, found := loadText(t, text)
			if set.Len() != 1 {
				t.Fatal(found)
			}
			for f := range set.All() {
				kept := string(f.WithoutKeys())
				if diff := cmp.Diff(want, kept); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if again, found := loadText(t, kept); again.Len() != 1 {
					t.Errorf("what is kept does not load: %v", found)
				}
			}
		})
	}
}
