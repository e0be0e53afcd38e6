package main

import (
	"flag"
	"os"
	"strings"
	"testing"
)

// every is 1 where changes land.
var every = flag.Int("every", 5, "compare one in so many answers; the patterns are random, and many take long to compile")

// TestAnswers compares with the answers of Java 25, see the command. At least 97 % must be equal, and every difference must be
// of a kind that divergences.tsv names. A kind without any difference is an error too, if all are compared.
func TestAnswers(t *testing.T) {
	text, err := os.ReadFile("testdata/answers.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var f strings.Builder
	n := 0
	for line := range strings.Lines(string(text)) {
		if n%*every == 0 {
			f.WriteString(line)
		}
		n++
	}
	kinds := map[string]int{}
	equal, all := differences(strings.NewReader(f.String()), func(line, ours string) {
		kind := kindOf(line, ours)
		if kind == "" {
			t.Errorf("%s\n\there %s", line, ours)
		}
		kinds[kind]++
	})
	t.Logf("%d of %d equal; different: %v", equal, all, kinds)
	if all < 5000 / *every || equal*100 < all*97 {
		t.Errorf("%d of %d are equal", equal, all)
	}
	rows, err := os.ReadFile("../../conformance/divergences.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for row := range strings.Lines(string(rows)) {
		name, rest, _ := strings.Cut(row, "\t")
		if !strings.HasPrefix(name, "javaregex/") || strings.HasPrefix(rest, "refused: ") {
			continue
		}
		if kinds[name] == 0 && *every == 1 {
			t.Errorf("divergences.tsv: nothing is of the kind %s any more", name)
		}
		delete(kinds, name)
	}
	for kind := range kinds {
		t.Errorf("divergences.tsv has no row %s", kind)
	}
}

// TestQuestions checks that the questions in the file of answers are those that the seed gives.
func TestQuestions(t *testing.T) {
	answers, err := os.ReadFile("testdata/answers.tsv")
	if err != nil {
		t.Fatal(err)
	}
	m, line := newMaker(1), 0
	for answer := range strings.Lines(string(answers)) {
		line++
		q := m.question()
		if want := quote(q.pattern) + "\t" + quote(q.replacement) + "\t" + quote(q.subject) + "\t"; !strings.HasPrefix(answer, want) {
			t.Fatalf("line %d is %s, want %s", line, answer, want)
		}
	}
}
