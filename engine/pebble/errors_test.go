package pebble

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestErrorText(t *testing.T) {
	long := "{{ '" + strings.Repeat("ä", 200) + "' ~ nope ~ '" + strings.Repeat("ö", 200) + "' }}"
	for _, c := range []struct{ name, template, want string }{
		{
			"missing variable", "Hello\n  {{ trigger.boddy.x }}",
			"unable to find `boddy` used in the expression `Hello {{ trigger.boddy.x }}` at line 2:14\n" +
				"    {{ trigger.boddy.x }}\n" +
				"               ^",
		},
		{
			"member of text", "{{ trigger.body.text.x }}",
			"unable to find `x` used in the expression `{{ trigger.body.text.x }}`: `trigger.body.text` is text at line 1:22\n" +
				"  {{ trigger.body.text.x }}\n" +
				"                       ^",
		},
		{
			"wrapped missing variable", "{{ nope + 1 }}",
			"unable to find `nope` used in the expression `{{ nope + 1 }}` at line 1:4\n" +
				"  {{ nope + 1 }}\n" +
				"     ^",
		},
		{
			"columns are characters", "{{ 'äöü' ~ nope }}",
			"unable to find `nope` used in the expression `{{ 'äöü' ~ nope }}` at line 1:12\n" +
				"  {{ 'äöü' ~ nope }}\n" +
				"             ^",
		},
		{
			"long line", long,
			"unable to find `nope` used in the expression `{{ '" + strings.Repeat("ä", 116) + "…` at line 1:209\n" +
				"  …" + strings.Repeat("ä", 36) + "' ~ nope ~ '" + strings.Repeat("ö", 24) + "…\n" +
				"  " + strings.Repeat(" ", 41) + "^",
		},
		{
			"unknown filter", "{{ 'a' | uper }}",
			"filter \"uper\" does not exist; did you mean \"upper\"? at line 1:10\n" +
				"  {{ 'a' | uper }}\n" +
				"           ^",
		},
		{
			"types and no values", "{{ trigger.body.list * 2 }}",
			"could not perform multiplication of list and integer at line 1:22\n" +
				"  {{ trigger.body.list * 2 }}\n" +
				"                       ^",
		},
		{"syntax", "{{ a b }}", "unexpected \"b\", expected }} at line 1:6\n  {{ a b }}\n       ^"},
		{"end of template", "{% if true %}\n", "unexpected end of template: looking for the \"endif\" tag at line 2:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tmpl, err := New(Options{}).Compile(c.template)
			if err == nil {
				_, err = tmpl.Render(requestContext(t))
			}
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(c.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestErrorNeverShowsData renders failing expressions over a secret text.
func TestErrorNeverShowsData(t *testing.T) {
	const canary = "canary-4711"
	vars := value.NewMap(1)
	vars.Set("x", value.MapOf("text", value.String(canary), "list", value.Strings([]string{canary}), "map", value.MapOf(canary, value.String(canary))))
	c := &Context{Vars: vars, Secrets: fixedSecrets{"X": canary}}
	e := New(Options{})
	for _, text := range []string{
		"{{ x.text + x.nope }}", "{{ x.text * 2 }}", "{{ -x.text }}", "{{ x.list - x.nope }}", "{{ x.map[0] }}", "{{ x < 1 }}",
		"{% for a in x.text %}{% endfor %}", "{% if x %}{% endif %}", "{{ x.text.nope() }}", "{{ x.list | upper | number }}",
		"{{ secret('X') * 1 }}", "{{ secret('X', subkey='a') }}", "{{ x.list | abs }}", "{{ [x, 1] | sort }}", "{{ range(x.text, 1) }}",
		"{{ fromJson(x.list) }}", "{{ x.text | base64decode }}", "{{ x.text contains x.nope }}", "{{ not x }}", "{{ x.text.a.b.c }}",
	} {
		tmpl, err := e.Compile(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		switch _, err := tmpl.Render(c); {
		case err == nil:
			t.Errorf("%s: no error", text)
		case strings.Contains(err.Error(), canary):
			t.Errorf("%s: error shows data: %v", text, err)
		}
	}
}

func TestErrorIsTyped(t *testing.T) {
	_, err := New(Options{}).CompileValue("", value.MapOf("a", value.ListOf(value.String("x"), value.String("{{ b"))))
	var failed *Error
	var path *PathError
	if !errors.As(err, &failed) || failed.Class != ClassSyntax || !errors.As(err, &path) {
		t.Fatalf("got %#v", err)
	}
	if diff := cmp.Diff([]any{"a", 1}, path.Path); diff != "" {
		t.Error(diff)
	}
	if got, _, _ := strings.Cut(err.Error(), "\n"); got != `a[1]: unclosed "{{": there is no "}}" at line 1:1` {
		t.Errorf("got %s", got)
	}
}
