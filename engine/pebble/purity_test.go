package pebble

import (
	"sync"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// pureContext has a value of every kind that a request can bring, nested, in an order that sorting would change.
func pureContext(t *testing.T) *Context {
	t.Helper()
	v, err := value.DecodeJSONText(`{
		"n": 3, "f": 1.5, "big": 123456789012345678901234567890, "s": "b,a c", "yes": true, "none": null,
		"list": [3, 1, 2, 1], "texts": ["b", "a", "é"], "nested": [[2, 1], [3]], "map": {"b": {"y": 1, "x": [2, 1]}, "a": 2},
		"maps": [{"k": "z", "v": 1}, {"k": "a", "v": 2}], "json": "{\"b\": [2, 1], \"a\": null}", "day": "2024-02-29T13:14:15Z"
	}`)
	if err != nil {
		t.Fatal(err)
	}
	return &Context{Vars: v.Map(), Now: time.Unix(1709212455, 123456789), Seed: 42, Location: time.UTC}
}

// pureTemplates are the examples of the inventory, and every filter, function, test and operator on every variable of
// pureContext: most fail, all must leave the variables as they are.
func pureTemplates(e *Engine, c *Context) []string {
	out := exampleTemplates()
	argument := map[string]string{
		"jq":      "'if type == \"array\" then sort | reverse | .[0] = 9 elif type == \"object\" then .b = 1 | del(.a) else . end'",
		"replace": "{'a': 'x'}", "merge": "list", "date": "'yyyy'", "dateAdd": "1, 'DAYS'", "split": "','",
	}
	for _, f := range e.Filters() {
		for name := range c.Vars.All() {
			call := f.Name
			if a, ok := argument[f.Name]; ok {
				call += "(" + a + ")"
			} else if len(f.Parameters) > 0 {
				call += "(1)"
			}
			out = append(out, "{{ "+name+" | "+call+" }}")
		}
	}
	for name := range c.Vars.All() {
		for other := range c.Vars.All() {
			for _, op := range []string{"+", "-", "*", "/", "%", "~", "==", "<", "contains", "isIn", "..", "??", "and"} {
				out = append(out, "{{ "+name+" "+op+" "+other+" }}")
			}
		}
		out = append(out, "{% set x = "+name+" %}{% for i in x %}{% set x = [i, x] %}{% endfor %}{{ x }}", "{{ render("+name+") }}",
			"{{ uuid() ~ id() ~ ksuid() ~ nanoId() ~ randomInt(1, 1000000) ~ randomPort() ~ now() ~ encrypt('I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK', "+name+") }}")
	}
	return out
}

// TestPurity evaluates templates one after the other and at once: with one clock and one seed both give the same, and the
// variables do not change. The race detector checks that nothing is shared.
func TestPurity(t *testing.T) {
	e, c := New(Options{}), pureContext(t)
	before := value.JSON(value.FromMap(c.Vars))
	texts := pureTemplates(e, c)
	templates := make([]*Template, len(texts))
	want := make([]string, len(texts))
	refused := 0
	for i, text := range texts {
		tmpl, err := e.Compile(text)
		if err != nil {
			refused++
			continue
		}
		templates[i], want[i] = tmpl, result(tmpl, c)
		if got := result(tmpl, c); got != want[i] {
			t.Errorf("%s gives %s, then %s", text, want[i], got)
		}
		if after := value.JSON(value.FromMap(c.Vars)); after != before {
			t.Fatalf("%s changes its variables to %s", text, after)
		}
	}
	if refused > len(texts)/20 {
		t.Errorf("%d of %d templates do not compile", refused, len(texts))
	}
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := range templates {
				i = (i + worker*len(templates)/4) % len(templates)
				if templates[i] == nil {
					continue
				}
				if got := result(templates[i], c); got != want[i] {
					t.Errorf("%s gives %s, and beside others %s", texts[i], want[i], got)
				}
			}
		})
	}
	group.Wait()
}

func result(t *Template, c *Context) string {
	text, err := t.Render(c)
	if err != nil {
		return "!" + err.Error()
	}
	return text
}
