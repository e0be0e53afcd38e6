package filelock

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestOpen(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.lock")
	first, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(name); !errors.Is(err, ErrLocked) {
		t.Errorf("a file that is locked: %v", err)
	}
	other, err := Open(name + "2")
	if err != nil {
		t.Errorf("another file: %v", err)
	} else if err := other.Close(); err != nil {
		t.Error(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(name)
	if err != nil {
		t.Fatalf("after it was closed: %v", err)
	}
	defer func() {
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode != 0o600 {
		t.Errorf("mode is %o", mode)
	}
	if _, err := Open(filepath.Join(name, "b")); err == nil || errors.Is(err, ErrLocked) {
		t.Errorf("a file in what is no folder: %v", err)
	}
}

func TestOpenShared(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.lock")
	if _, err := OpenShared(name); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that there is not: %v", err)
	}
	alone, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenShared(name); !errors.Is(err, ErrLocked) {
		t.Errorf("a file that somebody has for himself: %v", err)
	}
	if err := alone.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		f, err := OpenShared(name)
		if err != nil {
			t.Fatalf("one of several who share it: %v", err)
		}
		t.Cleanup(func() {
			if err := f.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	if _, err := Open(name); !errors.Is(err, ErrLocked) {
		t.Errorf("a file that is shared: %v", err)
	}
}
