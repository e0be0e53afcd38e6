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
