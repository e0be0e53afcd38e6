package pebble

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReferences(t *testing.T) {
	for _, c := range []struct {
		template string
		paths    [][]string
		secrets  []string
	}{
		{"text", nil, nil},
		{"{{ 1 }}", nil, nil},
		{"{{ outputs.x.value }}{{ outputs['x']['value'] }}", [][]string{{"outputs", "x", "value"}}, nil},
		{"{{ a.b[0].c }}", [][]string{{"a", "b", "0", "c"}}, nil},
		{"{{ a.b[c.d].e }}", [][]string{{"a", "b"}, {"c", "d"}}, nil},
		{"{{ a.b.c() }}", [][]string{{"a", "b"}}, nil},
		{"{{ (a.b | first).c }}", [][]string{{"a", "b"}}, nil},
		{"{% for x in a.l %}{{ x.y }}{{ loop.index }}{% endfor %}", [][]string{{"a", "l"}}, nil},
		{"{% set x = a.b %}{{ x.c }}", [][]string{{"a", "b"}}, nil},
		{"{% macro m(p, q=d.e) %}{{ p }}{% endmacro %}{{ m(f) }}", [][]string{{"d", "e"}, {"f"}}, nil},
		{"{% if a %}{{ b }}{% elseif c %}{{ d }}{% else %}{{ e }}{% endif %}", [][]string{{"a"}, {"b"}, {"c"}, {"d"}, {"e"}}, nil},
		{"{% filter replace({a: b}) %}{{ c }}{% endfilter %}{% block z %}{{ d }}{% endblock %}", [][]string{{"a"}, {"b"}, {"c"}, {"d"}}, nil},
		{"{{ \"#{a}\" ~ [b] ~ {'k': c} ~ (d ? e : f) ~ -g ~ (h is even) }}", [][]string{{"a"}, {"b"}, {"c"}, {"d"}, {"e"}, {"f"}, {"g"}, {"h"}}, nil},
		{"{{ secret('B') }}{{ secret(key='A') }}{{ secret('B', subkey='x') }}", nil, []string{"A", "B"}},
		{"{{ secret(vars.name) }}", [][]string{{"vars", "name"}}, nil},
	} {
		tmpl, err := New(Options{}).Compile(c.template)
		if err != nil {
			t.Errorf("%s: %v", c.template, err)
			continue
		}
		if diff := cmp.Diff(c.paths, tmpl.Variables()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.template, diff)
		}
		if diff := cmp.Diff(c.secrets, tmpl.SecretNames()); diff != "" {
			t.Errorf("%s: secrets (-want +got):\n%s", c.template, diff)
		}
	}
}
