package pebble

import (
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// TestJavaRegex evaluates regular expressions that show their dialect; the rest of it is tested in package javaregex.
func TestJavaRegex(t *testing.T) {
	e := New(Options{})
	for _, test := range []struct{ text, template, want string }{
		{"", `{{ 'a1-b2' | regexReplace('\p{Alpha}', 'X') }}`, "X1-X2"},
		{"", `{{ 'a1-b2,c' | split('\p{Punct}') | join(' ') }}`, "a1 b2 c"},
		{"", `{{ 'Zoë!' | regexReplace('[^\p{ASCII}]', '?') }}`, "Zo?!"},
		{"", `{{ 'Zoë 1' | regexReplace('\p{IsAlphabetic}+', 'W') }}`, "W 1"},
		{"", `{{ 'aBc' | regexReplace('[\p{L}&&[^\p{Lu}]]', '.') }}`, ".B."},
		{"e\u0301", `{{ t | regexMatch('^\X$') }}`, "true"},
		{"Subject: hi\r\nFrom: x", `{{ t | regexExtract('Subject: (.*)', 1) }}`, "hi"},
		{"abc\n", `{{ t | regexMatch('abc$') }}`, "true"},
		{"abc\n", `{{ t.matches('abc$') }}`, "false"},
		{"", `{{ 'É' | regexMatch('(?i)é') }}`, "false"},
		{"", `{{ 'É' | regexMatch('(?iu)é') }}`, "true"},
		{"", `{{ 'ab'.matches('(?x) a b # c') }}`, "true"},
		{"", `{{ 'a b' | replace({'(?<x>a) (b)': '$2${x}'}, regexp=true) }}`, "ba"},
		{"", `{{ ['d'] | jq('.[0] | test("\\p{Alpha}")') | first }}`, "true"},
		{"", `{{ ['ab12'] | jq('.[0] | [match("(?<n>[a-z])(x)?"; "g") | .captures[] | .name, .offset]') | first }}`, `["n",0,null,-1,"n",1,null,-1]`},
	} {
		c := &Context{Vars: value.MapOf("t", value.String(test.text)).Map()}
		if got := outcome(e, c, test.template); got != test.want {
			t.Errorf("%s in %q: got %q, want %q", test.template, test.text, got, test.want)
		}
	}
}

// TestRegexMessages checks that a template with a pattern that Java refuses does not compile, that the error names the mistake
// and its place, and that the error of a computed pattern does not quote it.
func TestRegexMessages(t *testing.T) {
	e := New(Options{})
	for template, want := range map[string]string{
		`{{ 'x' | split('\p{Foo}') }}`:          `regular expression is invalid: unknown property "Foo" at character 1`,
		`{{ 'x' | regexMatch('a{') }}`:          `regular expression is invalid: { begins a repetition and needs a number, or a \ before it, at character 2`,
		`{{ 'x' | regexMatch('(?P<n>a)') }}`:    `regular expression is invalid: unknown kind of group; a named one is (?<name>…) at character 3`,
		`{{ 'x' | regexReplace('\y', '') }}`:    `regular expression is invalid: unknown escape \y at character 1`,
		`{{ 'x' | regexExtract('(?<=a+b+)') }}`: `regular expression is invalid: only one part of any length is supported in a look-behind at character 1`,
	} {
		_, err := e.Compile(template)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", template, err, want)
		}
	}
	compiled, err := e.Compile(`{{ 'x' | regexMatch(t) }}`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = compiled.Render(&Context{Vars: value.MapOf("t", value.String(`\p{Hidden}`)).Map()})
	if err == nil || strings.Contains(err.Error(), "Hidden") || !strings.Contains(err.Error(), "unknown property at character 1") {
		t.Errorf("got %v", err)
	}
}

// TestRegexSteps checks that steps end a search, whatever time it takes.
func TestRegexSteps(t *testing.T) {
	e := New(Options{Limits: Limits{RegexTime: time.Nanosecond}})
	c := &Context{Vars: value.MapOf("t", value.String(strings.Repeat("y", 20_000))).Map()}
	for template, want := range map[string]string{
		`{{ t | regexReplace('.*x|y', '') }}`: "!limit",
		`{{ t | regexMatch('(y+)+$') }}`:      "true",
		`{{ t.matches('(y|yy)*x') }}`:         "false",
		`{{ t | split('y') | length }}`:       "0",
		`{{ t | regexMatch('(y+)(?!y)x') }}`:  "!limit", // the processor time is short
	} {
		for range 2 {
			if got := outcome(e, c, template); got != want {
				t.Errorf("%s: got %s, want %s", template, got, want)
			}
		}
	}
}

// TestRegexTime checks that all searches of an evaluation share one limit of processor time.
func TestRegexTime(t *testing.T) {
	e := New(Options{Limits: Limits{RegexTime: 2 * time.Millisecond}})
	c := &Context{Vars: value.MapOf("t", value.String(strings.Repeat("ab", 100))).Map()}
	for template, want := range map[string]string{
		`{{ 'abab' | regexMatch('(a|b)+(?!b)c') }}`:                           "false",
		`{% for i in 1..100000 %}{{ t | regexMatch('b(?!a)a') }}{% endfor %}`: "!limit",
		`{{ (t ~ t ~ t) | regexMatch('(?:(a|b|ab)+)+(?!b)c') }}`:              "!limit",
	} {
		if got := outcome(e, c, template); got != want {
			t.Errorf("%s: got %.20s, want %s", template, got, want)
		}
	}
}
