package files

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// writerVariable, in the environment of this program, makes it one that writes files until it is killed.
const writerVariable = "KESTRA_TEST_WRITE_FILES"

func TestMain(m *testing.M) {
	if os.Getenv(writerVariable) != "" {
		fmt.Fprintln(os.Stderr, writeOn())
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func everything(context.Context, string) (bool, func(string) bool, error) {
	return true, func(string) bool { return true }, nil
}

// writeOn writes files, and says of each when it is committed.
func writeOn() error {
	s := New("files")
	if err := s.Outlive(context.Background(), "7a", everything); err != nil {
		return err
	}
	for n := 0; ; n++ {
		o := of(fmt.Sprintf("e%d", n%7))
		o.Run = fmt.Sprintf("run%d", os.Getpid())
		uri, err := write(context.Background(), s, o, fmt.Sprintf("d/%d", n), strings.Repeat("x", 100*n))
		if err != nil {
			return err
		}
		if _, err := fmt.Println(100*n, uri); err != nil {
			return err
		}
	}
}

// TestKill kills a process that writes files, several times: what it has committed is there, and nothing of what it has not.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	committed := map[string]int64{}
	for round := range 4 {
		writer := exec.CommandContext(t.Context(), program)
		writer.Dir, writer.Env = dir, append(os.Environ(), writerVariable+"=yes")
		writer.Stderr = os.Stderr
		out, err := writer.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := writer.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ { // what is in the pipe when it is killed comes as well
			var size int64
			var uri string
			if _, err := fmt.Sscan(lines.Text(), &size, &uri); err != nil {
				t.Fatal(err)
			}
			committed[uri] = size
			if n == 10*(round+1) {
				if err := writer.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := writer.Wait(); err == nil {
			t.Fatal("the writer was not killed")
		}
	}
	s := New(filepath.Join(dir, "files"))
	if err := s.Outlive(t.Context(), "7a", everything); err != nil {
		t.Fatal(err)
	}
	for uri, size := range committed {
		if got, err := s.Size(t.Context(), origin, uri); got != size || err != nil {
			t.Errorf("%s has %d bytes, %v, want %d", uri, got, err, size)
		}
	}
	if left := names(s.root, beginnings); len(left) > 0 {
		t.Errorf("never committed: %v", left)
	}
	quiet(s)
	var bytes int64
	for _, size := range committed {
		bytes += fileBytes + size
	}
	if s.usage.total < bytes { // a file may be in its place although nobody was told
		t.Errorf("counted are %d bytes of %d", s.usage.total, bytes)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
