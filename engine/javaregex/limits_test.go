package javaregex

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// all finds all matches and returns how many steps that took.
func all(t *testing.T, re *Regexp, text string, p *purse) (steps int, err error) {
	t.Helper()
	before := p.steps
	err = re.Matches(text, p, func(Match) (bool, error) { return true, nil })
	return before - p.steps, err
}

func compile(t *testing.T, pattern string, o Options) *Regexp {
	t.Helper()
	re, err := Compile(pattern, o)
	if err != nil {
		t.Fatal(err)
	}
	return re
}

// TestSteps checks that searches which take long on Go's engine end when there are no steps left, at the same place each time.
func TestSteps(t *testing.T) {
	for _, test := range []struct{ pattern, text string }{
		{`.*x|y`, strings.Repeat("y", 20_000)}, // a search to the end of the text for every y
		{`(?:a?){400}b`, strings.Repeat("a", 100_000)},
		{`[a-z]{1,900}0`, strings.Repeat("a", 100_000)},
		{`\p{L}{500}\d`, strings.Repeat("a", 100_000)},
	} {
		re := compile(t, test.pattern, Options{})
		if re.linear == nil {
			t.Errorf("%s does not run on Go's engine", test.pattern)
		}
		var last int
		for i := range 2 {
			p := &purse{steps: 1_000_000, time: time.Minute}
			steps, err := all(t, re, test.text, p)
			if !errors.Is(err, errSteps) || i > 0 && steps != last {
				t.Errorf("%s: got %v after %d steps, the time before after %d", test.pattern, err, steps, last)
			}
			last = steps
		}
	}
}

// TestStepsOfTexts checks that cheap searches take few steps, also in long texts.
func TestStepsOfTexts(t *testing.T) {
	event := strings.Repeat(`{"ref":"refs/heads/feature","commits":[{"id":"0123456789abcdef","message":"Mend the bounds"}]} `, 2000)
	for _, test := range []struct {
		pattern, text string
		most          int
	}{
		{`^refs/heads/(main|release-.*)$`, "refs/heads/release-1.2", 100},
		{`"ref"\s*:\s*"refs/heads/(main|release-.*)"`, event, 300_000},
		{`^[^{]`, event, 5000},                      // nothing beyond the first character can match
		{`refs/tags/v[0-9.]+`, event, 10_000},       // the literal that matches begin with is nowhere
		{`(?i)mend|something else`, event, 600_000}, // 2,000 matches
		{`\d`, strings.Repeat("1", 1000), 100_000},
	} {
		re := compile(t, test.pattern, Options{})
		p := newPurse()
		steps, err := all(t, re, test.text, p)
		if err != nil || steps > test.most || p.time != time.Minute {
			t.Errorf("%s: got %v after %d steps, want at most %d", test.pattern, err, steps, test.most)
		}
	}
}

// TestEngines checks which patterns run on Go's engine, and on which texts.
func TestEngines(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		linear        bool
	}{
		{`^a|b$`, "ab", true},
		{`^a|b$`, "ab\n", false},
		{`\ba`, "é a", true},
		{`\ba`, "e\u0301 a", false},
		{`(?m)^a$`, "a\nb", true},
		{`(?m)^a$`, "a\r\nb", false},
		{`(?m)^a`, "a\n", false},
		{`(?U)\bé`, "e", true},
		{`(?U)\bé`, "é", false},
		{`a*?b{2,3}[^c](d|(?:e)+)\p{L}\Q*\E`, "", true},
		{`(a*)*`, "", false}, // in Java the group keeps the last, empty round
		{`(?:a*)*`, "", true},
		{`(a)\1`, "", false},
		{`a(?=b)`, "", false},
		{`a++`, "", false},
		{`\R`, "", true},
		{`\X`, "", false},
	} {
		re := compile(t, test.pattern, Options{})
		in, err := re.searcher(test.text, newPurse())
		if _, linear := in.(*linearSearch); linear != test.linear || err != nil {
			t.Errorf("%s, %q: on Go's engine %v, %v", test.pattern, test.text, linear, err)
		}
	}
}

// slow is a pattern that takes regexp2 longer than anybody waits.
const slow = `(a+)+(?!a)c`

var slowText = strings.Repeat("a", 60) + "b"

func TestProcessorTime(t *testing.T) {
	re := compile(t, slow, Options{Time: time.Millisecond})
	if _, err := all(t, re, slowText, newPurse()); !errors.Is(err, ErrLimit) {
		t.Errorf("a slow search: got %v", err)
	}
	if _, err := all(t, re, slowText, &purse{steps: 1000, time: 1}); !errors.Is(err, errTime) {
		t.Errorf("a slow search when there is little time: got %v", err)
	}
	if p := (&purse{steps: 10, time: time.Minute}); true {
		if _, err := all(t, re, strings.Repeat("b", 1000), p); !errors.Is(err, errSteps) {
			t.Errorf("a long text when there are few steps: got %v", err)
		}
	}
}

// TestBusy checks that a search which the clock ends before it has used its processor time is ErrBusy, not ErrLimit.
func TestBusy(t *testing.T) {
	re := compile(t, slow, Options{Time: time.Millisecond})
	b, err := re.backtracking()
	if err != nil {
		t.Fatal(err)
	}
	b.clock = func() time.Duration { return 0 }
	if _, err := all(t, re, slowText, newPurse()); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}
}

// TestCompileSteps checks that patterns that take long to compile are charged for it.
func TestCompileSteps(t *testing.T) {
	for pattern, least := range map[string]int{
		`\X`: 40_000, `(?iu)abc`: 2000, `\N{COMMA}`: 100_000, strings.Repeat(`a|b*`, 500): 10_000, strings.Repeat(`\p{IsL}`, 20): 20_000,
		`a{1000}`: 5000,
	} {
		p := newPurse()
		if _, err := Compile(pattern, Options{Charge: p.Charge}); err != nil || 10_000_000-p.steps < least {
			t.Errorf("%.20s: %v, %d steps, want at least %d", pattern, err, 10_000_000-p.steps, least)
		}
		if _, err := Compile(pattern, Options{Charge: (&purse{steps: least / 2}).Charge}); !errors.Is(err, errSteps) {
			t.Errorf("%.20s: got %v when there are few steps", pattern, err)
		}
	}
}

// TestSpelledOut checks that a pattern whose classes are spelled out stays within a limit.
func TestSpelledOut(t *testing.T) {
	if _, err := Compile(strings.Repeat(`[\pL&&\pL]`, 900)+`(?=a)`, Options{}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v", err)
	}
}

func TestCaseOfReferences(t *testing.T) {
	for text, want := range map[string]string{"aA": "aA,a", "aA漢": "aA,a", "aAé": "error: " + ErrText.Error()} {
		if got := find(`(?i)(a)\1`, text); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
	if got := find(`(?iu)(é)\1`, "éÉ"); got != "éÉ,é" {
		t.Errorf("got %q", got)
	}
}
