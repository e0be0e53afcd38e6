package flow

import (
	"strings"
	"testing"
)

// TestSecretTemplatesAreNotQuoted checks that findings about the expression of a key quote no part of it.
func TestSecretTemplatesAreNotQuoted(t *testing.T) {
	tests := []struct{ key, want string }{
		{"{{ canary", "the expression has a syntax error here"},
		{"{{ 'canary' | nofilter }}", "the filter, function or test here, or an argument of it, does not exist"},
		{"{{ kv('canary') }}", `function "kv" needs the key-value store, which is not supported yet`},
		{"{{ secrt('canary') }}", `function or macro "secrt" does not exist; did you mean "secret"?`},
		{"{{ vault('canary') }}", `function or macro "vault" does not exist`},
		{"{{ 'canary' | uper }}", `filter "uper" does not exist; did you mean "upper"?`},
		{"{{ secret() }}", `function "secret" needs the argument "key"`},
		{"{{ secret('canary', canary=1) }}", "the filter, function or test here, or an argument of it, does not exist"},
		{"{{ 0 | date('canary q') }}", "the filter, function or test here does not take this argument"},
		{"{{ 'x' | escapeChar('canary') }}", "the filter, function or test here does not take this argument"},
	}
	for _, tt := range tests {
		_, found := loadText(t, "id: f\nnamespace: n\ntasks: [{id: t, type: test.All}]\ntriggers:\n  - id: w\n"+
			"    type: io.kestra.plugin.core.trigger.Webhook\n    key: \""+tt.key+"\"\n")
		errors := found.Errors()
		if len(errors) != 1 || errors[0].Message != tt.want || strings.Contains(errors[0].Error(), "canary") {
			t.Errorf("%s: got %v, want %s", tt.key, errors, tt.want)
		}
	}
}
