package glob

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

// newMeter returns what one match may spend.
func newMeter() *meter.Meter {
	m := new(meter.Meter)
	m.Reset(&meter.Limits{Steps: 1_000_000, Memory: 1 << 20, RegexTime: time.Second}, nil)
	return m
}

// TestMatch has a line for each rule of Java's PathMatcher.
func TestMatch(t *testing.T) {
	for _, test := range []struct {
		pattern, path string
		want          bool
	}{
		{"a.txt", "a.txt", true},
		{"a.txt", "axtxt", false},
		{"a.txt", "b/a.txt", false},
		{"*.txt", "a.txt", true},
		{"*.txt", ".txt", true},
		{"*.txt", "b/a.txt", false},
		{"**.txt", "b/a.txt", true},
		{"**.txt", "a\nb.txt", true},
		{"**/a.txt", "b/c/a.txt", true},
		{"**/a.txt", "a.txt", false},
		{"b/**", "b/c/a.txt", true},
		{"b/**", "b", false},
		{"/a/*", "/a/b", true},
		{"?.txt", "é.txt", true},
		{"a?b", "a/b", false},
		{"*.{txt,csv}", "a.csv", true},
		{"*.{txt,csv}", "a.json", false},
		{"{a,b/*}/c", "b/x/c", true},
		{"a{,b}", "a", true},
		{"a,b}", "a,b}", true},
		{"[a-c].txt", "b.txt", true},
		{"[a-c].txt", "d.txt", false},
		{"[!a-c].txt", "d.txt", true},
		{"[!a-c]b", "/b", false},
		{"[+-9]b", "/b", false},
		{"[+-9]b", "8b", true},
		{"[^a]", "^", true},
		{"[^a]", "b", false},
		{"[a^]", "^", true},
		{"[-a]", "-", true},
		{"[!-a]", "-", false},
		{"[!-a]", "b", true},
		{"[a-]", "-", true},
		{"[+--]", ",", true},
		{"[!^]", "^", false},
		{"[a&&b]", "&", true},
		{"[\\[]", "[", true},
		{"[\\[]", "\\", true},
		{"[é-ü]", "ö", true},
		{"\\*", "*", true},
		{"\\*", "a", false},
		{"\\{a", "{a", true},
		{"(a)+.$|", "(a)+.$|", true},
		{"glob:*.txt", "a.txt", true},
		{"regex:.*\\.(txt|csv)", "b/a.csv", true},
		{"regex:a", "aa", false},
		{"regex:(?=a)a.*+", "ab", true},
		{"", "", true},
	} {
		p, err := Compile(test.pattern)
		if err != nil {
			t.Errorf("%q: %v", test.pattern, err)
			continue
		}
		if got, err := p.Match(test.path, newMeter()); err != nil || got != test.want {
			t.Errorf("%q with %q: %v, %v", test.pattern, test.path, got, err)
		}
	}
}

func TestWrongPatterns(t *testing.T) {
	for pattern, want := range map[string]string{
		`a\`:                               `no character to escape after \`,
		"[a":                               "missing ']'",
		"[a-":                              "missing ']'",
		"[a/b]":                            "explicit name separator '/' in a class",
		"[c-a]":                            "invalid range in a class",
		"[a-b-c]":                          "invalid range in a class",
		"{a,{b,c}}":                        "cannot nest groups",
		"{a":                               "missing '}'",
		"regex:(":                          "the ) of a group is missing at character 1",
		string(make([]byte, maxPattern+1)): "a pattern may have 2000 bytes at most",
	} {
		if _, err := Compile(pattern); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", pattern, err, want)
		}
	}
}

func TestSet(t *testing.T) {
	var s Set
	for _, pattern := range []string{"*.txt", "regex:.*b"} {
		p, err := Compile(pattern)
		if err != nil {
			t.Fatal(err)
		}
		s = append(s, p)
	}
	for path, want := range map[string]bool{"a.txt": true, "a/b": true, "a/c": false} {
		if got, err := s.Match(path, newMeter()); err != nil || got != want {
			t.Errorf("%s: %v, %v", path, got, err)
		}
	}
}

// TestMatchIsCharged matches until there are no more steps.
func TestMatchIsCharged(t *testing.T) {
	p, err := Compile("**a**a**a**b")
	if err != nil {
		t.Fatal(err)
	}
	m := newMeter()
	path := make([]byte, 4000)
	for i := range path {
		path[i] = 'a'
	}
	for range 10_000 {
		if _, err := p.Match(string(path), m); err != nil {
			return
		}
	}
	t.Error("10,000 matches of a long path cost nothing")
}

// FuzzCompile checks that what a glob is translated to is a regular expression, and that its class and ? never match a slash.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{"*.txt", "{a,b}/[!c-d]?", `\*`, "[a&&[b]", "[^-a]", "[--a]", "[a-\\]", "[&-&]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		if Named(pattern) {
			return
		}
		p, err := Compile(pattern)
		if _, wrong := translate(pattern); (err == nil) != (wrong == nil) && !errors.Is(err, javaregex.ErrTooLarge) {
			t.Fatalf("%q: %v, %v", pattern, err, wrong)
		}
		if err != nil || strings.ContainsAny(pattern, "*/{\\") {
			return
		}
		if ok, err := p.Match(strings.Repeat("/", utf8.RuneCountInString(pattern)), newMeter()); ok && pattern != "" {
			t.Fatalf("%q matches slashes: %v", pattern, err)
		}
	})
}
