package tests

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

var update = flag.Bool("update", false, "write the tables of README.md and docs")

// TestReadmeTables checks that the tables of README.md and docs/triggers.md, which stand between comments with their names, are those that
// the specs give.
func TestReadmeTables(t *testing.T) {
	manual, err := engine.Functions("")
	if err != nil {
		t.Fatal(err)
	}
	for page, tables := range map[string]map[string]string{
		"README.md": {
			"trigger":     properties(t, flow.KindTrigger),
			"conditions":  types(t, flow.KindCondition),
			"tasks":       types(t, flow.KindTask),
			"expressions": names(manual),
		},
		"docs/triggers.md": {"checks": checks(t)},
	} {
		source, err := os.ReadFile(filepath.Join("..", page))
		if err != nil {
			t.Fatal(err)
		}
		text := string(source)
		for name, want := range tables {
			begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->\n"
			before, rest, ok := strings.Cut(text, begin)
			got, after, closed := strings.Cut(rest, end)
			if !ok || !closed {
				t.Fatalf("%s has no %s … %s", page, strings.TrimSpace(begin), strings.TrimSpace(end))
			}
			if diff := cmp.Diff(want, got); diff != "" && !*update {
				t.Errorf("%s: run `go test ./tests -run Readme -update`: (-want +got)\n%s", name, diff)
			}
			text = before + begin + want + end + after
		}
		if *update {
			if err := os.WriteFile(filepath.Join("..", page), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// checks returns the table of what is asked of a request, which stands beside the code that asks.
func checks(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile("../engine/site/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| what is asked, in this order | else the answer is |\n|---|---|\n")
	for line := range strings.Lines(string(source)) {
		if row, ok := strings.CutPrefix(line, "//\t"); ok {
			asked, answer, _ := strings.Cut(row, "  ")
			fmt.Fprintf(&b, "| %s | %s |\n", asked, strings.TrimSpace(answer))
		}
	}
	return b.String()
}

// running returns the specs of a kind that run here, in the order of their types.
func running(t *testing.T, kind flow.Kind) []*flow.Spec {
	t.Helper()
	specs := slices.DeleteFunc(slices.Clone(catalog(t).Types()), func(s *flow.Spec) bool {
		return s.Kind != kind || s.Compile == nil || s.Refused
	})
	slices.SortFunc(specs, func(a, b *flow.Spec) int { return strings.Compare(a.Type, b.Type) })
	return specs
}

// types is a table of types, each with its properties: those that are required in bold.
func types(t *testing.T, kind flow.Kind) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | what it does | properties |\n|---|---|---|\n", kind)
	for _, s := range running(t, kind) {
		var own []string
		for _, p := range s.Properties {
			switch {
			case p.NotYet:
			case p.Required:
				own = append(own, "**`"+p.Name+"`**")
			default:
				own = append(own, "`"+p.Name+"`")
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s.Type, cell(s.Summary), strings.Join(own, ", "))
	}
	return b.String()
}

// properties is a table of the properties of all types of a kind, and a line with those that are still to come.
func properties(t *testing.T, kind flow.Kind) string {
	t.Helper()
	var b strings.Builder
	var notYet []string
	for _, s := range running(t, kind) {
		fmt.Fprintf(&b, "| property of `%s` | |\n|---|---|\n", s.Type)
		for _, p := range s.Properties {
			if p.NotYet {
				notYet = append(notYet, "`"+p.Name+"`")
				continue
			}
			summary := cell(p.Summary)
			if p.Default != "" {
				summary += " Default: `" + p.Default + "`."
			}
			if p.Extension {
				summary += " Our own."
			}
			fmt.Fprintf(&b, "| `%s` | %s |\n", p.Name, summary)
		}
	}
	if len(notYet) > 0 {
		fmt.Fprintf(&b, "\nNot yet: %s.\n", strings.Join(notYet, ", "))
	}
	return b.String()
}

// names is a table of the names in a manual: a row for each of its sections, and one for those that are still to come.
func names(manual string) string {
	var b strings.Builder
	var notYet []string
	b.WriteString("| | |\n|---|---|\n")
	for section := range strings.SplitSeq(strings.TrimPrefix(manual, "# "), "\n# ") {
		title, entries, _ := strings.Cut(section, "\n")
		var list []string
		for line := range strings.Lines(entries) {
			entry, ok := strings.CutPrefix(line, "  - ")
			if !ok {
				continue
			}
			name := "`" + entry[:strings.IndexAny(entry, "(:")] + "`"
			if strings.Contains(entry, "; not supported yet") {
				notYet = append(notYet, name)
			} else {
				list = append(list, name)
			}
		}
		fmt.Fprintf(&b, "| %s | %s |\n", strings.ToLower(title), strings.Join(list, ", "))
	}
	fmt.Fprintf(&b, "| not yet | %s |\n", strings.Join(notYet, ", "))
	return b.String()
}

// cell is a text as it stands in a table of Markdown.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
