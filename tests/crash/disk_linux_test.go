package crash

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// TestDiskFull fills the disk of a server: what comes then is answered with 503 and does not run, and all is well when there is room.
func TestDiskFull(t *testing.T) {
	rows := map[string]func(t *testing.T, dir string, s *harness.Server) (fill, free func()){"limit of a file": limitFiles}
	if os.Geteuid() == 0 { // who else cannot mount
		rows["small disk"] = func(t *testing.T, dir string, _ *harness.Server) (fill, free func()) { return filler(t, dir) }
	}
	for name, makeDisk := range rows {
		t.Run(name, func(t *testing.T) {
			c := newCounter(t)
			dir := t.TempDir()
			if name == "small disk" {
				mount(t, dir, "size=4m")
			}
			s := harness.Start(t, c.config("store sqlite "+filepath.Join(dir, "kestra", "kestra.db")))
			fill, free := makeDisk(t, dir, s)
			for round := range 3 {
				want := c.n.Load() + 1
				if got := s.Fetch(t, "POST", target, "{}"); got.Status != 200 || got.Body != `{"done":"counted"}` {
					t.Fatalf("round %d: %d %s", round, got.Status, got.Body)
				}
				fill()
				for range 3 {
					got := s.Fetch(t, "POST", target, `{"text":"`+strings.Repeat("x", 100_000)+`"}`)
					if got.Status != 503 || got.Header.Get("Retry-After") == "" || !strings.Contains(got.Body, "could not be kept") {
						t.Errorf("round %d, disk full: %d %v %s", round, got.Status, got.Header, got.Body)
					}
				}
				free()
				if got := c.n.Load(); got != want {
					t.Errorf("round %d: %d executions ran, want %d", round, got, want)
				}
			}
			checkOutput(t, s, "the store could not keep a delivery")
		})
	}
}

// TestDiskFullUnderWay fills the disk while a task runs: the execution goes on when there is room, and the task does not run again.
func TestDiskFullUnderWay(t *testing.T) {
	c := newCounter(t)
	c.hold = make(chan struct{})
	dir := t.TempDir()
	s := harness.Start(t, c.config("store sqlite "+filepath.Join(dir, "kestra", "kestra.db")))
	fill, free := limitFiles(t, dir, s)
	answer := make(chan harness.Answer, 1)
	go func() { answer <- s.Fetch(t, "POST", target, "{}") }()
	harness.Eventually(t, 20*time.Second, "the task runs", func() bool { return c.n.Load() == 1 })
	fill()
	close(c.hold)
	// Its output is in a file that cannot grow either, so what is seen is that others are refused, and that it has no answer.
	for range 3 {
		if got := s.Fetch(t, "POST", target, "{}"); got.Status != 503 {
			t.Errorf("disk full: %d %s", got.Status, got.Body)
		}
	}
	free()
	if got := <-answer; got.Status != 200 || got.Body != `{"done":"counted"}` || c.n.Load() != 1 {
		t.Errorf("%d %s; %d requests", got.Status, got.Body, c.n.Load())
	}
}

// TestSealedFolder starts a server that must not write where its executions are to be kept.
func TestSealedFolder(t *testing.T) {
	dir := t.TempDir()
	if os.Geteuid() == 0 { // whom no mode keeps out
		mount(t, dir, "ro")
	} else if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "kestra", "kestra.db")
	_, err := harness.StartIn(t, t.TempDir(), newCounter(t).config("store sqlite "+path))
	for _, want := range []string{filepath.Dir(path), "mkdir", "`store memory`"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error has no %s: %v", want, err)
		}
	}
}

// mount mounts an empty disk in memory.
func mount(t *testing.T, dir, options string) {
	t.Helper()
	var flags uintptr
	if options == "ro" {
		flags, options = syscall.MS_RDONLY, ""
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", flags, options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

// filler fills a disk with a file.
func filler(t *testing.T, dir string) (fill, free func()) {
	name := filepath.Join(dir, "filler")
	fill = func() {
		f, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := io.Copy(f, zeros{}); !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
	free = func() {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	return fill, free
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// limitFiles lets the server's files grow no more, which needs no rights.
func limitFiles(t *testing.T, _ string, s *harness.Server) (fill, free func()) {
	const fileSize = 1 // RLIMIT_FSIZE
	set := func(limit syscall.Rlimit) {
		_, _, code := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(s.PID()), fileSize, uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
		if code != 0 {
			t.Fatal(code)
		}
	}
	var before syscall.Rlimit
	if err := syscall.Getrlimit(fileSize, &before); err != nil {
		t.Fatal(err)
	}
	return func() { set(syscall.Rlimit{Cur: 4096, Max: before.Max}) }, func() { set(before) }
}
