package flow

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

// most is how many bytes loading a text may allocate.
func most(text string) int64 { return int64(16<<20 + 256*len(text)) }

// FuzzLoad checks that any text loads or is refused with positions inside of it, and takes memory in proportion.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/*/*.txt")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for block := range strings.SplitSeq(string(text), "=== ") {
			_, yaml, _ := strings.Cut(block, "\n")
			yaml, _, _ = strings.Cut(yaml, "----------\n")
			f.Add(unescape(yaml))
		}
	}
	f.Add(modelFlow)
	catalog := fakeCatalog(f)
	f.Fuzz(func(t *testing.T, text string) {
		source := &Source{Name: "flow.yml", YAML: []byte(text)}
		var set *Set
		var found Diagnostics
		allocated := valuetest.Allocated(func() { set, found = Load(catalog, Options{}, []*Source{source}) })
		if allocated > most(text) {
			t.Errorf("%d bytes took %d MiB", len(text), allocated>>20)
		}
		if (set.Len() == 1) == (found.Err() != nil) {
			t.Errorf("%d flows with %v", set.Len(), found)
		}
		lines := len(lineBreak.FindAllString(text, -1)) + 1
		for _, d := range found {
			if d.Pos.Line < 0 || d.Pos.Line > lines || d.Pos.Column < 0 || d.Message == "" {
				t.Errorf("finding %q at %d:%d of %d lines", d.Message, d.Pos.Line, d.Pos.Column, lines)
			}
		}
	})
}

// lineBreak is what ends a line of YAML 1.1.
var lineBreak = regexp.MustCompile("\r\n|[\r\n\u0085\u2028\u2029]")

// TestCostIsBounded loads the longest texts of shapes that are dear to parse.
func TestCostIsBounded(t *testing.T) {
	const head = "id: x\nnamespace: n\ntasks: [{id: t, type: test.All}]\nvariables:\n"
	fill := func(unit string) string {
		return head + strings.Repeat(unit, (MaxSource-len(head))/len(unit))
	}
	merges := &strings.Builder{}
	merges.WriteString(head + "  m0: &m0 {k0: 1}\n")
	for i := 1; merges.Len() < MaxSource-100; i++ {
		n := itoa(i)
		merges.WriteString("  m" + n + ": &m" + n + " {<<: *m" + itoa(i-1) + ", k" + n + ": 1}\n")
	}
	tests := map[string]string{
		"opening brackets": "a: " + strings.Repeat("[", MaxSource-10),
		"opening braces":   "a: " + strings.Repeat("{", MaxSource-10),
		"dashes":           strings.Repeat("- ", MaxSource/2),
		"question marks":   strings.Repeat("? ", MaxSource/2),
		"comments":         fill("  # c\n"),
		"blank lines":      fill("\n"),
		"one quote":        head + "  a: \"" + strings.Repeat("x\n", MaxSource/2-100),
		"colons":           fill(": "),
		"anchors":          fill("&a "),
		"items":            head + "  a:\n" + strings.Repeat("  - 1\n", MaxSource/6-100),
		"flow items":       head + "  a: [" + strings.Repeat("1,", MaxSource/2-100) + "]",
		"braces in text":   head + "  a: \"" + strings.Repeat("{{ ", MaxSource/3-100) + "\"",
		"merge chain":      merges.String(),
		"tabs":             fill("\t\n"),
		"references": "id: x\nnamespace: n\ntasks:\n  - {id: a-b, type: test.All}\n" +
			"  - {id: c, type: test.All, any: \"{{ 1 }} " + strings.Repeat("outputs.a-b ", MaxSource/13) + "\"}\n",
		"bad last line": head + strings.Repeat("  a: &a [*a]\n", MaxSource/20) + "\t",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			if len(text) > MaxSource {
				t.Fatalf("the case has %d bytes", len(text))
			}
			allocated := valuetest.Allocated(func() { loadText(t, text) })
			t.Logf("%d bytes for each byte", allocated/int64(len(text)))
			if allocated > most(text) {
				t.Errorf("%d bytes took %d MiB", len(text), allocated>>20)
			}
		})
	}
}
