package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

func mustMake(t testing.TB, s *Store, o task.Origin) *task.Directory {
	t.Helper()
	dir, err := s.MakeDirectory(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = dir.Close() })
	return dir
}

func TestDirectory(t *testing.T) {
	s := open(t)
	if _, err := s.OpenDirectory(t.Context(), origin); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("one that was not made: %v", err)
	}
	s.RemoveDirectory(origin)
	dir := mustMake(t, s, origin)
	if err := dir.WriteFile("a", []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := s.OpenDirectory(t.Context(), origin)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if text, err := again.ReadFile("a"); string(text) != "text" || err != nil {
		t.Errorf("what another task wrote: %q, %v", text, err)
	}
	if uris, err := s.List(t.Context(), origin); len(uris) > 0 || err != nil {
		t.Errorf("a file in a directory has the URI %v, %v", uris, err)
	}

	anew := mustMake(t, s, origin)
	if _, err := anew.ReadFile("a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory that is made again has what it had: %v", err)
	}
}

// A name that leads out of a directory, by itself or by a link, is refused.
func TestDirectoryIsARoot(t *testing.T) {
	s := open(t)
	mustWrite(t, s, origin, "secret", "x")
	dir := mustMake(t, s, origin)
	if err := dir.Symlink("../../tasks", "out"); err != nil {
		t.Fatal(err)
	}
	if err := dir.Symlink(s.dir, "absolute"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../x", "out/write-it/7Run/secret", "absolute", "/etc/passwd"} {
		if text, err := dir.ReadFile(name); err == nil {
			t.Errorf("%s was read: %q", name, text)
		}
		if err := dir.WriteFile(name, nil, 0o600); err == nil {
			t.Errorf("%s was written", name)
		}
	}
}

// What is written into a directory counts for its execution until it is removed.
func TestDirectoryCounts(t *testing.T) {
	s := open(t)
	s.Configure(Limits{Execution: 3 * fileBytes}, Namespaces{})
	dir := mustMake(t, s, origin)
	if err := dir.Take(fileBytes); err != nil {
		t.Fatal(err)
	}
	if err := dir.Take(fileBytes + 1); !errors.Is(err, errFull) {
		t.Errorf("more than there is: %v", err)
	}
	if _, err := write(t.Context(), s, origin, "a", "too much with the rest"); !errors.Is(err, errFull) {
		t.Errorf("a file beside: %v", err)
	}
	s.RemoveDirectory(origin)
	if s.usage.total != 0 || len(s.usage.executions[origin.Execution].directories) > 0 {
		t.Errorf("after it was removed: %+v", s.usage)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.MakeDirectory(cancelled, origin); !errors.Is(err, context.Canceled) {
		t.Errorf("for an attempt that has ended: %v", err)
	}
	other := origin
	other.Run = "another"
	mustMake(t, s, other)
	s.Forget(origin.Namespace, origin.Flow, origin.Execution)
	if s.usage.total != 0 || len(s.usage.executions) > 0 {
		t.Errorf("after the execution was forgotten: %+v", s.usage)
	}
}

func TestRemoveDirectory(t *testing.T) {
	s := open(t)
	dir := mustMake(t, s, origin)
	if err := dir.WriteFile("a", []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	uri := mustWrite(t, s, origin, "kept", "x")
	s.RemoveDirectory(origin)
	s.mu.Lock()
	for s.removing {
		s.removed.Wait()
	}
	s.mu.Unlock()
	if left := onDisk(t, s); len(left) != 1 || !strings.HasSuffix(uri, "/"+filepath.Base(left[0])) {
		t.Errorf("left: %v", left)
	}
}

// keepCache keeps a text as the cache of a task.
func keepCache(t testing.TB, s *Store, o task.Origin, key, text string) {
	t.Helper()
	f, err := s.CreateCache(t.Context(), o, key)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.WriteString(f, text); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Commit(); err != nil {
		t.Fatal(err)
	}
}

// cached returns the cache of a task; "" if there is none.
func cached(t testing.TB, s *Store, o task.Origin, key string) string {
	t.Helper()
	f, err := s.OpenCache(t.Context(), o, key)
	if errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestCache(t *testing.T) {
	s := open(t)
	if got := cached(t, s, origin, ""); got != "" {
		t.Errorf("before: %q", got)
	}
	keepCache(t, s, origin, "", "one")
	keepCache(t, s, origin, "../a value", "two")
	keepCache(t, s, origin, "", "three")
	later := origin
	later.Execution, later.Run = "5Exec", "8Run"
	other := origin
	other.Task = "another"
	got := []string{cached(t, s, later, ""), cached(t, s, later, "../a value"), cached(t, s, later, "b"), cached(t, s, other, "")}
	if diff := cmp.Diff([]string{"three", "two", "", ""}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	next := New(s.dir)
	defer next.Close()
	if got := cached(t, next, later, ""); got != "three" {
		t.Errorf("in another process: %q", got)
	}
}

func TestCacheUncommitted(t *testing.T) {
	s := open(t)
	keepCache(t, s, origin, "", "one")
	f, err := s.CreateCache(t.Context(), origin, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, "half"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got := cached(t, s, origin, ""); got != "one" {
		t.Errorf("got %q", got)
	}
	if left := onDisk(t, s); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}

// The caches that were kept longest ago go when all take more than the limit.
func TestCacheLimits(t *testing.T) {
	s := open(t)
	s.Configure(Limits{Execution: 100, Total: 2*fileBytes + 100}, Namespaces{})
	for i, key := range []string{"a", "b", "c"} {
		keepCache(t, s, origin, key, key)
		name, err := cacheName(origin, key)
		if err != nil {
			t.Fatal(err)
		}
		old := time.Date(2020, 1, 1, i, 0, 0, 0, time.UTC)
		if err := os.Chtimes(filepath.Join(s.dir, caches, name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	if got := cached(t, s, origin, "b") + cached(t, s, origin, "c"); got != "bc" || cached(t, s, origin, "a") != "" {
		t.Errorf("left: %q and %q", got, cached(t, s, origin, "a"))
	}
	f, err := s.CreateCache(t.Context(), origin, "d")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(make([]byte, 101)); !errors.Is(err, errFull) {
		t.Errorf("one that is too large: %v", err)
	}
}

// A store without a folder has neither directories nor caches.
func TestNoFolderForDirectories(t *testing.T) {
	s := New("")
	_, make := s.MakeDirectory(t.Context(), origin)
	_, create := s.CreateCache(t.Context(), origin, "")
	for _, err := range []error{make, create} {
		if !errors.Is(err, errNoFolder) {
			t.Error(err)
		}
	}
	if got := cached(t, s, origin, ""); got != "" {
		t.Errorf("cache: %q", got)
	}
	bad := origin
	bad.Run = "../x"
	if _, err := s.MakeDirectory(t.Context(), bad); err == nil || slices.Contains([]error{errNoFolder}, err) {
		t.Errorf("a task run whose id leads out: %v", err)
	}
}

// TestNoPlace checks that no error says where the server would have its files.
func TestNoPlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := New(filepath.Join(file, "below"))
	t.Cleanup(func() { _ = s.Close() })
	_, made := s.MakeDirectory(t.Context(), origin)
	_, created := s.Create(t.Context(), origin, "a")
	for _, err := range []error{made, created} {
		if err == nil || strings.Contains(err.Error(), file) {
			t.Error(err)
		}
	}
}
