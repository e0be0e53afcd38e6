package flow

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, small("n", "f"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func link(t *testing.T, target, name string) {
	t.Helper()
	if err := os.Symlink(target, name); err != nil {
		t.Fatal(err)
	}
}

func readNames(t *testing.T, dir string) []string {
	t.Helper()
	sources, err := ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 0, len(sources))
	for _, s := range sources {
		name, err := filepath.Rel(dir, s.Name)
		if err != nil || !filepath.IsAbs(s.Name) || s.Inline {
			t.Errorf("source %+v", s)
		}
		names = append(names, filepath.ToSlash(name))
	}
	return names
}

func TestReadDir(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "b.yml", "a.yaml", "sub/deep/c.yml", "x.YML", "x.txt", ".hidden.yml", ".git/d.yml", "_files/company.team/e.yml", "sub/_files/f.yml")
	if diff := cmp.Diff([]string{"a.yaml", "b.yml", "sub/deep/c.yml"}, readNames(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if got := readNames(t, filepath.Join(dir, "sub", "..", "sub")); len(got) != 1 {
		t.Errorf("files %v", got)
	}
	empty := t.TempDir()
	if got := readNames(t, empty); len(got) != 0 {
		t.Errorf("files %v", got)
	}
}

// TestReadDirConfigMap has the layout of a ConfigMap that Kubernetes mounts.
func TestReadDirConfigMap(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "..2026_11_25/f.yml", "..2026_11_25/g.yml")
	link(t, "..2026_11_25", filepath.Join(dir, "..data"))
	link(t, "..data/f.yml", filepath.Join(dir, "f.yml"))
	link(t, "..data/g.yml", filepath.Join(dir, "g.yml"))
	if diff := cmp.Diff([]string{"f.yml", "g.yml"}, readNames(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestReadDirFollowsLinks(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	write(t, outside, "o.yml")
	write(t, dir, "sub/a.yml")
	link(t, outside, filepath.Join(dir, "linked"))
	link(t, dir, filepath.Join(dir, "sub", "loop"))
	if diff := cmp.Diff([]string{"linked/o.yml", "sub/a.yml"}, readNames(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestFolders(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	write(t, outside, "o.yml", "sub/p.yml", "apart/q.yml")
	write(t, dir, "a.yml", "sub/deep/b.yml", "_files/c.yml", ".git/d.yml")
	link(t, filepath.Join(outside, "sub"), filepath.Join(dir, "linked"))
	link(t, filepath.Join(outside, "apart", "q.yml"), filepath.Join(dir, "q.yml"))
	link(t, filepath.Join(dir, "sub", "deep", "b.yml"), filepath.Join(dir, "b.yml")) // hides nothing below sub
	link(t, dir, filepath.Join(dir, "sub", "loop"))
	link(t, "nowhere", filepath.Join(dir, "dangling.yml"))
	var want []string
	for _, name := range []string{dir, filepath.Join(dir, "sub"), filepath.Join(dir, "sub", "deep"), filepath.Join(outside, "sub"), filepath.Join(outside, "apart")} {
		real, err := filepath.EvalSymlinks(name)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, real)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, Folders(dir)); diff != "" {
		t.Errorf("folders (-want +got):\n%s", diff)
	}
	if got := Folders(filepath.Join(dir, "missing")); len(got) != 0 {
		t.Errorf("folders of one that is missing: %v", got)
	}
}

func TestSameSource(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.yml")
	name := filepath.Join(dir, "a.yml")
	first := ReadFile(name)
	if !first.Same(ReadFile(name)) {
		t.Error("the file did not change")
	}
	if err := os.WriteFile(name, small("n", "g"), 0o666); err != nil {
		t.Fatal(err)
	}
	second := ReadFile(name)
	if first.Same(second) {
		t.Error("the text changed")
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	gone := ReadFile(name)
	if second.Same(gone) || !gone.Same(ReadFile(name)) {
		t.Error("the file is missing, and stays so")
	}
}

func TestReadDirFails(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.yml")
	for name, want := range map[string]string{
		"missing": "flow directory " + filepath.Join(dir, "missing") + ": no such file or directory",
		"a.yml":   "flow directory " + filepath.Join(dir, "a.yml") + ": not a directory",
	} {
		_, err := ReadDir(filepath.Join(dir, name))
		if err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %q", name, err, want)
		}
	}
	t.Chdir(dir)
	if _, err := ReadDir("gone"); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "gone")) {
		t.Errorf("error %v has no absolute path", err)
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.yml")
	t.Chdir(dir)
	s := ReadFile("./x/../a.yml")
	if s.Name != filepath.Join(dir, "a.yml") || string(s.YAML) != string(small("n", "f")) {
		t.Errorf("source %+v", s)
	}
}
