package pebble

import (
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// TestErrorsShowNoValues gives every filter, function and operator values that it refuses: no part of a request may reach the
// log. The arguments of render(), jq and secret() come from the author, so their errors may show them.
func TestErrorsShowNoValues(t *testing.T) {
	e := New(Options{})
	const secret = "hunter2"
	vars := value.NewMap(8)
	vars.Set("v", value.String(secret))
	vars.Set("re", value.String("("+secret))
	vars.Set("js", value.String(`{"a": `+secret+`}`))
	vars.Set("ya", value.String("a: *"+secret))
	vars.Set("yb", value.String("a: \"\\"+secret+"\""))
	vars.Set("io", value.String("{a: ("+secret+")}"))
	vars.Set("l", value.ListOf(value.String(secret)))
	vars.Set("m", value.MapOf(secret, value.String(secret)))
	vars.Set("tp", value.String("{{ "+secret+" }}"))
	vars.Set("tq", value.String("{{ 1 | "+secret+" }}"))
	vars.Set("tr", value.String("{{ '"+secret))
	c := &Context{Vars: vars}
	var texts []string
	names := vars.Keys()
	for _, f := range e.Filters() {
		if f.Name == "jq" {
			continue
		}
		for _, n := range names {
			for _, a := range append([]string{"1"}, names...) {
				call := func(input, args string) string { return "{{ " + input + " | " + f.Name + "(" + args + ") }}" }
				texts = append(texts, call(n, ""), call(n, a), call(n, a+","+a), call("'2024-01-01'", a), call("1", a),
					call("'2024-01-01'", "'iso',"+a), call("'2024-01-01'", "'iso','UTC',"+a), call("'2024-01-01'", "'iso','UTC',null,"+a),
					call("'2024-01-01'", "1,"+a), call("'x'", "{"+a+": "+a+"}, true"), call("'x'", "{'x': '$' ~ "+a+"}, true"),
					call("'x'", "'.', '${' ~ "+a+" ~ '}'"))
			}
		}
	}
	for _, f := range e.Functions() {
		if strings.HasPrefix(f.Name, "render") || f.Name == "secret" {
			continue
		}
		for _, a := range names {
			texts = append(texts, "{{ "+f.Name+"("+a+") }}", "{{ "+f.Name+"("+a+","+a+") }}", "{{ "+f.Name+"("+a+","+a+","+a+") }}", "{{ "+f.Name+"('2024-01-01',"+a+","+a+") }}")
		}
	}
	for _, a := range names {
		for _, b := range names {
			for _, op := range []string{"+", "-", "*", "/", "%", "~", "==", "<", "contains", "isIn", "..", "??", "and"} {
				texts = append(texts, "{{ "+a+" "+op+" "+b+" }}")
			}
			texts = append(texts, "{{ "+a+"["+b+"] }}", "{% for x in "+a+" %}{{ x."+b+" }}{% endfor %}", "{% if "+a+" %}{% endif %}", "{{ -"+a+" }}", "{{ 1 is json("+a+") }}", "{{ "+a+" is even }}")
		}
	}
	for _, text := range texts {
		tmpl, err := e.Compile(text)
		if err != nil {
			continue
		}
		if _, err := tmpl.Render(c); err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%s shows a value: %s", text, err)
		}
	}
}
