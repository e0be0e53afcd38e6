package pebble

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

func decode(tb testing.TB, text string) value.Value {
	tb.Helper()
	v, err := value.DecodeJSON([]byte(text))
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

func TestStructure(t *testing.T) {
	e, c := New(Options{}), requestContext(t)
	for _, test := range []struct{ name, source, want string }{
		{"scalars stay", `[1, 1.50, true, null, "a"]`, `[1,1.5,true,null,"a"]`},
		{"expressions become text", `{"a": "{{ trigger.body.n }}", "b": ["x{{ 1 }}"]}`, `{"a":"1","b":["x1"]}`},
		{"lists and maps", `"{{ trigger.body.map }}"`, `"{\"b\":1,\"a\":2}"`},
		{"keys", `{"{{ trigger.body.hello }}": 1, "k": {"{{ 1 }}": "{{ 2 }}"}}`, `{"world":1,"k":{"1":"2"}}`},
		{"the first of equal keys wins", `{"{{ 'k' }}": 1, "k": 2}`, `{"k":1}`},
		{"empty", `{"a": [], "b": {}}`, `{"a":[],"b":{}}`},
		{"empty beside an expression", `{"a": [], "b": "{{ null }}"}`, `{"a":[],"b":""}`},
		{"raw", `{"a": "{% raw %}{{ x }}{% endraw %}"}`, `{"a":"{{ x }}"}`},
	} {
		s, err := e.CompileValue("", decode(t, test.source))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		got, err := s.Render(c)
		if err != nil || value.JSON(got) != test.want {
			t.Errorf("%s: got %s, %v; want %s", test.name, got, err, test.want)
		}
	}
}

func TestStructureTyped(t *testing.T) {
	e, c := New(Options{}), requestContext(t)
	const source = `{"{{ 1 }}": ["{{ trigger.body.n }}", "{{ null }}", "", "x{{ null }}", "{{ trigger.body.map }}"], "s": 2}`
	s, err := e.CompileValue("", decode(t, source))
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.RenderTyped(c)
	if want := `{"1":[1,null,"","x",{"b":1,"a":2}],"s":2}`; err != nil || value.JSON(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}

func TestStructureConstant(t *testing.T) {
	e := New(Options{})
	for source, want := range map[string]bool{
		`[1, "a", {"b": "}"}]`: true, `{"a": "{ b"}`: true, `{"a": "{# c #}"}`: true,
		`{"a": "{{ 1 }}"}`: false, `[{"{{ 1 }}": 1}]`: false,
	} {
		s, err := e.CompileValue("", decode(t, source))
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if _, ok := s.Constant(); ok != want {
			t.Errorf("%s: constant is %t, want %t", source, ok, want)
		}
	}
}

// TestStreams draws random numbers from one seed at several places: the same ones at the same place, others elsewhere.
func TestStreams(t *testing.T) {
	e, c := New(Options{}), &Context{Seed: 7, Now: time.Unix(1, 0)} // the time is a part of uuid()
	const text = "{{ uuid() }}"
	drawn := make(map[string]bool)
	for _, place := range []string{"", "tasks[0].format", "tasks[1].format"} {
		for range 2 {
			m, err := e.CompileAt(place, text)
			if err != nil {
				t.Fatal(err)
			}
			one, err := m.Render(c)
			if err != nil {
				t.Fatal(err)
			}
			s, err := e.CompileValue(place, value.MapOf("a", value.String(text), text, value.ListOf(value.String(text))))
			if err != nil {
				t.Fatal(err)
			}
			several, err := s.Render(c)
			if err != nil {
				t.Fatal(err)
			}
			drawn[one] = true
			for name, member := range several.Map().All() {
				if name != "a" {
					drawn[name] = true
					member = member.List().At(0)
				}
				drawn[member.Str()] = true
			}
		}
	}
	if len(drawn) != 3*4 {
		t.Errorf("%d different texts, want 12: %v", len(drawn), drawn)
	}
}

func TestStructureErrors(t *testing.T) {
	e, c := New(Options{}), requestContext(t)
	for _, test := range []struct {
		source string
		path   []any
	}{
		{`{"a": {"b": [1, "{{ nope }}"]}}`, []any{"a", "b", 1}},
		{`{"a": {"{{ nope }}": 1}}`, []any{"a", "{{ nope }}"}},
		{`"{{ nope }}"`, nil},
	} {
		s, err := e.CompileValue("", decode(t, test.source))
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Render(c)
		path, ok := errors.AsType[*PathError](err)
		if !ok {
			t.Errorf("%s: got %v", test.source, err)
			continue
		}
		if diff := cmp.Diff(test.path, path.Path); diff != "" {
			t.Errorf("%s: %s", test.source, diff)
		}
	}
}

func TestRenderTyped(t *testing.T) {
	e, c := New(Options{}), requestContext(t)
	for _, test := range []struct {
		template string
		want     value.Value
	}{
		{"", value.Null},
		{"plain", value.String("plain")},
		{"{{ trigger.body.n }}", value.Int(1)},
		{"{{ trigger.body.map.b == 1 }}", value.Bool(true)},
		{"{{ null }}", value.Null},
		{"{{ null }}{{ 1.5 }}", value.Float(1.5)},
		{"{% if true %}{{ [1] }}{% endif %}", value.ListOf(value.Int(1))},
		{"{% if false %}{{ 1 }}{% endif %}", value.Null},
		{"{{ 1 }}{{ 2 }}", value.String("12")},
		{" {{ 1 }}", value.String(" 1")},
		{"{{ 1 }} ", value.String("1 ")},
		{"{{ [1] }}x", value.String("[1]x")},
		{"{# c #}", value.Null},
		{"{% macro m() %}{{ 1 }}{% endmacro %}{{ m() }}", value.String("1")},
		{"{{ 1 }}{% filter upper %}a{{ 2 }}{% endfilter %}", value.String("1A2")},
		{"{{ render('{{ 1 }}') }}{{ null }}", value.String("1")},
	} {
		tmpl, err := e.Compile(test.template)
		if err != nil {
			t.Errorf("%s: %v", test.template, err)
			continue
		}
		got, err := tmpl.RenderTyped(c)
		if err != nil {
			t.Errorf("%s: %v", test.template, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.template, diff)
		}
	}
}

func TestRenderJSON(t *testing.T) {
	e, c := New(Options{}), requestContext(t)
	for _, test := range []struct{ source, want string }{ // a want with ! is the beginning of an error
		{`{"a": "{{ trigger.body.n }}"}`, `{"a":"1"}`},
		{`["{{ trigger.body.n }}", 2]`, `["1",2]`},
		{`"{{ trigger.body.map }}"`, `{"b":1,"a":2}`},
		{`"{{ [1, 'x'] }}"`, `[1,"x"]`},
		{`"{{ '[1]' }}"`, `[1]`},
		{`"[{{ trigger.body.n }}, {{ trigger.body.n + 1 }}]"`, `[1,2]`},
		{`"{\"a\": null}"`, `{"a":null}`},
		{`"5"`, `5`},
		{`"{{ null }}"`, `null`},
		{`""`, `null`},
		{`"text"`, "!invalid JSON"},
		{`"{{ '[1' }}"`, "!invalid JSON"},
		{`"{{ nope }}"`, "!unable to find `nope`"},
	} {
		s, err := e.CompileValue("", decode(t, test.source))
		if err != nil {
			t.Fatal(err)
		}
		v, err := s.RenderJSON(c)
		got := value.JSON(v)
		if err != nil {
			got = "!" + err.Error()
		}
		if got != test.want && !(err != nil && strings.HasPrefix(got, test.want)) {
			t.Errorf("%s: got %s, want %s", test.source, got, test.want)
		}
	}
}

// TestRenderJSONIsCharged checks that text is not read as JSON for nothing.
func TestRenderJSONIsCharged(t *testing.T) {
	tmpl, err := New(Options{Limits: Limits{Memory: 1 << 20}}).Compile("{{ text }}")
	if err != nil {
		t.Fatal(err)
	}
	vars := value.MapOf("text", value.String("["+strings.Repeat("[],", 100_000)+"[]]")).Map()
	_, err = tmpl.RenderJSON(&Context{Vars: vars})
	if failed, ok := errors.AsType[*Error](err); !ok || failed.Class != ClassLimit {
		t.Errorf("%v, want a limit", err)
	}
}

func TestItems(t *testing.T) {
	e, c := New(Options{}), requestContext(t)
	for _, source := range []string{`["a", 1]`, `["{{ trigger.body.n }}", "a", 1]`, `[]`} {
		s, err := e.CompileValue("", decode(t, source))
		if err != nil {
			t.Fatal(err)
		}
		whole, err := s.Render(c)
		if err != nil {
			t.Fatal(err)
		}
		var items []value.Value
		for _, item := range s.Items() {
			v, err := item.Render(c)
			if err != nil {
				t.Fatal(err)
			}
			items = append(items, v)
		}
		if diff := cmp.Diff(whole, value.ListOf(items...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", source, diff)
		}
	}
}

func TestConditions(t *testing.T) {
	e, c := New(Options{}), requestContext(t)
	for text, want := range map[string]bool{
		"": false, " ": false, "false": false, " false\n": false, "true": true, "no": true, "False": true,
		"{{ true }}": true, "{{ false }}": false, "{{ null }}": false, "{{ 'false' }}": false, "{{ ' false ' }}": false,
		"{{ '' }}": false, "{{ 0 }}": true, "{{ 0.0 }}": true, "{{ [] }}": true, "{{ {} }}": true,
		" {{ false }} ": false, "{{ false }}{{ false }}": true, "x{{ false }}": true, "{{ 'null' }}": true,
		"{% if true %}false{% endif %}": false, "{{ trigger.body.hello == 'world' }}": true,
	} {
		tmpl, err := e.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := tmpl.Test(c); err != nil || got != want {
			t.Errorf("%q: got %t, %v; want %t", text, got, err, want)
		}
	}
	tmpl, _ := e.Compile("{{ nope }}")
	if ok, err := tmpl.Test(c); ok || outcome(e, c, tmpl.Source()) != "!missing nope" {
		t.Errorf("missing: got %t, %v", ok, err)
	}
}

func TestAllocations(t *testing.T) {
	e, c := New(Options{}), requestContext(t)
	for _, text := range []string{
		"{{ trigger.body.hello == 'world' }}",
		"{{ trigger.headers['X-Event'] contains 'deploy' and not (trigger.body.n > 5) }}",
		"{{ trigger.body.nope is defined or (nope.a ?? 'x') == 'y' }}",
		"{{ trigger.body.list[trigger.body.size] is defined }}",
		"{{ trigger.body.list is empty ? false : trigger.body.hello | startsWith('w') }}",
	} {
		tmpl, err := e.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		n := testing.AllocsPerRun(100, func() {
			if _, err := tmpl.Test(c); err != nil {
				t.Fatal(err)
			}
		})
		if n > 0 && !valuetest.Race {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}
