package pebble

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

// addSeeds adds templates of every construct.
func addSeeds(f *testing.F) {
	for _, c := range languageCases {
		f.Add(c.template)
	}
	for _, text := range exampleTemplates() {
		f.Add(text)
	}
	for _, text := range []string{"{{", "{%", "{#", "{{ '", "{{ \"#{", "{% raw %}", "{%- verbatim -%}a{%- endverbatim -%}", "{{ (((", "{{-", "\xff{{\xfe}}"} {
		f.Add(text)
	}
}

// exampleTemplates returns the examples of all filters, functions and tests.
func exampleTemplates() []string {
	e := New(Options{})
	var out []string
	for _, entry := range slices.Concat(e.Filters(), e.Functions(), e.Tests()) {
		for _, example := range entry.Examples {
			out = append(out, example.Expression)
		}
	}
	return out
}

// FuzzLexer checks that every token lies in the template, in order, and that errors have a position in it.
func FuzzLexer(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		tokens, err := lex(text)
		if err != nil {
			if fault, ok := errors.AsType[*meter.Fault](err); !ok || fault.At < 0 || fault.At > len(text) || fault.Class != ClassSyntax {
				t.Fatalf("%q: error %#v", text, err)
			}
			return
		}
		last := -1
		for i, token := range tokens {
			if token.at < last || token.at > len(text) {
				t.Fatalf("%q: token %d is at %d after %d", text, i, token.at, last)
			}
			last = token.at
		}
		if tokens[len(tokens)-1].kind != tokenEnd || len(tokens) > 2*len(text)+1 {
			t.Fatalf("%q: %d tokens", text, len(tokens))
		}
	})
}

// FuzzParser checks that parsing ends, that errors have positions, and that the text of a tree gives the tree again.
func FuzzParser(f *testing.F) {
	addSeeds(f)
	e := New(Options{})
	f.Fuzz(func(t *testing.T, text string) {
		tmpl, err := e.Compile(text)
		if err != nil {
			var failed *Error
			if !errors.As(err, &failed) || failed.Line < 1 || failed.Column < 1 || failed.Class == 0 || len(err.Error()) > 1500 {
				t.Fatalf("%q: error %v", text, err)
			}
		} else if tmpl.Source() != text {
			t.Fatalf("%q: source is %q", text, tmpl.Source())
		} else {
			inspect(t, e, text, tmpl)
		}
		if !strings.Contains(text, "endraw") && !strings.Contains(text, "endverbatim") {
			roundTrip(t, text, Dialect1)
		}
	})
}

// inspect checks that an inspection has the variables of the template, each with the place at which it stands in the text.
func inspect(t *testing.T, e *Engine, text string, tmpl *Template) {
	t.Helper()
	i, err := e.Inspect(text)
	if err != nil || i.PrintedAt > len(text) {
		t.Fatalf("%q: inspection %+v, %v", text, i, err)
	}
	var paths [][]string
	for _, u := range i.Uses {
		paths = append(paths, u.Path)
		if len(u.At) != len(u.Path) || !strings.HasPrefix(text[u.At[0]:], u.Path[0]) {
			t.Fatalf("%q: use %+v", text, u)
		}
	}
	slices.SortFunc(paths, slices.Compare[[]string])
	if paths = slices.CompactFunc(paths, slices.Equal[[]string]); !slices.EqualFunc(paths, tmpl.Variables(), slices.Equal[[]string]) {
		t.Fatalf("%q: paths %q, variables %q", text, paths, tmpl.Variables())
	}
}

// FuzzEval evaluates templates over random data twice: nothing panics or takes much memory, both evaluations say the same, and
// the data stays as it was.
func FuzzEval(f *testing.F) {
	for i, c := range languageCases {
		f.Add(c.template, uint64(i))
	}
	for i, text := range exampleTemplates() {
		f.Add(text, uint64(i))
	}
	e := New(Options{Limits: Limits{Steps: 50_000, OutputBytes: 1 << 20, RangeItems: 50_000, Memory: 8 << 20, RegexTime: 20 * time.Millisecond}})
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		tmpl, err := e.Compile(text)
		if err != nil {
			return
		}
		c := &Context{Vars: valuetest.Variables(seed), Now: time.Unix(1_709_205_255, 0), Seed: seed | 1, Location: time.UTC}
		before := value.JSON(value.FromMap(c.Vars))
		var first string
		var err1 error
		if allocated := valuetest.Allocated(func() { first, err1 = tmpl.Render(c) }); allocated > 40<<20 {
			t.Fatalf("%q: allocated %d MiB", text, allocated>>20)
		}
		second, err2 := tmpl.Render(c)
		if slow := hasLimit(err1) || hasLimit(err2); !slow && (first != second || (err1 == nil) != (err2 == nil) || err1 != nil && err1.Error() != err2.Error()) {
			t.Fatalf("%q: got %q, %v and then %q, %v", text, first, err1, second, err2)
		}
		if err1 != nil {
			var failed *Error
			if !errors.As(err1, &failed) || failed.Line < 1 || failed.Template != text {
				t.Fatalf("%q: error %v", text, err1)
			}
		} else {
			_, err := tmpl.RenderTyped(c)
			ok, errTest := tmpl.Test(c)
			if err != nil && !hasLimit(err) || errTest != nil && !hasLimit(errTest) {
				t.Fatalf("%q: typed: %v, condition: %v", text, err, errTest)
			}
			if errTest == nil && ok != holds(first) {
				t.Fatalf("%q: condition is %t, text is %q", text, ok, first)
			}
		}
		if after := value.JSON(value.FromMap(c.Vars)); after != before {
			t.Fatalf("%q: the context changed:\n%s\n%s", text, before, after)
		}
	})
}

func hasLimit(err error) bool {
	var failed *Error
	return errors.As(err, &failed) && failed.Class == ClassLimit
}
