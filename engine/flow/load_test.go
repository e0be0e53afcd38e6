package flow

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what the cases of testdata got as expected")

// TestLoadFindings runs the cases of testdata/load: "=== name", the YAML, a line of dashes, and the findings it gives.
func TestLoadFindings(t *testing.T) {
	runCases(t, "testdata/load/*.txt", func(*testing.T, string, *Set) {})
}

// TestLoadAsKestra runs flows that were given to a Kestra 1.3.25; the case's name begins with Kestra's verdict.
func TestLoadAsKestra(t *testing.T) {
	runCases(t, "testdata/kestra/*.txt", func(t *testing.T, name string, set *Set) {
		verdict, name, _ := strings.Cut(name, ": ")
		why, differs := otherVerdicts[name]
		if loads := set.Len() > 0; loads != (verdict == "accepted") != differs {
			t.Errorf("Kestra says %s, here it loads: %t; known difference: %q", verdict, loads, why)
		}
	})
}

// otherVerdicts are the cases that Kestra accepts and we do not, or the other way round.
var otherVerdicts = map[string]string{
	"two documents":    "Kestra drops the second silently",
	"workerGroup":      "Kestra's open-source edition ignores it",
	"responseCode map": "no map is a status code",
	"cccancel":         "the catalog of the tests has no Sleep",
	"slaf":             "the catalog of the tests has no Sleep",
}

func runCases(t *testing.T, pattern string, check func(t *testing.T, name string, set *Set)) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		for i, block := range strings.Split("\n"+string(text), "\n=== ") {
			if i == 0 {
				out.WriteString(strings.TrimPrefix(block, "\n"))
				continue
			}
			name, rest, _ := strings.Cut(block, "\n")
			yaml, want, found := strings.Cut(rest, "----------\n")
			if !found {
				t.Fatalf("%s: %s has no expectation", file, name)
			}
			want = strings.TrimSpace(want)
			got := want // of a case that -run leaves out
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+name, func(t *testing.T) {
				set, found := loadText(t, unescape(yaml))
				got = strings.TrimSpace(findings(set, found))
				if diff := cmp.Diff(want, got); diff != "" && !*update {
					t.Errorf("findings (-want +got):\n%s", diff)
				}
				check(t, name, set)
			})
			out.WriteString("=== " + name + "\n" + yaml + "----------\n" + got + "\n\n")
		}
		if *update {
			if err := os.WriteFile(file, []byte(strings.TrimRight(out.String(), "\n")+"\n"), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// unescape puts characters that cannot be seen in a text file in place of their names.
func unescape(yaml string) string {
	return strings.NewReplacer("‹tab›", "\t", "‹bom›", "\ufeff", "‹ff›", "\xff", "‹cr›", "\r").Replace(yaml)
}

func findings(set *Set, found Diagnostics) string {
	var out strings.Builder
	for _, d := range found {
		if d.Severity == SeverityWarning {
			out.WriteString("warning: ")
		}
		out.WriteString(d.Error() + "\n")
	}
	if set.Len() > 0 {
		out.WriteString("loaded\n")
	}
	return out.String()
}
