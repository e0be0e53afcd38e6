package engine

import (
	"errors"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

func TestEval(t *testing.T) {
	for _, c := range []struct {
		name, template string
		options        EvalOptions
		want           string
	}{
		{"text", "{{ 1 + 1 }} {{ [1, 'a'] }}", EvalOptions{}, `2 [1,"a"]`},
		{"context", "{{ trigger.body.b }}", EvalOptions{Context: []byte(`{"trigger": {"body": {"b": "x"}}}`)}, "x"},
		{"headers in any case", "{{ trigger.headers['x-event'][0] }}{{ trigger.headers.X_Event ?? '-' }}{{ trigger.body.A ?? '-' }}", EvalOptions{Context: []byte(`{"trigger": {"headers": {"X-Event": ["push"]}, "body": {"a": 1}}}`)}, "push--"},
		{"headers that are none", "{{ trigger.headers }}", EvalOptions{Context: []byte(`{"trigger": {"headers": "x"}}`)}, "x"},
		{"JSON", "{{ [1, null, 'a'] }}", EvalOptions{JSON: true}, `[1,null,"a"]`},
		{"JSON of a text", "{{ 'a' }}", EvalOptions{JSON: true}, `"a"`},
		{"dialect 1", "{{ 'a' ~ nope ?? 'b' ~ 'c' }}", EvalOptions{Dialect: 1}, "abc"},
		{"dialect 2", "{{ 'a' ~ nope ?? 'b' ~ 'c' }}", EvalOptions{Dialect: 2}, "bc"},
		{"environment", "{{ envs.stage }} {{ secret('a') }} {{ env('stage') }}", EvalOptions{Environ: []string{"ENV_STAGE=dev", "SECRET_A=eA==", "OTHER=1"}}, "dev x dev"},
		{"envs of the context", "{{ envs.stage }}", EvalOptions{Environ: []string{"ENV_STAGE=dev"}, Context: []byte(`{"envs": {"stage": "prod"}}`)}, "prod"},
	} {
		if got, err := Eval(c.template, c.options); err != nil || got != c.want {
			t.Errorf("%s: got %q, %v; want %q", c.name, got, err, c.want)
		}
	}
	for _, c := range []struct {
		template string
		options  EvalOptions
		want     string
	}{
		{"{{ nope }}", EvalOptions{}, "unable to find `nope` used in the expression `{{ nope }}` at line 1:4"},
		{"{{ 1", EvalOptions{}, "at line 1:"},
		{"x", EvalOptions{Context: []byte(`{"a"`)}, "context: JSON is invalid at line 1, column 5"},
		{"x", EvalOptions{Context: []byte(`[1]`)}, "context: is a list, not an object with the variables"},
		{"x", EvalOptions{Dialect: 3}, "dialect is 1 or 2"},
	} {
		if _, err := Eval(c.template, c.options); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.template, err, c.want)
		}
	}
	_, err := Eval("{{ nope }}", EvalOptions{})
	if failed, ok := errors.AsType[*pebble.Error](err); !ok || failed.Class != pebble.ClassMissing {
		t.Errorf("got %#v", err)
	}
}

func TestFunctions(t *testing.T) {
	all, err := Functions("")
	if err != nil || !strings.HasPrefix(all, "# Filters\n\n  - abbreviate(length): ") || !strings.Contains(all, "\n# Functions\n") {
		t.Errorf("got %.100q, %v", all, err)
	}
	one, err := Functions("upper")
	if err != nil || one != "filter upper\n    upper case\n    {{ 'straße' | upper }} -> STRASSE\n" {
		t.Errorf("got %q, %v", one, err)
	}
	if _, err := Functions("nope"); err == nil || err.Error() != `no filter, function or test is named "nope"` {
		t.Errorf("got %v", err)
	}
}
