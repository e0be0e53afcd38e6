package jq

import (
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

// quarter are a quarter of the standard limits, so that ending by one takes a quarter of the time.
var quarter = meter.Limits{
	Steps: standard.Steps / 4, OutputBytes: standard.OutputBytes / 4, RangeItems: standard.RangeItems / 4, Memory: standard.Memory / 4,
	Depth: standard.Depth, RegexTime: standard.RegexTime,
}

// TestLimits checks that a limit ends programs that would not end, or would take more memory than there is.
func TestLimits(t *testing.T) {
	r, input := &runner{limits: quarter}, large()
	for _, test := range []struct{ name, program string }{
		{"endless recursion", "def f: f; f"},
		{"endless recursion that grows", "def f: [., .] | f; f"},
		{"endless recursion through an argument", "def f(g): g | f(g); f(.)"},
		{"endless recurse", "[recurse(.)]"},
		{"endless recurse of two", "[1 | recurse(., .)]"},
		{"endless until", "1 | until(false; .)"},
		{"endless while", "1 | while(true; .)"},
		{"long range", "[range(1e18)]"},
		{"long range that is not kept", "last(range(1e18))"},
		{"range beyond doubles", "last(range(9007199254740992; 1e300; 0.1))"},
		{"a far index", "null | .[500000000] = 1"},
		{"a far path", "null | setpath([999999, 999999]; 1) | .[0] = [range(1000000)]"},
		{"many far indexes", "[range(1000) | [] | .[900000] = 1]"},
		{"long repetition", `"x" * 1e15`},
		{"long repetition of nothing", `"" * 1e15`},
		{"doubling text", `reduce range(60) as $i ("aaaaaaaa"; . + .)`},
		{"doubling text by insertion", `reduce range(60) as $i ("aaaaaaaa"; "\(.)\(.)")`},
		{"doubling text by join", `reduce range(60) as $i ("aaaaaaaa"; [., .] | join(""))`},
		{"doubling text by add", `reduce range(60) as $i ("aaaaaaaa"; [., .] | add)`},
		{"doubling text by gsub", `reduce range(60) as $i ("aaaaaaaa"; gsub("a"; "aa"))`},
		{"doubling text by tojson", `reduce range(60) as $i ("\""; tojson)`},
		{"doubling text by format", `reduce range(60) as $i ("aaaa"; @html "\(.)&\(.)" | @base64)`},
		{"doubling list", "reduce range(60) as $i ([1]; . + .)"},
		{"doubling list by add", "reduce range(60) as $i ([1]; [., .] | add)"},
		{"doubling list by flatten", "reduce range(60) as $i ([1]; [., .] | flatten)"},
		{"doubling list by slices", "reduce range(60) as $i ([1]; .[0:0] = .)"},
		{"doubling tree as text", "reduce range(60) as $i (1; [., .]) | tojson"},
		{"doubling tree compared", "(reduce range(60) as $i (1; [., .])) == (reduce range(60) as $i (1; [., .]))"},
		{"doubling tree contained", "(reduce range(60) as $i (1; [., .])) | contains(reduce range(60) as $i (2; [., .]))"},
		{"doubling tree flat", "reduce range(60) as $i (1; [., .]) | flatten"},
		{"doubling tree walked", "reduce range(60) as $i (1; [., .]) | walk(.)"},
		{"doubling tree by all paths", "reduce range(60) as $i (1; [., .]) | [paths] | length"},
		{"doubling tree sorted", "[reduce range(60) as $i (1; [., .])] | sort_by(.)"},
		{"doubling object merged", "reduce range(60) as $i ({a: 1}; {a: ., b: .}) | . * ."},
		{"deep value", "reduce range(100000) as $i (0; [.]) | tojson"},
		{"deep value compared", "(reduce range(100000) as $i (0; [.])) == (reduce range(100000) as $i (0; [.]))"},
		{"deep value sorted", "[(reduce range(100000) as $i (0; [.])), 1] | sort"},
		{"deep path", "reduce range(100000) as $i ([]; . + [0]) | . as $p | null | setpath($p; 1)"},
		{"deep assignment", "reduce range(10000) as $i (1; [.]) | (.. | numbers) |= 2"},
		{"wide columns", ".list | map([]) | .[0] = [range(100000)] | transpose"},
		{"subtraction of lists again and again", ".list as $l | last(range(1000) | $l - $l)"},
		{"containment of lists", "[.list[].n] | contains([range(200000; 400000)])"},
		{"indices of lists", "[.list[].n] | [range(100000)] as $r | last(range(100) as $i | indices($r))"},
		{"indices of a text in itself", ".text | indices(\"a\" * 100000) | length | ., last(range(1e9))"},
		{"sorting again and again", ".list as $l | last(range(1000) | $l | sort_by(.n))"},
		{"grouping again and again", ".list as $l | last(range(1000) | $l | group_by(.n))"},
		{"comparing again and again", ".list as $l | last(range(1000) | $l == $l)"},
		{"slow regex", `.text + "b" | test("(a+)+$")`},
		{"many slow regexes", `.text as $t | last(range(1000) | $t | test("a*a*c"))`},
		{"matches again and again", `.text as $t | last(range(1000) | $t | [match("a"; "g")] | length)`},
		{"many regexes", `last(range(1000000) | tostring as $s | "a" | test("(a|b|c|d)+[x-z]{3,5}" + $s))`},
		{"parsing again and again", `.text | tojson as $t | last(range(1000) | $t | fromjson)`},
		{"hashing an object again and again", `.list as $l | last(range(1000) | $l | map({(.n | tostring): 1}) | add)`},
		{"objects that grow", `reduce range(100000) as $i ({}; .["k\($i)"] = $i)`},
		{"combinations", "[range(10)] | [combinations(10)] | length"},
		{"exploding again and again", `.text as $t | last(range(1000) | $t | explode | implode | length)`},
		{"slices of text again and again", `.text as $t | last(range(100000) | $t[1:])`},
		{"large integers", "reduce range(30) as $i (9007199254740993; . * .) | last(range(100000) as $i | . * .)"},
		{"deep program", strings.Repeat("[", 9000) + "1" + strings.Repeat("]", 9000) + " | tojson"},
		{"deep parentheses", strings.Repeat("(", 9000) + "1" + strings.Repeat(")", 9000) + " | last(range(1e9))"},
		{"long program", "1" + strings.Repeat(" | 1", 6000)},
		{"long sum", "last(range(1e9) | 1" + strings.Repeat("+1", 9000) + ")"},
		{"error that grows", `reduce range(60) as $i ("aaaaaaaa"; try error(. + .) catch .)`},
		{"try again and again", "last(range(1e9) | try error(\"x\") catch .)"},
		{"labels again and again", "last(range(1e9) | first(1, 2))"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got string
			allocated := valuetest.Allocated(func() { got = r.print(input, test.program) })
			if allocated > int64(3*quarter.Memory) {
				t.Errorf("allocated %d MiB", allocated>>20)
			}
			if !strings.HasPrefix(got, "!limit ") {
				t.Errorf("got %.100s, want an error of class limit", got)
			}
		})
	}
}
