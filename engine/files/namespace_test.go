package files

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// disk writes files below a folder.
func disk(t testing.TB, dir string, contents map[string]string) {
	t.Helper()
	for name, text := range contents {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// withNamespaces returns a store with folders for namespaces: the one that tasks write, and two of flows.
func withNamespaces(t testing.TB) (s *Store, written string, beside []string) {
	t.Helper()
	dir := t.TempDir()
	s = New(filepath.Join(dir, "files"))
	written, beside = filepath.Join(dir, "namespaces"), []string{filepath.Join(dir, "a"), filepath.Join(dir, "b")}
	s.Configure(Limits{}, Namespaces{written, beside})
	t.Cleanup(func() { _ = s.Close() })
	return s, written, beside
}

func TestNamespaceFiles(t *testing.T) {
	s, written, beside := withNamespaces(t)
	if paths, err := s.ListNamespace(t.Context(), "company.team"); paths != nil || err != nil {
		t.Errorf("without any folder: %v, %v", paths, err)
	}
	disk(t, written, map[string]string{"company.team/x": "written", "company.team/.versions/x/1": "older"})
	disk(t, beside[0], map[string]string{"_files/company.team/x": "a", "_files/company.team/sub/y": "a", "_files/other/z": "other", "flow.yml": "no file"})
	disk(t, beside[1], map[string]string{"_files/company.team/sub/y": "b", "_files/company.team/b": "b"})
	for uri, want := range map[string]string{
		"nsfile:///x":                                  "written",
		"nsfile:///x?version=2":                        "written",
		"nsfile:///x?version=1":                        "older",
		"nsfile:///sub/y":                              "a",
		"nsfile:///sub/y?version=1":                    "a",
		"nsfile://company.team/b":                      "b",
		"nsfile://other/z":                             "other",
		"kestra:///company/team/_files/sub/y":          "a",
		task.NamespaceFile("other", "/z", 1):           "other",
		task.NamespaceFile("company.team", "sub/y", 0): "a",
	} {
		if got, err := read(t, s, uri); got != want || err != nil {
			t.Errorf("%s: %q, %v, want %q", uri, got, err, want)
		}
	}
	for _, uri := range []string{
		"nsfile:///x?version=3", "nsfile:///sub/y?version=2", "nsfile:///sub", "nsfile:///", "nsfile:///_files", "nsfile:///../other/z", "nsfile:///%2e%2e/other/z",
		"nsfile://../company.team/x", "nsfile://other/..%2fcompany.team%2fx", "nsfile:///x?version=0", "nsfile:///x?a=1", "nsfile:///x?%", "nsfile:///x?&", "nsfile:///x?version=1&a=1",
		"nsfile:///sub//y", "nsfile:///x%00", "nsfile:x", "nsfile://a@company.team/x", "kestra:///_files/x", "kestra:///company/team/_files", "kestra:///../_files/x",
	} {
		if got, err := read(t, s, uri); err == nil {
			t.Errorf("%s is read: %q", uri, got)
		}
	}
	paths, err := s.ListNamespace(t.Context(), "company.team")
	if want := []string{"b", "sub/y", "x"}; !slices.Equal(paths, want) || err != nil {
		t.Errorf("listed are %v, %v, want %v", paths, err, want)
	}
	if _, err := s.ListNamespace(t.Context(), ".."); err == nil {
		t.Error("the folder above is listed")
	}
}

// Links inside of the folder of a namespace are followed, as Kubernetes makes them; none leads out of it.
func TestNamespaceLinks(t *testing.T) {
	s, _, beside := withNamespaces(t)
	disk(t, beside[0], map[string]string{"flow.yml": "outside", "_files/company.team/..data/x": "inside", "_files/other/z": "other"})
	folder := filepath.Join(beside[0], "_files", "company.team")
	for link, target := range map[string]string{
		"x": "..data/x", "flow": "../../flow.yml", "other": "../other", "root": "/", "absolute": filepath.Join(beside[0], "flow.yml"), "loop": "loop",
	} {
		if err := os.Symlink(target, filepath.Join(folder, link)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := read(t, s, "nsfile:///x"); got != "inside" || err != nil {
		t.Errorf("a link inside: %q, %v", got, err)
	}
	for _, path := range []string{"flow", "other/z", "root/etc/passwd", "absolute", "loop"} {
		if got, err := read(t, s, "nsfile:///"+path); err == nil {
			t.Errorf("%s is read: %q", path, got)
		}
	}
	if paths, err := s.ListNamespace(t.Context(), "company.team"); !slices.Equal(paths, []string{"x"}) || err != nil {
		t.Errorf("listed are %v, %v", paths, err)
	}
	if err := os.Symlink("/", filepath.Join(beside[0], "_files", "away")); err != nil {
		t.Fatal(err)
	}
	if got, err := read(t, s, "nsfile://away/etc/passwd"); err == nil {
		t.Errorf("out of a namespace that is a link: %q", got)
	}
}

func TestManyNamespaceFiles(t *testing.T) {
	s, _, beside := withNamespaces(t)
	want := make([]string, 2000)
	contents := map[string]string{}
	for i := range want {
		want[i] = fmt.Sprintf("%d/%04d", i/1000, i)
		contents["_files/company.team/"+want[i]] = want[i]
	}
	disk(t, beside[1], contents)
	got, err := s.ListNamespace(t.Context(), "company.team")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// FuzzURI opens whatever text says: a file that is found is one of the two that are there, and nothing else happens.
func FuzzURI(f *testing.F) {
	s, _, beside := withNamespaces(f)
	disk(f, beside[0], map[string]string{"_files/company.team/x": "x", "flow.yml": "outside"})
	mustWrite(f, s, origin, "a", "a")
	for _, uri := range []string{
		"kestra:///company/team/nightlyreport-2/executions/4Exec/tasks/write-it/7Run/a", "nsfile:///x", "nsfile://company.team/x?version=1",
		"kestra:///company/team/_files/x", "kestra:///a/../b/_files/%2e%2e/x", "nsfile:///../../flow.yml", "file:///etc/passwd", "nsfile:/x?%",
	} {
		f.Add(uri)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		file, err := s.Open(t.Context(), origin, uri)
		if err != nil {
			return
		}
		defer file.Close()
		if text, err := io.ReadAll(file); err != nil || string(text) != "a" && string(text) != "x" {
			t.Errorf("%q opens a file with %q, %v", uri, text, err)
		}
		if _, err := s.Size(t.Context(), origin, uri+"/"); err == nil {
			t.Errorf("%q opens a folder", uri)
		}
	})
}
