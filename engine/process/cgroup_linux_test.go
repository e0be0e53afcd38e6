package process

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestGroupFiles checks what is written into a control group, in a folder that is none.
func TestGroupFiles(t *testing.T) {
	folder := t.TempDir()
	for name, want := range map[string]string{"pids.max": "4096", "memory.max": "1048576", "memory.oom.group": "1"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := set(folder, name, want); err != nil {
			t.Error(err)
		}
		if got, _ := os.ReadFile(filepath.Join(folder, name)); string(got) != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if err := set(folder, "no.such.file", "1"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that the kernel has not: %v", err)
	}
}

// TestControlGroups runs commands in control groups, which kill what nothing else finds. It needs root, and a kernel with version 2.
func TestControlGroups(t *testing.T) {
	folder := t.TempDir()
	if err := syscall.Mount("none", folder, "cgroup2", 0, ""); err != nil {
		t.Skipf("no control groups (version 2) here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(folder, 0) })
	r := open(t, Options{})
	s := *r.settings.Load()
	s.groups = &groups{folder}
	r.settings.Store(&s)
	left := func() []string {
		found, _ := filepath.Glob(filepath.Join(folder, groupPrefix+"*.*"))
		return found
	}
	got := sh(t, r, `f=$(mktemp -u); mkfifo "$f"; setsid env -i /bin/sh -c 'echo $$; echo >'"$f"'; exec sleep 1000' & read line <"$f"; rm "$f"`)
	if len(got.Lines) != 1 || got.Err != nil || got.Exit != 0 {
		t.Fatalf("%+v", got)
	}
	awaitGone(t, got.Lines[0])
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var pid string
	got = shIn(ctx, r, `setsid env -i /bin/sh -c 'echo $$; exec sleep 1000' & wait`, func(line string) { pid = line; cancel() })
	if !errors.Is(got.Err, context.Canceled) {
		t.Errorf("%+v", got)
	}
	awaitGone(t, pid)
	if d := cmp.Diff([]string(nil), left()); d != "" {
		t.Error(d)
	}
}
