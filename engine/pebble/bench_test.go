package pebble

import (
	"strings"
	"testing"
)

func benchmarkTemplate(b *testing.B, text string, run func(*Template, *Context) error) {
	b.Helper()
	benchmarkIn(b, requestContext(b), text, run)
}

func benchmarkIn(b *testing.B, c *Context, text string, run func(*Template, *Context) error) {
	b.Helper()
	tmpl, err := New(Options{}).Compile(text)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := run(tmpl, c); err != nil {
			b.Fatal(err)
		}
	}
}

func test(tmpl *Template, c *Context) error {
	_, err := tmpl.Test(c)
	return err
}

func render(tmpl *Template, c *Context) error {
	_, err := tmpl.Render(c)
	return err
}

func BenchmarkCondition(b *testing.B) {
	benchmarkTemplate(b, "{{ trigger.body.hello == 'world' }}", test)
}

func BenchmarkConditionHeader(b *testing.B) {
	benchmarkTemplate(b, "{{ trigger.headers['X-Event'] contains 'deploy' and trigger.body.n > 0 }}", test)
}

func BenchmarkMissingRescued(b *testing.B) {
	benchmarkTemplate(b, "{{ (trigger.body.nope ?? 'world') == 'world' }}", test)
}

func BenchmarkMissingRescuedIndex(b *testing.B) {
	benchmarkTemplate(b, "{{ trigger.body.list[trigger.body.size] is defined }}", test)
}

func BenchmarkGreeting(b *testing.B) {
	benchmarkTemplate(b, "Hello {{ trigger.parameters.name[0] ?? 'world' }}!", render)
}

// longText is 2 KB of text with 20 expressions.
func longText() string {
	expressions := []string{
		"trigger.body.hello", "trigger.body.n + 1", "trigger.headers['X-Event'][0] | upper",
		"flow.id ~ '/' ~ flow.namespace", "trigger.body.nope ?? 'none'",
	}
	var b strings.Builder
	for i := range 20 {
		b.WriteString(strings.Repeat("lorem ipsum ", 6) + "{{ " + expressions[i%len(expressions)] + " }}\n")
	}
	return b.String()
}

func BenchmarkLongText(b *testing.B) { benchmarkTemplate(b, longText(), render) }

func BenchmarkLoop(b *testing.B) {
	benchmarkTemplate(b, "{% for x in 1..100 %}{{ loop.index }}={{ x }};{% endfor %}", render)
}

func BenchmarkCompile(b *testing.B) {
	e := New(Options{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Compile("{{ trigger.body.hello == 'world' }}"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkJQ(b *testing.B) {
	c := requestContext(b)
	for _, program := range []string{".hello", "[.list[] | numbers | . + 1] | add", "to_entries | map(.key)"} {
		tmpl, err := New(Options{}).Compile("{{ trigger.body | jq('" + program + "') }}")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(program, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := tmpl.RenderTyped(c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
