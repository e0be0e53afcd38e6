//go:build unix

package caddymodule

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// TestUnreadFolderKeepsItsFlows has a folder that nobody can read, not even root: its path is longer than the system takes. The flow
// in it is from a time when it could be read.
func TestUnreadFolderKeepsItsFlows(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	const depth = 17
	longest := strings.Repeat("x", 250)
	for range depth {
		if err := root.Mkdir(longest, 0o777); err != nil {
			t.Fatal(err)
		}
		below, err := root.OpenRoot(longest)
		if err != nil {
			t.Fatal(err)
		}
		root.Close()
		root = below
	}
	root.Close()
	deepest := filepath.Join(dir, strings.Repeat(longest+"/", depth))
	text := []byte(edition("a", "One"))
	kept := loadFlowFile(engine.Core(), &flow.Source{Name: filepath.Join(deepest, "a.yml"), YAML: text})
	gone := loadFlowFile(engine.Core(), &flow.Source{Name: filepath.Join(dir, "b.yml"), YAML: text})
	before := newFlowFiles(engine.Core(), nil)
	before.add(kept)
	before.add(gone)
	before.folders[dir] = []string{kept.source.Name, gone.source.Name}

	now := newFlowFiles(engine.Core(), nil)
	if err := now.read(dir, before); err != nil {
		t.Fatal(err)
	}
	now.settle()
	set := now.set([]string{dir})
	if f := set.Flow("company.team", "a"); set.Len() != 1 || f == nil || f.Source != kept.source {
		t.Errorf("%d flows serve, want the one in the folder that cannot be read", set.Len())
	}
}
