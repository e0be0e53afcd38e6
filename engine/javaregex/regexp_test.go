package javaregex

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// purse is a meter with a number of steps and a time.
type purse struct {
	steps int
	time  time.Duration
	bytes int
}

var (
	errSteps = errors.New("no steps left")
	errTime  = errors.New("no time left")
)

func (p *purse) Charge(steps int) error {
	if p.steps -= steps; p.steps < 0 {
		return errSteps
	}
	return nil
}

func (p *purse) Allocate(bytes int) error {
	p.bytes += bytes
	return nil
}

func (p *purse) Spend(used time.Duration) error {
	if p.time -= used; p.time < 0 {
		return errTime
	}
	return nil
}

func newPurse() *purse { return &purse{steps: 10_000_000, time: time.Minute} }

// find returns the matches of a pattern, with the groups after them, or the error.
func find(pattern, text string) string {
	re, err := Compile(pattern, Options{})
	if err != nil {
		return "error: " + err.Error()
	}
	var all []string
	err = re.Matches(text, newPurse(), func(m Match) (bool, error) {
		groups := make([]string, re.NumGroups()+1)
		for i := range groups {
			text, ok := m.Group(i)
			groups[i] = text
			if !ok {
				groups[i] = "-"
			}
		}
		all = append(all, strings.Join(groups, ","))
		return true, nil
	})
	if err != nil {
		return "error: " + err.Error()
	}
	return strings.Join(all, "|")
}

func TestMatches(t *testing.T) {
	for _, test := range []struct{ pattern, text, want string }{
		// Properties.
		{`\p{Alpha}+`, "a1-Bc é", "a|Bc"},
		{`\p{IsAlphabetic}+`, "Zoë 1", "Zoë"},
		{`\P{ASCII}`, "Zoë!", "ë"},
		{`\p{IsLatin}+`, "aβλc", "a|c"},
		{`\p{InGreek}+|\p{IsGrek}`, "aβc", "β"},
		{`\p{blk=Basic Latin}\p{sc=Greek}\p{gc=Nd}`, "aβ1", "aβ1"},
		{`\p{javaLowerCase}\p{javaMirrored}`, "a(A(", "a("},
		{`\p{IsEmoji_Presentation}`, "a😀", "😀"},
		{`\pL\PL`, "a1", "a1"},
		{`(?i)\p{Lu}`, "a1", "a"},
		{`[^\p{Lu}\P{L}x-z]`, "aA1x", "a"},
		{`[\p{N}\p{IsGreek}_]+(?=a)`, "1β_a", "1β_"},
		// Classes.
		{`[\p{L}&&[^\p{Lu}]]`, "aBc", "a|c"},
		{`[a-d[x-z]&&[^b]]+`, "abxcy", "a|xcy"},
		{`[a-z&&def]+`, "cdefg", "def"},
		{`[&&a]`, "ab", "a"},
		{`[]a]+`, "a]b", "a]"},
		{`[a-]+[\[\]]`, "a-]", "a-]"},
		{`[[:alpha:]]+`, "a:pZ", "a:p"},
		// Escapes.
		{`\h\H\v\V`, "\u00a0a\vb", "\u00a0a\vb"},
		{`a\Rb`, "a\r\nb a\u2028b", "a\r\nb|a\u2028b"},
		{`\X`, "e\u0301👨\u200d👩\u200d👧🇫🇷각", "e\u0301|👨\u200d👩\u200d👧|🇫🇷|각"},
		{`\N{LATIN SMALL LETTER E WITH ACUTE}\0101\x41\x{1F600}\u00e9\cA\e`, "éAA😀é\x01\x1b", "éAA😀é\x01\x1b"},
		{`\ud83d\ude00`, "😀", "😀"},
		{`\0377\0400`, "ÿ 0", "ÿ 0"},
		{`\s+`, "a\v \u00a0", "\v "},
		{`\Qa.b\E+`, "a.bbaxb", "a.bb"},
		{`\1(a)`, "aa", ""},
		// Line terminators.
		{`.+`, "ab\r\ncd\u0085e\u2028f\u2029g", "ab|cd|e|f|g"},
		{`(?d).+`, "a\rb\nc", "a\rb|c"},
		{`(?s).+`, "a\nb", "a\nb"},
		{`abc$`, "abc\n", "abc"},
		{`abc$`, "abc\r\n", "abc"},
		{`abc\r$`, "abc\r\n", ""},
		{`abc$`, "abc\n\n", ""},
		{`(?d)abc$`, "abc\r", ""},
		{`abc\Z`, "abc\u2029", "abc"},
		{`abc\z`, "abc\n", ""},
		{`(?m)^.$`, "a\r\nb\u0085c\n", "a|b|c"},
		{`(?m)^`, "", ""},
		{`(?md)^.+$`, "a\rb\nc", "a\rb|c"},
		// Words and case.
		{`\bé`, "é aé", "é"},
		{`\b`, "e\u0301", "|"},
		{`(?U)\b\w+\b`, "été", "été"},
		{`\w+`, "aé_1", "a|_1"},
		{`(?i)É`, "é", ""},
		{`(?iu)É`, "é", "é"},
		{`(?i)k`, "K\u212a", "K"},
		{`(?i)[^k]`, "Kk\u212a", "\u212a"},
		// Groups.
		{`(?<x>a)(b)\k<x>\2`, "abab", "abab,a,b"},
		{`(a)|(b)`, "ab", "a,a,-|b,-,b"},
		{`(a*)+`, "aab", "aa,|,|,"},
		{`((a)|b)*`, "ab", "ab,b,a|,-,-"},
		{`a++a|b*+c`, "aabbc", "bbc"},
		{`(?>a|ab)c`, "abc", ""},
		{`.(?>.?)+a`, "xa1a", "xa1a"},
		{`(?>.+){2}|(?:a{1,2}+){3}|(b++){2}`, "aaabb", ""},
		{`(?=a)\w(?!b)`, "abac", "a"},
		{`(?<=a+)b(?<!cab)`, "aab cab", "b"},
		{`(?<=(a|bb)x)c`, "axc bbxc", "c,a|c,bb"},
		{`(?x) a b # c`, "ab", "ab"},
		{`(?x)[a b]+`, "a b", "a|b"},
		{`a{2}{3}`, "aaa", "aa"},
		{`(?i:A)a(?-i)A`, "aaA", "aaA"},
		// What a search after a match sees of the text before it.
		{`^a`, "aa", "a"},
		{`\Ba`, "aaa", "a|a"},
		{`a*`, "aab", "aa||"},
		{`x*`, "aé", "||"},
		{`.*x|y`, "yyy", "y|y|y"},
	} {
		if got := find(test.pattern, test.text); got != test.want {
			t.Errorf("%s in %q: got %q, want %q", test.pattern, test.text, got, test.want)
		}
	}
}

func TestRefused(t *testing.T) {
	for pattern, want := range map[string]string{
		`{`:              `{ begins a repetition and needs a number, or a \ before it, at character 1`,
		`a{,2}`:          `{ begins a repetition and needs a number, or a \ before it, at character 2`,
		`a{2`:            `the } of a repetition is missing at character 3`,
		`a{2147483648}`:  `the number of a repetition is too large at character 12`,
		`a{2,1}`:         `a repetition has more at least than at most at character 6`,
		`(?P<n>a)`:       `unknown kind of group; a named one is (?<name>…) at character 3`,
		`a\y`:            `unknown escape \y at character 2`,
		`[\b]`:           `unknown escape \b at character 2`,
		`\p{Foo}`:        `unknown property "Foo" at character 1`,
		`é[\p{InFoo}]`:   `unknown property "InFoo" at character 3`,
		`(`:              `the ) of a group is missing at character 1`,
		`a)`:             `unmatched ) at character 2`,
		`a**`:            `nothing stands before * at character 3`,
		`[a`:             `the ] of a class is missing at character 1`,
		`[b-a]`:          `a span of a class ends before it begins at character 3`,
		`(?<a>.)(?<a>.)`: `two groups have the name "a" at character 12`,
		`\k<a>`:          `no group before it has the name "a" at character 1`,
		`\Q(\E(`:         `the ) of a group is missing at character 6`,
		`\x{110000}`:     `there is no character with so large a number at character 1`,
		`\`:              `nothing stands behind the last backslash at character 1`,
		`(?<=(?:a|b)+)c`: `what a look-behind looks for has no greatest length at character 1`,
		`(?<=a+b+)c`:     `only one part of any length is supported in a look-behind at character 1`,
		`\Ga`:            `\G is not supported at character 1`,
		`(?c)a`:          `the flag c, canonical equivalence, is not supported at character 3`,
		`\N{NO SUCH}`:    `no character has the name "NO SUCH" at character 1`,
	} {
		if got := find(pattern, ""); got != "error: "+want {
			t.Errorf("%s: got %q, want %q", pattern, got, want)
		}
	}
	if got := find(strings.Repeat("(", 300), ""); !strings.HasPrefix(got, "error: groups are nested deeper than") {
		t.Errorf("deep groups: got %s", got)
	}
	if _, err := Compile(strings.Repeat("a", MaxPattern+1), Options{}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a long pattern: got %v", err)
	}
}

func TestWhole(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		want          bool
	}{
		{`a|ab`, "ab", true},
		{`a`, "a\n", false},
		{`a$`, "a\n", false},
		{`(?x)a #`, "a", true},
		{`a+?`, "aaa", true},
		{`(a)\1`, "aa", true},
		{`(a)\1`, "aaa", false},
	} {
		re, err := Compile(test.pattern, Options{Whole: true})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := re.Match(test.text, newPurse()); got != test.want || err != nil {
			t.Errorf("%s, %q: got %v, %v", test.pattern, test.text, got, err)
		}
	}
}

func TestExpand(t *testing.T) {
	for with, want := range map[string]string{
		"$0": "ab", "$2$1": "ba", "${x}!": "a!", `\$1\\`: `$1\`, "$12": "a2", "é$1": "éa",
		"$3": "error: replacement names a group that does not exist: 3", "$": `error: replacement has a $ that is no group; write \$`,
		"${y}": "error: replacement names a group that does not exist", "${x": "error: replacement has a group name without its closing brace",
		`\`: "error: replacement ends in a backslash",
	} {
		re, err := Compile(`(?<x>a)(b)`, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		err = re.Matches("ab", newPurse(), func(m Match) (bool, error) { return false, m.Expand(&out, with) })
		got := out.String()
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", with, got, want)
		}
	}
}

func TestGroups(t *testing.T) {
	re, err := Compile(`(a)(?<x>b)(?:c)(?<y>d)(?=(e))`, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{fmt.Sprint(re.NumGroups()), re.GroupName(1), re.GroupName(2), re.GroupName(3), fmt.Sprint(re.GroupNumber("y"), re.GroupNumber(""), re.GroupNumber("z"))}
	if diff := cmp.Diff([]string{"4", "", "x", "y", "3 -1 -1"}, got); diff != "" {
		t.Error(diff)
	}
}
