package javaregex

import (
	"testing"
	"time"
)

// FuzzCompile checks that no pattern makes the package panic, and that a match lies in its text.
func FuzzCompile(f *testing.F) {
	for _, pattern := range []string{
		``, `^refs/heads/(main|release-.*)$`, `[\p{L}&&[^\p{Lu}]]`, `(?<n>a)\k<n>`, `(?<=a{1,3})b`, `\Q*\E{2,3}+`, `(?x)[ a ] # c`, `\X\R\h`,
		`(?iU)\bé{2}?`, `[a-c[x&&y]z]`, `\x{1F600}\0101\cA`, `(?m)^.$`, `a{2}{3}`, `((a*)*)*`, `(?>a?)*b`, `[&&`, `\p{`, `(?i-`, `\`, `a{9999999999}`,
	} {
		f.Add(pattern, "ab\r\né😀")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		p := &purse{steps: 200_000, time: 20 * time.Millisecond}
		re, err := Compile(pattern, Options{Charge: p.Charge, Time: 5 * time.Millisecond})
		if err != nil {
			return
		}
		_ = re.Matches(text, p, func(m Match) (bool, error) {
			for g := range re.NumGroups() + 1 {
				if start, end, ok := m.Span(g); ok && (start < 0 || start > end || end > len(text)) {
					t.Errorf("group %d is %d:%d of %d bytes", g, start, end, len(text))
				}
			}
			return true, nil
		})
	})
}
