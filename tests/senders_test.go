package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// TestSendersDocs checks that there is a page for each sender in docs/senders, and that its flow loads without a finding.
func TestSendersDocs(t *testing.T) {
	const folder = "../docs/senders"
	want := map[string]string{}
	for _, s := range engine.Senders() {
		want[s.Name+".md"] = s.Page()
		if _, found := engine.Core().Load([]*flow.Source{flow.NewSource(s.Name, []byte(s.Flow()))}); len(found) > 0 {
			t.Errorf("the flow of %s: %v", s.Name, found)
		}
	}
	if *update {
		for name, text := range want {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := map[string]string{}
	files, err := filepath.Glob(folder + "/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got[filepath.Base(file)] = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("run `go test ./tests -run SendersDocs -update`: (-want +got)\n%s", diff)
	}
}
