package jq

import (
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// TestOnigPattern checks into which patterns regular expressions of jq are translated; what they match is compared in package
// conformance.
func TestOnigPattern(t *testing.T) {
	for _, c := range []struct {
		pattern, want string
		flags         onigFlags
	}{
		{"ab+?c{2,3}", `ab+?c{2,3}`, onigFlags{}},
		{"a b#c", `a\x20b\x23c`, onigFlags{}},
		{"a b #c\n d", `abd`, onigFlags{blank: true}},
		{"é.", `\xE9[^\n]`, onigFlags{}},
		{".", `[\x00-\x{10FFFF}]`, onigFlags{all: true}},
		{"^a$", `\Aa(?=\n?\z)`, onigFlags{}},
		{"(?m)^", `(?:\A|(?<=\n)(?!\z))`, onigFlags{}},
		{"(?i:k)k", `(?:[k\x{212A}K])k`, onigFlags{}},
		{"[a-b_]", `[a-b\x5F]`, onigFlags{}},
		{"[a-b]", `[a-bAB]`, onigFlags{fold: true}},
		{"[^a]", `[^a]`, onigFlags{}},
		{`\d\D`, `[\p{Nd}][\P{Nd}]`, onigFlags{}},
		{`[\d-x]`, `[\p{Nd}\x2Dx]`, onigFlags{}},
		{`a{2}+b{c}`, `(?:a{2})+b\x7Bc\x7D`, onigFlags{}},
		{`(a)\1`, `(a)(?:\1)`, onigFlags{}},
		{`\101\x42\x{43}\.\Q.*\E`, `ABC\x2E\x2E\x2A`, onigFlags{}},
		{`(?<n>a)\k<n>(?:b)(?=c)(?!d)(?<=e)(?<!f)(?>g)`, `(?<n>a)\k<n>(?:b)(?=c)(?!d)(?<=e)(?<!f)(?>g)`, onigFlags{}},
	} {
		if got, err := onigPattern(c.pattern, c.flags); err != nil || got != c.want {
			t.Errorf("%s: got %s and %v, want %s", c.pattern, got, err, c.want)
		}
	}
	for _, pattern := range []string{"(", ")", "(?", "(?<", "(?<>a)", "(?<1>a)", "(?P<n>a)", "[", "[a", "[b-a]", `\`, `[\`, "*", "+a", "a|*", "a{2,1}", "a{1000000}", `\p{`, `\p{Foo}`, `\8`, `(a)\2`, `\x{110000}`, `\xFF`, `\k<`, `\k<-1>`, `(?<x>a)\g<x>`, `\c`, strings.Repeat("(", 500)} {
		if got, err := onigPattern(pattern, onigFlags{}); err == nil {
			t.Errorf("%s: got %s, want an error", pattern, got)
		}
	}
}

// FuzzOnigPattern checks that invalid patterns are refused, and nothing panics.
func FuzzOnigPattern(f *testing.F) {
	f.Add(`(?i)[[:alpha:]\d-]{2}+\bx(?<n>\p{Lu})\k<n>`, true)
	f.Add(`\Q(\E[]a](?m-s:^$)|{1,2}`, false)
	f.Fuzz(func(t *testing.T, pattern string, flag bool) {
		got, err := onigPattern(pattern, onigFlags{fold: flag, blank: flag})
		if err == nil && len(got) > 100_000+2000*len(pattern) {
			t.Errorf("%q becomes %d bytes", pattern, len(got))
		}
	})
}

// TestFailuresHideValues checks that the text of a failure, which is logged, has nothing of a request.
func TestFailuresHideValues(t *testing.T) {
	r := &runner{limits: standard}
	input := value.MapOf("s", value.String("hunter2"), "l", value.Strings([]string{"hunter2"}))
	for _, program := range []string{
		`.s.a`, `.s[0]`, `.s[1:2].a`, `.s | keys`, `.s + 1`, `.s - .s`, `.s | tonumber`, `.s | fromjson`, `.s | @base64d`, `.l | @csv | .a`, `[.l] | @csv`, `.s as $k | 1 | .[$k]`,
		`.s as $f | "a" | test("a"; $f)`, `.s as $k | [1] | .[$k] = 1`, `path(.s | tojson)`, `.s | fromdateiso8601`, `{(.l): 1}`, `.l | join(",") | . * {}`, `.s | sqrt`, `.s | -(.)`, `.l | has("a")`, `.s | implode`, `.s | from_entries`, `.[.s]`, `.s | test(.)? | .a`,
		`.s | contains(1)`, `.s | limit("hunter2"; 1)`, `.s as $x | range($x; 2)`, `.s | flatten`, `delpaths(.s)`, `.s as [$a] | $a`, `.s as {a: $a} | $a`,
	} {
		got := r.print(input, program)
		if strings.Contains(got, "hunter2") {
			t.Errorf("%s: got %s", program, got)
		}
	}
}
