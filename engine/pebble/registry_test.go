package pebble

import (
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestExamples runs every example of the inventory, and checks that every entry has all that the manual shows.
func TestExamples(t *testing.T) {
	e := New(Options{})
	c := &Context{Now: time.Date(2024, 2, 29, 11, 14, 15, 123456789, time.UTC), Seed: 1, Location: time.UTC, Logs: fixedLogs{}}
	check := func(kind string, list []Entry) {
		if len(list) == 0 {
			t.Errorf("there is no %s", kind)
		}
		for _, entry := range list {
			if entry.Summary == "" || strings.HasSuffix(entry.Summary, ".") {
				t.Errorf("%s %s: the summary is one phrase without a full stop, not %q", kind, entry.Name, entry.Summary)
			}
			if len(entry.Examples) == 0 && entry.Name != "parent" && entry.Name != "secret" && entry.Needs == "" {
				t.Errorf("%s %s has no example", kind, entry.Name)
			}
			for _, example := range entry.Examples {
				if !strings.Contains(example.Expression, entry.Name) {
					t.Errorf("%s %s: the example %s does not show it", kind, entry.Name, example.Expression)
				}
				if got := outcome(e, c, example.Expression); got != example.Result {
					t.Errorf("%s: got %q, want %q", example.Expression, got, example.Result)
				}
			}
		}
	}
	check("filter", e.Filters())
	check("function", e.Functions())
	check("test", e.Tests())
}

func TestSuggestions(t *testing.T) {
	for text, want := range map[string]string{
		"{{ 'a' | uper }}":       `filter "uper" does not exist; did you mean "upper"?`,
		"{{ 'a' | LOWER }}":      `filter "LOWER" does not exist; did you mean "lower"?`,
		"{{ 1 is defind }}":      `test "defind" does not exist; did you mean "defined"?`,
		"{{ frmJson('1') }}":     `function or macro "frmJson" does not exist; did you mean "fromJson"?`,
		"{{ 'a' | completely }}": `filter "completely" does not exist`,

		// The name that is nearest in letters would be wrong: the name of what was meant, or none.
		"{{ a | hash('md5') }}":     `filter "hash" does not exist; did you mean "md5"?`,
		"{{ a | hash('SHA-256') }}": `filter "hash" does not exist; did you mean "sha256"?`,
		"{{ a | hash('crc32') }}":   `filter "hash" does not exist`,
		"{{ a | hash }}":            `filter "hash" does not exist`,
		"{{ a | count }}":           `filter "count" does not exist; did you mean "length"?`,
		"{{ len(a) }}":              `function or macro "len" does not exist; did you mean the filter "length"?`,
		"{{ a | map('x') }}":        `filter "map" does not exist; did you mean "jq"?`,
		"{{ a | dateFormat('y') }}": `filter "dateFormat" does not exist; did you mean "date"?`,
		"{{ a | tojson }}":          `filter "tojson" does not exist; did you mean "toJson"?`,
		"{{ tojson(a) }}":           `function or macro "tojson" does not exist; it is a filter: … | toJson`,
		"{{ a | fromJson }}":        `filter "fromJson" does not exist; it is a function: fromJson(…)`,
		"{{ random(1, 2) }}":        `function or macro "random" does not exist; did you mean "randomInt"?`,
		"{{ a | random }}":          `filter "random" does not exist; did you mean the function "randomInt"?`,
		"{{ a | truncate(3) }}":     `filter "truncate" does not exist; did you mean "abbreviate"?`,
		"{{ a | round }}":           `filter "round" does not exist; did you mean "numberFormat"?`,
		"{{ appLink() }}":           `function "appLink" is a feature of Kestra's Enterprise Edition and not supported`,
		"{{ foo(a) }}":              `function or macro "foo" does not exist`,
		"{{ 1 is odds }}":           `test "odds" does not exist; did you mean "odd"?`,

		// Names that other languages use.
		"{% if a %}x{% elif b %}y{% endif %}":    `unexpected tag name "elif"; did you mean "elseif"?`,
		"{% if a %}x{% else if b %}y{% endif %}": `unexpected "if", expected %}; did you mean "elseif"?`,
		"{% iff a %}x{% endif %}":                `unexpected tag name "iff"; did you mean "if"?`,
		"{% if a %}x{% endiff %}":                `unexpected tag name "endiff"; did you mean "endif"?`,
		"{% endif %}":                            `unexpected tag name "endif"`,
		"{% if a = 1 %}{% endif %}":              `unexpected "=", expected %}; write == to compare`,
		"{{ a || b }}":                           `unexpected "|", expected the name of a filter; write or`,
		"{{ !a }}":                               `unexpected character "!"; write not`,
		"{{ a == “x” }}":                         `unexpected character "“"; write '`,
		"{{ a in [1] }}":                         `unexpected "in", expected }}; write isIn, or contains the other way round`,
		"{{ a | jq '.x' }}":                      `unexpected the string '.x', expected }}; arguments stand in parentheses: jq('…')`,
	} {
		_, err := New(Options{}).Compile(text)
		if failed, ok := errors.AsType[*Error](err); !ok || failed.Msg != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func TestSecret(t *testing.T) {
	e := New(Options{})
	c := requestContext(t)
	c.Secrets = fixedSecrets{"A": "clear", "J": `{"a": "one", "b": 2}`}
	checkOutcomes(t, e, c, map[string]string{
		"{{ secret('A') }}": "clear", "{{ secret('a') }}": "clear", "{{ secret('J', subkey='a') }}": "one",
		"{{ secret('J', subkey='b') }}": "2", "{{ secret('J', subkey='z') }}": "!evaluation", "{{ secret('A', subkey='z') }}": "!evaluation",
		"{{ secret('NOPE') }}": "!evaluation", "{{ secret('NOPE') ?? 'd' }}": "!evaluation", "{{ secret(1) }}": "!runtime",
	})
	if got := outcome(e, requestContext(t), "{{ secret('A') }}"); got != "!evaluation" {
		t.Errorf("without a source: got %q", got)
	}
}

// TestReplay checks that an evaluation with a fixed clock and seed gives the same again, and one without does not.
func TestReplay(t *testing.T) {
	tmpl, err := New(Options{}).Compile("{{ now() }} {{ uuid() }} {{ id() }} {{ randomInt(0, 1000000000) }}")
	if err != nil {
		t.Fatal(err)
	}
	fixed := &Context{Now: time.Date(2024, 2, 29, 11, 14, 15, 123456789, time.UTC), Seed: 7, Location: time.UTC}
	first, _ := tmpl.Render(fixed)
	second, _ := tmpl.Render(fixed)
	if first != second || !strings.HasPrefix(first, "2024-02-29T11:14:15.123456Z 018df492-73d3-7") {
		t.Errorf("got %q and %q", first, second)
	}
	free := &Context{}
	first, _ = tmpl.Render(free)
	second, _ = tmpl.Render(free)
	if first == second || first == "" {
		t.Errorf("got %q twice", first)
	}
}

// TestConcurrent evaluates templates over one context from several goroutines.
func TestConcurrent(t *testing.T) {
	e, c := New(Options{}), requestContext(t)
	templates := make([]*Template, 0, len(languageCases))
	wants := make([]string, 0, len(languageCases))
	for _, test := range languageCases {
		if tmpl, err := e.Compile(test.template); err == nil && !strings.HasPrefix(test.want, "!") {
			templates, wants = append(templates, tmpl), append(wants, test.want)
		}
	}
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			order := rand.New(rand.NewPCG(uint64(worker), 0)).Perm(len(templates))
			for _, i := range order {
				if got, err := templates[i].Render(c); err != nil || got != wants[i] {
					t.Errorf("%s: got %q, %v; want %q", templates[i].Source(), got, err, wants[i])
				}
			}
		})
	}
	wg.Wait()
}

type fixedSecrets map[string]string

func (s fixedSecrets) Secret(_, name string) (string, bool, error) {
	text, ok := s[strings.ToUpper(name)]
	return text, ok, nil
}
