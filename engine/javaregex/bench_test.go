package javaregex

import (
	"math"
	"strings"
	"testing"

	"github.com/dlclark/regexp2/v2"
)

// benchmark runs a pattern on this package and, to compare, on regexp2 alone.
func benchmark(b *testing.B, pattern, text string) {
	re, err := Compile(pattern, Options{})
	if err != nil {
		b.Fatal(err)
	}
	p := &purse{steps: math.MaxInt, time: math.MaxInt64}
	b.Run("javaregex", func(b *testing.B) {
		for b.Loop() {
			if err := re.Matches(text, p, func(Match) (bool, error) { return true, nil }); err != nil {
				b.Fatal(err)
			}
		}
	})
	alone := regexp2.MustCompile(pattern, regexp2.RE2)
	alone.MatchTimeout = DefaultTime
	b.Run("regexp2", func(b *testing.B) {
		for b.Loop() {
			m, err := alone.FindStringMatch(text)
			for m != nil && err == nil {
				m, err = alone.FindNextMatch(m)
			}
		}
	})
}

func BenchmarkShort(b *testing.B) {
	benchmark(b, `^refs/heads/(main|release-.*)$`, "refs/heads/release-1.2.3")
}

func BenchmarkNoMatch(b *testing.B) {
	benchmark(b, `^refs/heads/(main|release-.*)$`, "refs/tags/v1.2.3")
}

func BenchmarkManyMatches(b *testing.B) {
	benchmark(b, `[0-9]+`, strings.Repeat("abc 123 ", 100))
}

func BenchmarkLookAhead(b *testing.B) {
	benchmark(b, `\w+(?=;)`, "some text and;more")
}
