package pebble

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func parseText(tb testing.TB, text string, d Dialect) (*tree, error) {
	tb.Helper()
	return parse(text, binaryOperators(d), DefaultLimits.Depth)
}

// TestPrecedence checks how operators group: the tree is written with every compound operand in parentheses.
func TestPrecedence(t *testing.T) {
	for _, c := range []struct{ text, dialect1, dialect2 string }{
		{"a or b and c", "a or (b and c)", ""},
		{"a and b or c", "(a and b) or c", ""},
		{"a or b or c", "(a or b) or c", ""},
		{"not a == b", "(not a) == b", ""},
		{"not a is even", "(not a) is even", ""},
		{"not not a", "not (not a)", ""},
		{"a == b and c", "(a == b) and c", ""},
		{"a contains b == c", "a contains (b == c)", ""},
		{"a is even == b", "(a is even) == b", ""},
		{"a + b * c", "a + (b * c)", ""},
		{"a - b - c", "(a - b) - c", ""},
		{"-a * b", "(- a) * b", ""},
		{"-5 | abs", "(- 5) | abs", ""},
		{"a | b ~ c", "(a | b) ~ c", "(a | b) ~ c"},
		{"a ~ b | c", "(a ~ b) | c", ""},
		{"a + b | c", "a + (b | c)", ""},
		{"a == b | c | d(1)", "a == ((b | c) | d(1))", ""},
		{"1..3 + 1", "(1 .. 3) + 1", ""},
		{"a.b['c'][0].d(1)", "a.b['c'][0].d(1)", ""},
		{"a ? b : c ? d : e", "a ? b : (c ? d : e)", ""},
		{"a ? b ? c : d : e", "a ? (b ? c : d) : e", ""},
		{"a or b ? c : d | e", "(a or b) ? c : (d | e)", ""},
		{"a ?? b ?? c", "(a ?? b) ?? c", ""},
		{"a == b ?? c", "a == (b ?? c)", "(a == b) ?? c"},
		{"a ~ b ?? c ~ d", "(a ~ (b ?? c)) ~ d", "(a ~ b) ?? (c ~ d)"},
		{"1 > a ?? 0", "1 > (a ?? 0)", "(1 > a) ?? 0"},
		{"a ?? b != c", "(a ?? b) != c", "(a ?? b) != c"},
		{"1 + a ?? 2", "1 + (a ?? 2)", "(1 + a) ?? 2"},
		{"a isIn b..c", "(a isIn b) .. c", "a isIn (b .. c)"},
		{"a ~ b isIn c", "a ~ (b isIn c)", "(a ~ b) isIn c"},
		{"a is defined and b is not null", "(a is defined) and (b is not null)", ""},
		{"a | default(b | c, d=e) ", "a | default((b | c), d=e)", ""},
		{"[a, [b], {'c': d}]", "[a, ([b]), ({'c': d})]", ""},
		{"{a: b ? c : d}", "{a: (b ? c : d)}", ""},
		{"f(a, b=c).d", "f(a, b=c).d", ""},
		{`"a#{b ~ c}d".e`, `"a#{b ~ c}d".e`, ""},
		{"[TRUE, none, NULL, false]", "[true, null, null, false]", ""},
		{"(a)", "a", ""},
		{"((a + b)) * c", "(a + b) * c", ""},
	} {
		for _, d := range []Dialect{Dialect1, Dialect2} {
			want := c.dialect1
			if d == Dialect2 && c.dialect2 != "" {
				want = c.dialect2
			}
			tree, err := parseText(t, "{{ "+c.text+" }}", d)
			got := ""
			if err == nil {
				got = strings.TrimSuffix(strings.TrimPrefix(tree.body.String(), "{{ "), " }}")
			}
			if got != want {
				t.Errorf("dialect %d, %s: got %s (%v), want %s", d, c.text, got, err, want)
			}
		}
	}
}

// roundTrip fails when the text of a tree does not parse to the same text.
func roundTrip(tb testing.TB, text string, d Dialect) {
	tb.Helper()
	first, err := parseText(tb, text, d)
	if err != nil {
		return
	}
	once := first.body.String()
	second, err := parseText(tb, once, d)
	if err != nil {
		if strings.Contains(err.Error(), "deeper") || strings.Contains(err.Error(), "in a row") {
			return // parentheses count as nesting
		}
		tb.Fatalf("%q gives %q, which does not parse: %v", text, once, err)
	}
	if diff := cmp.Diff(once, second.body.String()); diff != "" {
		tb.Fatalf("%q: the text of the tree gives another one:\n%s", text, diff)
	}
}

func TestRoundTrip(t *testing.T) {
	for _, text := range []string{
		"a {b} {{ c }} {{ 'd' ~ \"e#{f}\" }}",
		"{% raw %}{{ a }}{% endraw %}b",
		"{% if a %}b{% elseif c is not even %}d{% else %}e{% endif %}",
		"{% if a %}{% else %}{% endif %}",
		"{% for x in a.b | c %}{{ loop.index }}{% else %}none{% endfor %}",
		"{% set x = {'a': [1, 2.50, null, TRUE]} %}",
		"{% macro m(a, b='c' ~ d) %}{{ a }}{% endmacro m %}{{ m(1, b=2) }}",
		`{% block "b" %}x{% endblock b %}{{ block('b') }}`,
		"{% filter upper | replace({'a': 'b'}, regexp=true) %}x{% endfilter %}",
		"{{ -a.b(c)[d] ?? (e ??? f) }}",
		"{{ 'it\\'s' }}{{ 007 }}{{ 12L }}{{ 99999999999999999999 }}",
	} {
		roundTrip(t, text, Dialect1)
		roundTrip(t, text, Dialect2)
	}
	for _, f := range readFacts(t) {
		roundTrip(t, f.expression, Dialect1)
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"{{ }}", "unexpected }}, expected an expression at line 1:4"},
		{"{{ a b }}", `unexpected "b", expected }} at line 1:6`},
		{"{{ a + }}", "unexpected }}, expected an expression at line 1:8"},
		{"{{ * a }}", `unexpected "*", expected an expression at line 1:4`},
		{"{{ [1,2][0] }}", `unexpected "[", expected }} at line 1:9`},
		{"{{ {'a':1}.a }}", `unexpected ".", expected }} at line 1:11`},
		{"{{ [1,] }}", `unexpected "]", expected an expression at line 1:7`},
		{"{{ {a} }}", `unexpected "}", expected ":" at line 1:6`},
		{"{{ a ? b }}", `unexpected }}, expected ":" at line 1:10`},
		{"{{ a.contains('b') }}", `"contains" is an operator and cannot follow a dot; write ['contains'] at line 1:6`},
		{"{{ a.0 }}", `unexpected "0", expected a name at line 1:6`},
		{"{{ a.b(c=1) }}", `method "b" can not be called with named arguments at line 1:6`},
		{"{{ f(a=1, 2) }}", "positional arguments must be declared before any named arguments at line 1:11"},
		{"{{ a | }}", "unexpected }}, expected the name of a filter at line 1:8"},
		{"{{ a is }}", "unexpected }}, expected the name of a test at line 1:9"},
		{"{{ 1e3 }}", `unexpected "e3", expected }} at line 1:5`},
		{"{% %}", "a tag must start with its name at line 1:4"},
		{"{% include 'x' %}", `unexpected tag name "include" at line 1:4`},
		{"{% elif a %}", `unexpected tag name "elif"; did you mean "elseif"? at line 1:4`},
		{"{% endif %}", `unexpected tag name "endif" at line 1:4`},
		{"{% if a %}b", `unexpected end of template: looking for the "endif" tag at line 1:12`},
		{"{% for a in b %}", `unexpected end of template: looking for the "endfor" tag at line 1:17`},
		{"{% for a of b %}", `unexpected "of", expected "in" at line 1:10`},
		{"{% for null in b %}{% endfor %}", "can not assign a value to null at line 1:8"},
		{"{% set a.b = 1 %}", `unexpected ".", expected "=" at line 1:9`},
		{"{% set true = 1 %}", "can not assign a value to true at line 1:8"},
		{"{% macro m() %}{% endmacro %}{% macro m() %}{% endmacro %}", `more than one macro is named "m" at line 1:39`},
		{"{% block b %}{% endblock %}{% block b %}{% endblock %}", `more than one block is named "b" at line 1:37`},
		{"ä\n{{ ö ü }}", `unexpected "ü", expected }} at line 2:6`},
	} {
		_, err := New(Options{}).Compile(c.text)
		if err == nil {
			t.Errorf("%s: got no error, want %s", c.text, c.want)
			continue
		}
		failed, ok := errors.AsType[*Error](err)
		if got, _, _ := strings.Cut(err.Error(), "\n"); got != c.want || !ok || failed.Class != ClassSyntax {
			t.Errorf("%s: got %s (%v), want %s", c.text, got, failed, c.want)
		}
	}
}
