package conformance

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// divergence is a row of divergences.tsv.
type divergence struct {
	line                    int
	name, kestra, ours, why string
	covers                  int // differences
}

func loadDivergences(t *testing.T) []*divergence {
	t.Helper()
	text, err := os.ReadFile("divergences.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var rows []*divergence
	for i, line := range strings.Split(strings.TrimRight(string(text), "\n"), "\n") {
		if strings.HasPrefix(line, "differential/") { // of the packages there
			continue
		}
		columns := strings.Split(line, "\t")
		if i == 0 {
			if line != "case\tkestra\tours\twhy" {
				t.Fatalf("divergences.tsv: the first line is %q", line)
			}
			continue
		}
		if len(columns) != 4 || columns[0] == "" || columns[3] == "" {
			t.Fatalf("divergences.tsv:%d: has %d columns, or an empty one", i+1, len(columns))
		}
		if strings.HasPrefix(columns[0], "javaregex/") || strings.HasPrefix(columns[0], ofConditions) { // others look for these
			continue
		}
		rows = append(rows, &divergence{line: i + 1, name: columns[0], kestra: columns[1], ours: columns[2], why: columns[3]})
	}
	return rows
}

// ofFacts reports whether the row is about a fact, and not about a recorded request.
func (r *divergence) ofFacts() bool { return strings.HasPrefix(r.kestra, "result: ") && !r.ofFaults() }

// ofBinary begins the cases of rows about the server as users run it, and not about the one of the tests.
const ofBinary = "binary/"

// ofBinary reports whether the row is about an answer of the server as users run it alone.
func (r *divergence) ofBinary() bool { return strings.HasPrefix(r.name, ofBinary) }

// ofFaults reports whether the row is about a row of faults.tsv.
func (r *divergence) ofFaults() bool { return strings.HasPrefix(r.name, "faults/") }

// checkCovers fails the test for every row that covered no difference.
func checkCovers(t *testing.T, rows []*divergence) {
	t.Helper()
	for _, row := range rows {
		if row.covers == 0 {
			t.Errorf("divergences.tsv:%d: covers no difference any more", row.line)
		}
	}
}

// difference is one thing that differs in the answer to one request.
type difference struct {
	what, kestra, ours string
}

func (d difference) String() string {
	return fmt.Sprintf("%s: Kestra has %s, here it is %s", d.what, d.kestra, d.ours)
}

// matches reports whether the row covers a difference of the case with this name.
func (r *divergence) matches(name string, d difference) bool {
	return glob(r.name, name) && glob(r.kestra, d.what+": "+d.kestra) && glob(r.ours, d.ours)
}

// glob reports whether text matches a pattern, in which * stands for any text.
func glob(pattern, text string) bool {
	first, rest, starred := strings.Cut(pattern, "*")
	if !starred {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, first)
	if !ok {
		return false
	}
	parts := strings.Split(rest, "*")
	for _, part := range parts[:len(parts)-1] {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return strings.HasSuffix(text, parts[len(parts)-1])
}

func TestGlob(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"a", "a", true},
		{"a", "ab", false},
		{"*", "", true},
		{"*", "abc", true},
		{"a*", "abc", true},
		{"a*", "ba", false},
		{"*c", "abc", true},
		{"*c", "cb", false},
		{"a*c", "ac", true},
		{"a*a", "a", false},
		{"a*b*c", "a1b2c", true},
		{"a*b*c", "acb", false},
		{"a*b*b", "ab", false},
		{"*[x]*", "a[x].b", true},
	}
	for _, test := range tests {
		if got := glob(test.pattern, test.text); got != test.want {
			t.Errorf("glob(%q, %q) = %v", test.pattern, test.text, got)
		}
	}
}
