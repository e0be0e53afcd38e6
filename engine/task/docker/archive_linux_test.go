package docker

import (
	"archive/tar"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestExtractReadOnly copies over a file that its owner may only read, as a server does that is not root's.
func TestExtractReadOnly(t *testing.T) {
	dir, base := folder(t, 1<<20)
	name := filepath.Join(base, "dir", "a")
	if err := os.WriteFile(name, []byte("before"), 0o444); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		defer close(done)
		if os.Getuid() == 0 {
			// The thread ends with the goroutine, since it is not unlocked.
			const nobody = 65534
			runtime.LockOSThread()
			if err := errors.Join(os.Chown(filepath.Dir(name), nobody, -1), os.Chown(name, nobody, -1), syscall.Setfsuid(nobody)); err != nil {
				done <- err
				return
			}
		}
		done <- extract(bytes.NewReader(archiveOf(t, tar.Header{Name: "work/a"})), dir)
	}()
	if err := <-done; err != nil {
		t.Error(err)
	}
	<-done
	if d := cmp.Diff(map[string]string{"a": "work/a"}, found(t, dir)); d != "" {
		t.Error(d)
	}
}
