package pebble

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestUses shows each use as path@columns, with ? when it is rescued, the operator when it is compared with texts, and
// the name that runs on with dashes.
func TestUses(t *testing.T) {
	for template, want := range map[string]string{
		"text":                             "",
		"{{ a.b['c'][0] }}":                "a.b.c.0@4,6,8,13",
		"{{ b }}{{ a }}":                   "b@4 a@11",
		"{{ a.b ?? c }}":                   "a.b@4,6? c@11",
		"{{ a ??? b.c ?? d }}":             "a@4? b.c@10,12? d@17",
		"{{ a.b | default(c) }}":           "a.b@4,6? c@18",
		"{{ a is defined and b is null }}": "a@4? b@21",
		"{{ a.b == 'x' }}":                 "a.b==@4,6",
		"{{ 1 != a.b }}":                   "a.b!=@9,11",
		"{{ a.b equals secret('T') }}":     "a.b==@4,6",
		"{{ a.b == c.d }}":                 "a.b@4,6 c.d@11,13",
		"{{ a.b == ['x'] }}":               "a.b@4,6",
		"{{ a.b == null }}":                "a.b@4,6",
		"{{ a.b isIn ['x', 'y'] }}":        "a.bisIn@4,6",
		"{{ a.b isIn ['x', y] }}":          "a.b@4,6 y@19",
		"{{ 'x' isIn a.b }}":               "a.b@13,15",
		"{{ a[b.c] == 'x' }}":              "a@4 b.c@6,8",
		"{{ a['b' ~ d] == 'x' }}":          "a@4 d@12",
		"{{ a.x-b-c == 1 }}":               "a.x@4,6x-b-c b@8 c@10",
		"{{ a.x - b }}":                    "a.x@4,6 b@10",
		"{{ a['x']-b }}":                   "a.x@4,6 b@11",
		"{% for x in a.l %}{{ x.y }}{% endfor %}{{ loop }}": "a.l@13,15",
	} {
		i, err := New(Options{}).Inspect(template)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, u := range i.Uses {
			var columns []string
			for _, at := range u.At {
				_, column := i.Place(at)
				columns = append(columns, fmt.Sprint(column))
			}
			text := strings.Join(u.Path, ".") + u.Compared + "@" + strings.Join(columns, ",")
			if u.Rescued {
				text += "?"
			}
			got = append(got, text+u.Dashed)
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", template, diff)
		}
	}
}

func TestPrintsNumber(t *testing.T) {
	for template, want := range map[string]bool{
		"{{ 1 }}": true, "{{ a.b | length }}": true, "{{ a % 2 }}": true, "{{ a - 1 }}": true, "{{ (a | length) ?? 0 }}": true,
		"{{ a }}": false, "{{ a - b }}": false, "{{ a | length > 0 }}": false, "{{ 1 }}{{ a }}": false, "1": false,
	} {
		if i, err := New(Options{}).Inspect(template); err != nil || i.Number != want {
			t.Errorf("%s: got %+v, %v", template, i, err)
		}
	}
}

// TestAlwaysPrints has conditions that are met whatever the variables are: the text that makes them so, with its column.
func TestAlwaysPrints(t *testing.T) {
	for template, want := range map[string]string{
		"“{{ 1 == 2 }}“":                                  "“ 1",
		"{{ a }} == 1":                                    "== 1 9",
		"{{ a }} and {{ b }}":                             "and 9",
		"{{ a }}\n  yes\n":                                "yes 3",
		"{% if a %}yes{% else %}no{% endif %}":            "yes 11",
		"{% if a %}true{% else %}false{% endif %}":        "",
		"{% if a %}yes{% endif %}":                        "",
		"{% block b %}x{% endblock %}":                    "x 14",
		"{{ 'a == b' }}":                                  "a == b 1",
		"{{ a == 1 }}{{ b == 2 }}":                        "truefalse 13",
		"{{ a == 1 }}{{ b }}":                             "",
		"{{ a ? 'yes' : 'no' }}":                          "yes 1",
		"{{ a ? 'true' : 'false' }}":                      "",
		"{{ a ~ ' == 1' }}":                               "== 1 1",
		"{{ a ~ b }}":                                     "",
		"{{ \"#{a} == 1\" }}":                             "== 1 1",
		"{{ a | jq('.x') }}":                              "[] 1",
		"{{ a | jq('.x') | first }}":                      "",
		"{{ [a] }}":                                       "[] 1",
		"{{ 'true' }}":                                    "",
		"{{ 'false' }}":                                   "",
		"{{ a == 1 }}":                                    "",
		" {{ a == 1 }}\n":                                 "",
		"\u2003{{ a == 1 }}\x1c":                          "",
		" \u00a0{{ a == 1 }}":                             "\u00a0 2",
		"{{ a == 1 }}\u202f":                              "\u202f 13",
		"{# a comment #}{{ a }}":                          "",
		"fal{{ 'se' }}":                                   "",
		"{% set x = 1 %}{{ x }}":                          "",
		"{% for x in a %}x{% endfor %}":                   "",
		"{{ a }}0":                                        "",
		"trigger.body.x == 1":                             "trigger.body.x == 1 1",
		"{% if a %}y{% elseif b %}{% else %}n{% endif %}": "",
	} {
		i, err := New(Options{}).Inspect(template)
		if err != nil {
			t.Fatal(err)
		}
		got := i.Printed
		if got != "" {
			_, column := i.Place(i.PrintedAt)
			got += fmt.Sprintf(" %d", column)
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", template, got, want)
		}
	}
}
