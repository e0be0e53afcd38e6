package pebble

import (
	"errors"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// quarter are a quarter of the default limits, so that ending by one takes a quarter of the time.
var quarter = Limits{
	Steps: DefaultLimits.Steps / 4, OutputBytes: DefaultLimits.OutputBytes / 4, RangeItems: DefaultLimits.RangeItems / 4, Memory: DefaultLimits.Memory / 4,
}

// hostileContext has data of the size of a large request.
func hostileContext() *Context {
	items := make([]value.Value, 200_000)
	for i := range items {
		items[i] = value.MapOf("n", value.Int(int64(i)))
	}
	vars := value.NewMap(4)
	vars.Set("text", value.String(strings.Repeat("a", 1<<20)))
	vars.Set("list", value.ListOf(items...))
	vars.Set("copy", value.ListOf(append([]value.Value{}, items...)...))
	vars.Set("prints", value.String(strings.Repeat("{{1}}", 200_000)))
	vars.Set("items", value.String("{{ [1"+strings.Repeat(",1", 110_000)+"] }}"))
	return &Context{Vars: vars}
}

// TestLimits sees that templates which would not end, or make more than there is memory, end by a limit.
func TestLimits(t *testing.T) {
	deep := strings.Repeat("(", 300) + "1" + strings.Repeat(")", 300)
	c := hostileContext()
	e := New(Options{Limits: quarter})
	for _, test := range []struct{ name, template string }{
		{"endless loop", "{% for a in 1..100000 %}{% for b in 1..100000 %}{% endfor %}{% endfor %}"},
		{"loop that prints", "{% for a in 1..1000 %}{{ text }}{% endfor %}"},
		{"doubling text", "{% set s = 'aaaaaaaa' %}{% for a in 1..60 %}{% set s = s ~ s %}{% endfor %}"},
		{"doubling text by plus", "{% set s = 'aaaaaaaa' %}{% for a in 1..60 %}{% set s = s + s %}{% endfor %}"},
		{"doubling text by interpolation", "{% set s = 'aaaaaaaa' %}{% for a in 1..60 %}{% set s = \"#{s}#{s}\" %}{% endfor %}"},
		{"doubling text by replace", "{% set s = 'aaaaaaaa' %}{% for a in 1..60 %}{% set s = s | replace({'a': 'aa'}) %}{% endfor %}"},
		{"doubling text by regex", "{% set s = 'aaaaaaaa' %}{% for a in 1..60 %}{% set s = s | replace({'(a)': '$1$1'}, true) %}{% endfor %}"},
		{"doubling text by concat", "{% set s = 'aaaaaaaa' %}{% for a in 1..60 %}{% set s = s.concat(s) %}{% endfor %}"},
		{"doubling list", "{% set l = [1] %}{% for a in 1..60 %}{% set l = l + l %}{% endfor %}"},
		{"doubling list by merge", "{% set l = [1] %}{% for a in 1..60 %}{% set l = l | merge(l) %}{% endfor %}"},
		{"doubling tree", "{% set l = [1] %}{% for a in 1..60 %}{% set l = [l, l] %}{% endfor %}{{ l }}"},
		{"doubling tree compared", "{% set l = [1] %}{% set m = [1] %}{% for a in 1..60 %}{% set l = [l, l] %}{% set m = [m, m] %}{% endfor %}{{ l == m }}"},
		{"doubling tree as text", "{% set l = [1] %}{% for a in 1..60 %}{% set l = {'a': l, 'b': l} %}{% endfor %}{{ 'x' ~ l }}"},
		{"doubling tree searched", "{% set l = [1] %}{% set m = [1] %}{% for a in 1..60 %}{% set l = [l, l] %}{% set m = [m, m] %}{% endfor %}{{ [l] contains m }}"},
		{"doubling tree in replace", "{% set l = ['a'] %}{% for a in 1..60 %}{% set l = [l, l] %}{% endfor %}{{ l | replace({'a': 'b'}) }}"},
		{"doubling tree in render", "{% set l = ['a'] %}{% for a in 1..60 %}{% set l = [l, l] %}{% endfor %}{{ render(l) }}"},
		{"deep tree", "{% set l = [1] %}{% for a in 1..100000 %}{% set l = [l] %}{% endfor %}{{ l }}"},
		{"large integers", "{% set n = 9223372036854775807 %}{% for a in 1..9 %}{% set n = n * n %}{% endfor %}{% for a in 1..100000 %}{% set x = n * n / n %}{% endfor %}"},
		{"large integers printed", "{% set n = 9223372036854775807 %}{% for a in 1..9 %}{% set n = n * n %}{% endfor %}{% for a in 1..100000 %}{{ n }}{% endfor %}"},
		{"growing integers", "{% set n = 9223372036854775807 %}{% for a in 1..100 %}{% set n = n * n %}{% endfor %}"},
		{"long range", "{{ 1..9223372036854775807 }}"},
		{"long range of the other sign", "{{ range(-9223372036854775807, 9223372036854775807, 1) }}"},
		{"endless macro", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"},
		{"wide macro", "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() ?? 1 }}"},
		{"endless block", "{% block b %}{{ block('b') }}{% endblock %}"},
		{"endless render", "{% set s = '{{ render(s) }}' %}{{ render(s) }}"},
		{"render of many prints", "{{ render(prints) }}"},
		{"render of a long list", "{{ render(items) }}"},
		{"render that grows", "{% set s = '{{ s }}{{ s }}' %}{{ render(s) }}"},
		{"deep expression", "{{ " + deep + " }}"},
		{"deep unary", "{{ " + strings.Repeat("-", 1000) + "1 }}"},
		{"deep list", "{{ " + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + " }}"},
		{"deep ternary", "{{ " + strings.Repeat("1 ? 2 : ", 1000) + "3 }}"},
		{"deep interpolation", "{{ " + strings.Repeat(`"#{`, 300) + "1" + strings.Repeat(`}"`, 300) + " }}"},
		{"deep tags", strings.Repeat("{% if true %}", 300) + strings.Repeat("{% endif %}", 300)},
		{"long chain", "{{ 1" + strings.Repeat(" + 1", 1000) + " }}"},
		{"long path", "{{ a" + strings.Repeat(".a", 1000) + " }}"},
		{"slow regex", "{{ (text ~ 'b').matches('(a+)+') }}"},
		{"many slow regexes", "{% for a in 1..100000 %}{{ text.matches('a*a*b') }}{% endfor %}"},
		{"comparing large lists again and again", "{% for a in 1..100000 %}{{ list == copy }}{% endfor %}"},
		{"searching large lists again and again", "{% for a in 1..100000 %}{{ list contains {'n': -1} }}{% endfor %}"},
		{"searching large texts again and again", "{% for a in 1..100000 %}{{ text contains 'b' }}{% endfor %}"},
		{"list minus list", "{{ list - copy }}{{ list - copy }}"},
		{"distinct of what never is", "{% for a in 1..100 %}{{ list | distinct | length }}{% endfor %}"},
		{"hashing again and again", "{% for a in 1..100000 %}{{ text | sha512 }}{% endfor %}"},
		{"parsing again and again", "{% for a in 1..100000 %}{{ fromJson('[\"' ~ text ~ '\"]') }}{% endfor %}"},
		{"sorting again and again", "{% for a in 1..100000 %}{{ (list | keys | rsort | first) }}{% endfor %}"},
		{"compiling again and again", "{% for a in 1..100000 %}{{ render('{{ [1,2,3,4,5,6,7,8,9] | first }}') }}{% endfor %}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tmpl, err := e.Compile(test.template)
			if err == nil {
				_, err = tmpl.Render(c)
			}
			var failed *Error
			if !errors.As(err, &failed) || failed.Class != ClassLimit {
				t.Errorf("got %v, want an error of class limit", err)
			}
		})
	}
}

func TestTemplateBytes(t *testing.T) {
	e := New(Options{Limits: Limits{TemplateBytes: 10}})
	if _, err := e.Compile("0123456789"); err != nil {
		t.Error(err)
	}
	var failed *Error
	if _, err := e.Compile("0123456789a"); !errors.As(err, &failed) || failed.Class != ClassLimit {
		t.Errorf("got %v", err)
	}
}

func TestOutputBytes(t *testing.T) {
	e := New(Options{Limits: Limits{OutputBytes: 10}})
	c := requestContext(t)
	for text, ok := range map[string]bool{
		"{{ trigger.body.hello }}{{ trigger.body.hello }}":  true,
		"{{ trigger.body.hello }}{{ trigger.body.hello }}!": false,
		"{{ 123456789012 }}":  false,
		"{{ [12345678901] }}": false,
	} {
		if got := outcome(e, c, text); (got != "!limit") != ok {
			t.Errorf("%s: got %s", text, got)
		}
	}
}
