package pebble

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// store is a key-value store with one key.
type store struct{ namespace string }

func (s store) Call(m *meter.Meter, name string, args []value.Value) (value.Value, error) {
	namespace := args[1].Str()
	if namespace == "" {
		namespace = s.namespace
	}
	switch {
	case name != "kv":
		return value.Null, errors.New("asked for " + name)
	case args[0].Str() == "large":
		return m.ParseJSON("[" + strings.Repeat("0,", 1<<20) + "0]")
	case args[0].Str() == "color":
		return value.String(namespace + ": red"), nil
	case args[2].Bool():
		return value.Null, errors.New("there is no such key")
	default:
		return value.Null, nil
	}
}

func TestOutside(t *testing.T) {
	e := New(Options{Outside: []string{"kv", "http"}})
	c := &Context{Outside: store{"company.team"}}
	for template, want := range map[string]string{
		"{{ kv('color') }}":                                    "company.team: red",
		"{{ kv('color', namespace='a.b') }}":                   "a.b: red",
		"{{ kv('size', errorOnMissing=false) ?? 'none' }}":     "none",
		"{{ kv('color') | upper }} {{ kv('color') | length }}": "COMPANY.TEAM: RED 17",
	} {
		compiled, err := e.Compile(template)
		if err != nil {
			t.Errorf("%s: %v", template, err)
			continue
		}
		if got, err := compiled.Render(c); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", template, got, err, want)
		}
	}
	for _, template := range []string{"{{ read('x') }}", "{{ kv() }}", "{{ kv('a', nope=1) }}"} {
		if _, err := e.Compile(template); err == nil {
			t.Errorf("%s: compiled", template)
		}
	}
}

func TestOutsideErrors(t *testing.T) {
	compiled, err := New(Options{Outside: []string{"kv"}}).Compile("{{ kv('size') ?? 'none' }}")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		outside Outside
		want    string
	}{
		{store{}, "there is no such key"},
		{nil, "function kv cannot be called here: it needs a server"},
	} {
		_, err = compiled.Render(&Context{Outside: test.outside})
		if failed, ok := errors.AsType[*Error](err); !ok || failed.Class != ClassEvaluation || failed.Msg != test.want {
			t.Errorf("%v, want %q", err, test.want)
		}
	}
}

// TestOutsideIsCharged lets a function make more than an evaluation may.
func TestOutsideIsCharged(t *testing.T) {
	compiled, err := New(Options{Outside: []string{"kv"}, Limits: Limits{Memory: 1 << 20}}).Compile("{{ kv('large') | length }}")
	if err != nil {
		t.Fatal(err)
	}
	_, err = compiled.Render(&Context{Outside: store{}})
	if failed, ok := errors.AsType[*Error](err); !ok || failed.Class != ClassLimit {
		t.Errorf("%v, want a limit", err)
	}
}

func TestTemplateOutside(t *testing.T) {
	e := New(Options{Outside: []string{"kv", "http"}})
	for template, want := range map[string][]string{
		"{{ 1 }}": nil,
		"{{ now() }} {{ kv('a') }} {{ kv(http('b')) }}":                    {"http", "kv"},
		"{% if kv('a') %}{% for x in [1] %}{{ x }}{% endfor %}{% endif %}": {"kv"},
	} {
		compiled, err := e.Compile(template)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, compiled.Outside()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", template, diff)
		}
	}
}

// TestQuick checks that nothing waits for another server in the quick language, and that all else is the same.
func TestQuick(t *testing.T) {
	e := New(Options{Outside: []string{"kv", "http"}})
	c := &Context{Outside: store{"company.team"}, Vars: value.MapOf("t", value.String("{{ http('x') }}")).Map()}
	quick := e.Quick()
	if quick.Quick() != quick {
		t.Error("there is one that is quicker")
	}
	const refused = `function "http" cannot be called here: it waits for another server`
	for template, want := range map[string]string{
		"{{ kv('color') }}":               "company.team: red",
		"{{ 'a' | upper }}":               "A",
		"{{ http('x') }}":                 refused,
		"{{ true ? 'a' : http('x') }}":    refused,
		"{{ render(t) }}":                 refused,
		"{{ 'x' | regexMatch('[a-z]') }}": "true",
	} {
		got := ""
		compiled, err := quick.Compile(template)
		if err == nil {
			got, err = compiled.Render(c)
		}
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", template, got, want)
		}
	}
	whole, err := e.Compile("{{ render(t) }}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := whole.Render(c); err == nil || !strings.Contains(err.Error(), "asked for http") {
		t.Errorf("the whole language: %v", err)
	}
	if fault := new(Error); !errors.As(compileError(quick, "a\n{{ http('x') }}"), &fault) || fault.Line != 2 || fault.Column != 4 {
		t.Errorf("place of the call: %v", fault)
	}
}

func compileError(e *Engine, text string) error {
	_, err := e.Compile(text)
	return err
}
