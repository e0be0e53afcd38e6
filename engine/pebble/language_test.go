package pebble

import (
	"errors"
	"strings"
	"testing"
)

// languageCases are expressions and what they print. A want that begins with "!" is the class of an error and, after a blank,
// the name that is missing.
var languageCases = []struct{ template, want string }{
	// printing and text
	{"{{ null }}|{{ true }}|{{ 1.0 }}|{{ 10000000.0 }}|{{ 'a' }}", "|true|1.0|1.0E7|a"},
	{"{{ [1, null, 'a', {'b': 1.5}] }}", `[1,null,"a",{"b":1.5}]`},
	{"{{ 'x' ~ {'a': [1, 'b']} ~ null }}", "x{a=[1, b]}"},
	{"{{ \"#{1}-#{null}-#{[1]}\" }}", "1--[1]"},
	{"{{ trigger.body.map }}", `{"b":1,"a":2}`},
	// arithmetic
	{"{{ 7 / 2 }} {{ -7 / 2 }} {{ 7 % -3 }} {{ 7.0 / 2 }}", "3 -3 1 3.5"},
	{"{{ 1 / 0 }}", "!evaluation"},
	{"{{ 1.0 / 0 }}", "Infinity"},
	{"{{ '2' * 3 }} {{ 1 + '1' }} {{ 'a' + null }}", "6 11 anull"},
	{"{{ 'x' * 3 }}", "!evaluation"},
	{"{{ true + 1 }}", "!evaluation"},
	{"{{ [1] + 2 + [3] }} {{ [1, 2, 1] - 1 }} {{ [1, 2, 1] - [1] }}", "[1,2,3] [2,1] [2]"},
	{"{{ 9223372036854775807 * 9223372036854775807 }}", "85070591730234615847396907784232501249"},
	{"{{ 1..3 }}{{ 'a'..'c' }}{{ 3..1 }}", `[1,2,3]["a","b","c"][]`},
	{"{{ 9223372036854775807..(9223372036854775807 + 1) }}", "[9223372036854775807,9223372036854775808]"},
	{"{{ range(9223372036854775807 + 3, 9223372036854775807, -2) }}", "[9223372036854775810,9223372036854775808]"},
	{"{{ (9223372036854775807 + 1)..1 }}", "[]"},
	{"{{ 1..(9223372036854775807 + 1) }}", "!limit"},
	{"{{ range(9223372036854775807 + 1, 9223372036854775807 + 1, 0) }}", "!evaluation"},
	{"{{ 1..(1.0 / 0) }}", "!evaluation"},
	// comparison
	{"{{ 1 == 1.0 }} {{ 1 == '1' }} {{ null == false }} {{ null == null }}", "true false false true"},
	{"{{ {'a': 1, 'b': 2} == {'b': 2, 'a': 1.0} }}", "true"},
	{"{{ 1 < 2 and 2 <= 2 and 3 > 2 and 2 >= 2 }}", "true"},
	{"{{ null < 1 }} {{ 1 > null }}", "false false"},
	{"{{ 'a' < 'b' }}", "!evaluation"},
	{"{{ 'abc' contains 'b' }} {{ 'a1' contains 1 }} {{ {'k': 1} contains 'k' }} {{ [1, 2] contains [2] }}", "true true true true"},
	{"{{ null contains nope }}", "false"},
	{"{{ 1 contains 1 }}", "!evaluation"},
	{"{{ 1 isIn ['1'] }} {{ 'v' isIn {'k': 'v'} }} {{ 'a' isIn 'abc' }}", "true true false"},
	{"{{ 1 isIn [null, 1] }} {{ 1.0 isIn [null, 1] }} {{ null isIn [null] }} {{ 'null' isIn [null] }}", "true false false false"},
	{"{{ [1, 2] isIn [null, [1, 2]] }} {{ [1] isIn [1, null] }}", "true false"},
	{"{{ 'a' equals 'a' }}", "true"},
	// truth
	{"{{ 'false' and 1 and 0.1 }} {{ '' or 0 }} {{ not '' }}", "true false true"},
	{"{{ null ? 'a' : 'b' }}{{ 'x' ? 'a' : 'b' }}", "ba"},
	{"{{ null and true }}", "!evaluation"},
	{"{{ [] ? 1 : 2 }}", "!runtime"},
	{"{{ [] or true }}", "!runtime"},
	{"{{ not [] }}", "!evaluation"},
	{"{{ false and nope }} {{ true or nope }}", "false true"},
	// rescue
	{"{{ nope ?? 'd' }} {{ null ?? 'd' }} {{ '' ?? 'd' }} {{ 0 ?? 'd' }}", "d d  0"},
	{"{{ nope ??? 'd' }} {{ null ??? 'd' }}", "d "},
	{"{{ nope.a.b[0] ?? 'd' }} {{ trigger.body.list[9] ?? 'd' }} {{ trigger.body.hello.x ?? 'd' }}", "d d d"},
	{"{{ (nope | upper) ?? 'd' }} {{ (nope ~ 'x') ?? 'd' }} {{ [nope] ?? 'd' }} {{ fromJson(nope) ?? 'd' }}", "d d d d"},
	{"{{ {'a': nope} ?? 'd' }} {{ (not nope) ?? 'd' }} {{ (nope ? 1 : 2) ?? 'd' }} {{ -nope ?? 'd' }}", "d d d d"},
	{"{{ (nope contains 1) ?? 'd' }} {{ (1..nope) ?? 'd' }} {{ 'a'.concat(nope) ?? 'd' }}", "d d d"},
	{"{{ (nope + 1) ?? 'd' }}", "!evaluation nope"},
	{"{{ (nope == 1) ?? 'd' }}", "!evaluation nope"},
	{"{{ (nope < 1) is defined }}", "!evaluation nope"},
	{"{{ (1 * nope) | default('d') }}", "!evaluation nope"},
	{"{{ nope | default('d') }} {{ nope is defined }} {{ null is defined }}", "d false false"},
	{"{{ 'x' | default(nope) }}", "!missing nope"},
	{"{{ nope is null }}", "!missing nope"},
	{"{{ 1 ?? nope }}", "1"},
	{"{{ nope }}", "!missing nope"},
	{"{{ trigger.body.nope }}", "!missing nope"},
	{"{{ trigger.body.list[7] }}", "!missing 7"},
	{"{{ trigger.body['no' ~ 'pe'] }}", "!missing nope"},
	{"{% if nope %}{% endif %}", "!evaluation nope"},
	{"{{ render('{{ nope }}') ?? 'd' }}", "!evaluation nope"},
	// access
	{"{{ trigger.body['hello'] }} {{ trigger['bo' ~ 'dy'].n }} {{ trigger.body.list['1'] }}", "world 1 2"},
	{"{{ trigger.body.list[trigger.body.n] }}", "2"},
	{"{{ trigger.body.list[1.7] ?? 'd' }} {{ trigger.body.list[-1] ?? 'd' }}", "d d"},
	{"{{ trigger.body.map[0] }}", "!evaluation"},
	{"{{ ({1: 'a', 2: 'b'})[trigger.body.n + 1] }}{{ ({1: 'a'})[1.0] }}{{ ({1.5: 'a'})[1.5] }}{{ ({1: 'a'})[2] ?? 'd' }}", "baad"},
	{"{% set q = null %}{{ q.x.y }}", "!missing q"},
	{"{% set q = null %}{{ q['x' ~ 1] ?? 'd' }}{{ q['x' ~ 1] }}", "!missing q"},
	{"{{ trigger.body.map[null] }}", "!runtime"},
	{"{{ trigger.body.nul.x }}", "!missing x"},
	{"{{ trigger.body.size }} {{ trigger.body.size() }} {{ trigger.body.map.size ?? 'key' }}", "5 7 key"},
	{"{{ 'abc'.length }} {{ 'abc'.length() }} {{ 'ABC'.toLowerCase() }} {{ 'a'.CONCAT('b') }}", "3 3 abc ab"},
	{"{{ trigger.body.list.size }} {{ trigger.body.list.first }} {{ [1, 2].getLast() ?? 0 }}", "!syntax"},
	{"{{ trigger.body.list.size }} {{ trigger.body.list.first }} {{ ([1, 2]).getLast() }}", "4 1 2"},
	{"{{ trigger.body.map.get('b') }} {{ trigger.body.map.getOrDefault('z', 9) }} {{ trigger.body.map.containsKey('a') }}", "1 9 true"},
	{"{{ trigger.body.map.keySet() }} {{ trigger.body.map.values() }} {{ trigger.body.map.entrySet() }}", `["b","a"] [1,2] [{"b":1},{"a":2}]`},
	{"{{ 'a,b'.split(',') }} {{ 'abc'.matches('a.c') }} {{ 'abc'.indexOf('c') }} {{ 'aXbX'.replace('X', '-') }}", `["a","b"] true 2 a-b-`},
	{"{{ 'abc'.substring(1) }}", "!missing substring"},
	{"{{ 'a'.getClass() }}", "!evaluation"},
	{"{{ (5.7).intValue() }} {{ 5.doubleValue }} {{ 5.toString() }}", "5 5.0 5"},
	// white space
	{"a {{- 'b' -}} c", "abc"},
	{"a\n{%- if true %} b {% endif -%}\n c", "a b c"},
	{"{{-1}}", "-1"},
	{"{% if true %}\nx\n{% endif %}", "\nx\n"},
	// if
	{"{% if false %}a{% elseif 1 == 1 %}b{% else %}c{% endif %}", "b"},
	{"{% if '' %}a{% else %}c{% endif %}", "c"},
	{"{% if null %}a{% endif %}", "!evaluation"},
	{"{% if [] %}a{% endif %}", "!evaluation"},
	// for
	{
		"{% for x in [1, 2] %}{{ loop.index }}{{ loop.length }}{{ loop.revindex }}{{ loop.first }}{{ loop.last }};{% endfor %}",
		"021truefalse;120falsetrue;",
	},
	{
		"{% for x in [1, 2] %}{% for y in [3, 4] %}{{ loop.index }}{{ x }}{{ y }} {% endfor %}{{ loop.index }}{% endfor %}",
		"013 114 0023 124 1",
	},
	{"{% for x in [] %}a{% else %}none{% endfor %}{% for x in null %}a{% else %}none{% endfor %}", "none"},
	{"{% for e in trigger.body.map %}{{ e.key }}={{ e.value }}{{ e }};{% endfor %}", "b=1b=1;a=2a=2;"},
	{"{% for e in {'a': [1]} %}{{ e }}{{ e | toJson }}{% endfor %}", `a=[1]{"a":[1]}`},
	{"{% for c in 'abc' %}{% endfor %}", "!evaluation"},
	{"{% for x in [1] %}{% endfor %}{{ x }}", "!missing x"},
	{"{% for loop in [1, 2] %}{{ loop }}{% endfor %}", "12"},
	{"{% for flow in [1] %}{{ flow }}{% endfor %}{{ flow.id }}", "1f"},
	{"{% for x in 1..2 %}{{ render('{{ loop.index }}{{ x }};') }}{% endfor %}", "01;12;"},
	// set
	{"{% set a = 1 %}{% set a = a + 1 %}{{ a }}", "2"},
	{"{% set t = 0 %}{% for x in [1, 2, 3] %}{% set t = t + x %}{% endfor %}{{ t }}", "6"},
	{"{% for x in [1, 2] %}{% set z = x %}{% endfor %}{{ z }}", "!missing z"},
	{"{% for x in [1, 2, 3] %}{% set n = (n ?? 0) + x %}{{ n }};{% endfor %}", "1;3;6;"},
	{"{% if true %}{% set q = 5 %}{% endif %}{{ q }}", "5"},
	{"{% set trigger = 1 %}", "!runtime"},
	{"{% set l = [3, 1, 2] %}{{ l | sort }}{{ l | reverse }}{{ l }}", "[1,2,3][2,1,3][3,1,2]"},
	// macros
	{"{% macro m(a, b='B') %}{{ a }}-{{ b }}{% endmacro %}{{ m('x') }} {{ m('x', 'y') }} {{ m(b='z') }}", "x-B x-y -z"},
	{"{{ m(1) }}{% macro m(a) %}[{{ a }}]{% endmacro %}", "[1]"},
	{"{% macro m() %}{{ flow.id }}{% endmacro %}{{ m() }}", "!missing flow"},
	{"{% macro m() %}{{ flow.id }}{% endmacro %}{{ m() ?? 'd' }}{{ flow.id }}", "df"},
	{"{% macro r(n) %}{{ n }}{% if n > 0 %}{{ r(n - 1) }}{% endif %}{% endmacro %}{{ r(3) }}", "3210"},
	{"{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}x{% endmacro %}{{ a() }}", "x"},
	{"{% macro m(a) %}{{ a }}{% endmacro %}{{ m([1, 'b']) }}", "[1, b]"},
	{"{% macro m() %}1{% endmacro %}{{ m() + 1 }}", "11"},
	{"{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", "!unknown m"},
	{"{% macro upper(a) %}M{% endmacro %}{{ upper(1) }}{{ 'a' | upper }}", "MA"},
	{"{% macro max(a) %}M{% endmacro %}{{ max(1, 2) }}", "2"},
	// blocks and filter tags
	{"{% block b %}x{% endblock %}{{ block('b') }}{{ block('none') }}", "xx"},
	{"{% block b %}{% for x in [1] %}{{ x }}{% endfor %}{% endblock b %}", "1"},
	{"{{ parent() }}", "!evaluation"},
	{"{% filter upper | lower %}aBc {{ [1, 'X'] }}{% endfilter %}", "abc [1, x]"},
	{"{% filter upper %}a{% filter lower %}B{% endfilter %}c{% endfilter %}", "ABC"},
	{"{% filter replace({'a': 'b'}) %}aaa{% endfilter %}", "bbb"},
	// rendering templates
	{"{{ render('{{ render(\"{{ 1 + 1 }}\") }}') }}", "2"},
	{"{{ render(trigger.body.text) }} {{ trigger.body.text }}", "2 {{ 1 + 1 }}"},
	{"{{ render('{{ a') }}", "!evaluation"},
	{"{{ render('{% raw %}{{ a }}{% endraw %}', false) }}", "{{ a }}"},
	{"{% macro m() %}{{ render('{{ [1] }}') }}{{ [1, 2] }}{% endmacro %}{{ m() }}", "[1][1, 2]"},
	// unknown names
	{"{{ 'a' | uper }}", "!unknown uper"},
	{"{{ false ? nofunction() : 1 }}", "!unknown nofunction"},
	{"{{ 1 is oddd }}", "!unknown oddd"},
	{"{{ range(1) }}", "!unknown range"},
	{"{{ range(1, 2, 1, 1) }}", "!unknown range"},
	{"{{ 'a' | split(x=1) }}", "!unknown split"},
	{"{{ 'x' | upper(1) }}{{ 'x' | upper(a=nope) }}", "XX"},
	{"{{ 'x' | upper(nope) }}", "!missing nope"},
	{"{{ 'x' | upper(1 | nofilter) }}", "!unknown nofilter"},
}

func TestLanguage(t *testing.T) {
	for _, d := range []Dialect{Dialect1, Dialect2} {
		e := New(Options{Dialect: d})
		c := requestContext(t)
		for _, test := range languageCases {
			got := outcome(e, c, test.template)
			if got != test.want && !(strings.HasPrefix(test.want, "!") && strings.HasPrefix(got, test.want+" ")) {
				t.Errorf("dialect %d, %s\n got %q\nwant %q", d, test.template, got, test.want)
			}
		}
	}
}

// outcome gives the text of a template, or "!" with the class and name of its error.
func outcome(e *Engine, c *Context, text string) string {
	tmpl, err := e.Compile(text)
	out := ""
	if err == nil {
		out, err = tmpl.Render(c)
	}
	if err == nil {
		return out
	}
	var failed *Error
	if !errors.As(err, &failed) {
		return "error of another type: " + err.Error()
	}
	return strings.TrimSpace("!" + failed.Class.String() + " " + failed.Name)
}

// checkOutcomes compares the outcome of each template with the one that is wanted.
func checkOutcomes(t *testing.T, e *Engine, c *Context, wants map[string]string) {
	t.Helper()
	for text, want := range wants {
		if got := outcome(e, c, text); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestDialects(t *testing.T) {
	c := requestContext(t)
	for _, test := range []struct{ template, dialect1, dialect2 string }{
		{"{{ 'a' ~ nope ?? 'b' ~ 'c' }}", "abc", "bc"},
		{"{{ 1 > nope ?? 0 }}", "true", "!evaluation nope"},
		{"{{ 1 + nope ?? 2 }}", "3", "!evaluation nope"},
		{"{{ trigger.body.n == nope ?? 1 }}", "true", "!evaluation nope"},
		{"{{ 2 isIn 1..3 }}", "!evaluation", "true"},
		{"{{ [1] | json }}", "[1]", "!unknown json"},
		{"{{ json('[1]') }}", "[1]", "!unknown json"},
		{"{{ '1' is json }}", "true", "true"},
	} {
		if got := outcome(New(Options{Dialect: Dialect1}), c, test.template); got != test.dialect1 {
			t.Errorf("dialect 1, %s: got %q, want %q", test.template, got, test.dialect1)
		}
		if got := outcome(New(Options{Dialect: Dialect2}), c, test.template); got != test.dialect2 {
			t.Errorf("dialect 2, %s: got %q, want %q", test.template, got, test.dialect2)
		}
	}
}
