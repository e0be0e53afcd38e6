package pebble

import (
	"errors"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// store is a key-value store with one key.
type store struct{}

func (store) Call(c *Context, args []value.Value) (value.Value, error) {
	namespace := args[1].Str()
	if namespace == "" {
		namespace = c.Namespace
	}
	switch {
	case args[0].Str() == "color":
		return value.String(namespace + ": red"), nil
	case args[2].Bool():
		return value.Null, errors.New("there is no such key")
	default:
		return value.Null, nil
	}
}

func TestProviders(t *testing.T) {
	e := New(Options{Providers: map[string]Provider{"kv": store{}}})
	c := &Context{Namespace: "company.team"}
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
	compiled, err := e.Compile("{{ kv('size') ?? 'none' }}")
	if err != nil {
		t.Fatal(err)
	}
	_, err = compiled.Render(c)
	if failed, ok := errors.AsType[*Error](err); !ok || failed.Class != ClassEvaluation || failed.Msg != "there is no such key" {
		t.Errorf("a provider's error: %v", err)
	}
	for _, template := range []string{"{{ read('x') }}", "{{ kv() }}", "{{ kv('a', nope=1) }}"} {
		if _, err := e.Compile(template); err == nil {
			t.Errorf("%s: compiled", template)
		}
	}
}
