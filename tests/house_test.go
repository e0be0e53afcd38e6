package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestHouse holds the folders of engine against its documentation, which is where a newcomer looks first.
func TestHouse(t *testing.T) {
	text, err := os.ReadFile("../engine/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	packages, err := filepath.Glob("../engine/*/doc.go")
	if err != nil || len(packages) == 0 {
		t.Fatal(packages, err)
	}
	_, beside, _ := strings.Cut(string(text), "// Beside them stand ")
	beside, _, _ = strings.Cut(beside, "//\n")
	for _, doc := range packages {
		name := filepath.Base(filepath.Dir(doc))
		if !strings.Contains(string(text), "//\t"+name+" ") && !regexp.MustCompile(`\b`+name+`\b`).MatchString(beside) {
			t.Errorf("engine/doc.go does not say what package %s is for", name)
		}
	}
}
