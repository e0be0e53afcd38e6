//go:build unix

package files

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// TestHand gives a directory to another user, who then gets to it: but for what has a second name, which may be a file of somebody else's.
func TestHand(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root gives files away")
	}
	const uid = 65534
	s := New(filepath.Join(t.TempDir(), "files"))
	defer s.Close()
	o := task.Origin{Namespace: "a.b", Flow: "f", Execution: "e", Task: "t", Run: "r"}
	dir, err := s.MakeDirectory(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	for _, name := range []string{"plain", "named"} {
		if err := dir.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := dir.Mkdir("inner", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := dir.Link("named", "twice"); err != nil {
		t.Fatal(err)
	}
	if err := dir.Symlink("/etc/passwd", "away"); err != nil {
		t.Fatal(err)
	}
	if err := dir.Hand(&task.User{Name: "other", UID: uid, GID: uid}); err != nil {
		t.Fatal(err)
	}
	for name, given := range map[string]bool{".": true, "plain": true, "inner": true, "named": false, "twice": false, "away": false} {
		info, err := dir.Lstat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Sys().(*syscall.Stat_t).Uid == uid; got != given {
			t.Errorf("%s is given: %t", name, got)
		}
	}
	for at := filepath.Dir(dir.Path); at != filepath.Dir(s.dir); at = filepath.Dir(at) {
		if info, err := os.Stat(at); err != nil || info.Mode().Perm()&0o001 == 0 || info.Mode().Perm()&0o044 != 0 {
			t.Errorf("%s: %v, %v", at, info.Mode(), err)
		}
	}
}
