//go:build unix

package flow

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestUnreadableFolder has a folder that nobody can read, not even root: its path is longer than the system takes.
func TestUnreadableFolder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "good.yml")
	longest := strings.Repeat("x", 250)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	for range 4096/len(longest) + 1 {
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
	sources, err := ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	set, found := Load(fakeCatalog(t), Options{}, sources)
	if set.Len() != 1 {
		t.Errorf("%d flows loaded, want the one beside the folder", set.Len())
	}
	const want = "the folder cannot be read, so its flows are not served: file name too long"
	if len(found) != 1 || found[0].Severity != SeverityWarning || found[0].Message != want || !strings.HasPrefix(found[0].Pos.String(), filepath.Join(dir, longest)) {
		t.Errorf("findings %v, want one warning: %s", found, want)
	}
}

func TestUnreadableFiles(t *testing.T) {
	dir := t.TempDir()
	link(t, "nowhere.yml", filepath.Join(dir, "dangling.yml"))
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.yml"), 0o666); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "good.yml")
	big := append(small("n", "big"), bytes.Repeat([]byte("# comment\n"), MaxSource/10)...)
	if err := os.WriteFile(filepath.Join(dir, "big.yml"), big, 0o666); err != nil {
		t.Fatal(err)
	}
	sources, err := ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	set, found := Load(fakeCatalog(t), Options{}, sources)
	want := "big.yml: the text may have 1048576 bytes at most\ndangling.yml: cannot be read: no such file or directory\npipe.yml: cannot be read: not a regular file\nloaded\n"
	if diff := cmp.Diff(want, strings.ReplaceAll(findings(set, found), dir+string(filepath.Separator), "")); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}
