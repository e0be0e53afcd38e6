package secret

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// folder is a folder of secrets; texts are files, and those that begin with -> are links.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, link := strings.CutPrefix(text, "->"); link {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestDir(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need rights on Windows")
	}
	outside := folder(t, map[string]string{"stolen": "outside7"})
	longest := strings.Repeat("x", MaxSize)
	dir := folder(t, map[string]string{
		"plain": "s3cr3t", "Mixed-Case.txt": "a\r\n", "lines": "a\nb\n\n", "longest": longest + "\n", "binary": "\x00\xff", "empty": "",
		".hidden": "h", "folder/inside": "i",
		"..2026_11/key": "k8s", "..data": "->..2026_11", "key": "->..data/key", // as Kubernetes makes them
		"absolute": "->" + filepath.Join(outside, "stolen"), "up": "->../" + filepath.Base(outside) + "/stolen", "nowhere": "->gone", "ring": "->ring",
		"long": longest + "y", "twice": "1", "TWICE": "1",
	})
	s, err := Read([]Source{{Dir, dir}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"PLAIN": "s3cr3t", "plain": "s3cr3t", "mixed-case.TXT": "a", "lines": "a\nb\n", "longest": longest, "binary": "\x00\xff", "empty": "", "key": "k8s",
	} {
		if got, ok, err := s.Secret("any", name); got != want || !ok || err != nil {
			t.Errorf("%s is %.20q, %v, %v", name, got, ok, err)
		}
	}
	for _, name := range []string{".hidden", "folder", "folder/inside", "..data", "..data/key", "../" + filepath.Base(outside) + "/stolen", "", "."} {
		if _, ok, _ := s.Secret("any", name); ok {
			t.Errorf("%s is a secret", name)
		}
	}
	for name, want := range map[string]string{
		"absolute": "the link cannot be followed inside the folder", "up": "the link cannot be followed inside the folder", "nowhere": "inside the folder: no such file",
		"ring": "inside the folder", "long": "a secret may have 16384 bytes at most", "twice": "TWICE has the same name but for its case",
	} {
		text, ok, err := s.Secret("any", name)
		if text != "" || !ok || err == nil || !strings.HasPrefix(err.Error(), "file "+name+": ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is %.20q, %v, %v, want the error %q", name, text, ok, err, want)
		}
	}
	if problems := s.Problems(); len(problems) != 6 || filepath.Dir(problems[0].Path) != dir {
		t.Errorf("problems %v", s.Problems())
	}
}

func TestBadDir(t *testing.T) {
	many := map[string]string{}
	for i := range 65 {
		many["f"+strings.Repeat("o", i)] = strings.Repeat("x", MaxSize)
	}
	for name, test := range map[string]struct{ dir, want string }{
		"missing": {filepath.Join(t.TempDir(), "gone"), "no such file or directory"},
		"a file":  {filepath.Join(folder(t, map[string]string{"f": ""}), "f"), "not a directory"},
		"large":   {folder(t, many), "its files hold more than 1048576 bytes together"},
	} {
		s, err := Read([]Source{{Dir, test.dir}, {Kind: Env}}, []string{"SECRET_A=eA=="}, nil)
		if err == nil || err.Error() != "secrets folder "+test.dir+": "+test.want {
			t.Errorf("%s: error %v, want %s", name, err, test.want)
		}
		if errors.Is(err, fs.ErrNotExist) != (name == "missing") {
			t.Errorf("%s: the error is one of a missing folder or not: %v", name, err)
		}
		if text, _, _ := s.Secret("", "a"); text != "x" {
			t.Errorf("%s: the secret of the next place is %q", name, text)
		}
	}
}

// TestRead reads several places, twice.
func TestRead(t *testing.T) {
	one, two := folder(t, map[string]string{"a": "one-a-one"}), folder(t, map[string]string{"A": "two-a-two", "b": "two-b-two", "c": `{"p": "member-of-c"}`})
	environ := []string{"SECRET_B=ZW52LWItZW52", "SECRET_D=ZW52LWQtZW52"}
	sources := []Source{{Dir, one}, {Dir, two}, {Kind: Env}}
	read := func(before *Set) *Set {
		t.Helper()
		s, err := Read(sources, environ, before)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := read(nil)
	for name, want := range map[string]string{"a": "one-a-one", "b": "two-b-two", "d": "env-d-env"} {
		if got, _, _ := first.Secret("", name); got != want {
			t.Errorf("%s is %q, want that of the first place, %q", name, got, want)
		}
	}
	if first.Place("x") != filepath.Join(one, "x") || OfEnviron(nil).Place("x") != "SECRET_X" {
		t.Errorf("places %s, %s", first.Place("x"), OfEnviron(nil).Place("x"))
	}
	if read(first) != first {
		t.Error("nothing has changed, and the secrets are others")
	}
	for name, text := range map[string]string{"a": "new-a-new", "e": "new-e-new"} {
		if err := os.WriteFile(filepath.Join(one, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(two, "c")); err != nil {
		t.Fatal(err)
	}
	second := read(first)
	if diff := cmp.Diff([]string{"A", "C", "E"}, second.Changed(first)); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
	if err := os.WriteFile(filepath.Join(one, "a"), []byte("last-a-last"), 0o600); err != nil {
		t.Fatal(err)
	}
	const texts = "one-a-one new-a-new last-a-last new-e-new member-of-c env-d-env"
	if got := read(second).Mask().Text(texts); got != "****** ****** ****** ****** ****** ******" {
		t.Errorf("masked, with what there was before: %s", got)
	}
	if got := first.Mask().Text(texts); got != "****** new-a-new last-a-last new-e-new ****** ******" {
		t.Errorf("masked at first: %s", got)
	}
}
