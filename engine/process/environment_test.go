//go:build unix

package process

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEnvironment builds what is kept once, for all who ask meanwhile, and again if it has failed.
func TestEnvironment(t *testing.T) {
	kept := t.TempDir()
	r := open(t, Options{Environments: filepath.Join(kept, "environments")})
	r.sweeps.Wait() // of the start, which would lock what is built here
	built := 0
	build := func(folder string) error {
		built++
		return os.WriteFile(filepath.Join(folder, "f"), nil, 0o600)
	}
	bad := errors.Join(errors.New("no network"), os.ErrNotExist)
	if _, _, err := r.Environment(t.Context(), "a", func(folder string) error { return errors.Join(build(folder), bad) }); !errors.Is(err, bad) {
		t.Errorf("an environment that cannot be built: %v", err)
	}
	if d := cmp.Diff([]string(nil), names(t, filepath.Join(kept, "environments"))); d != "" {
		t.Errorf("what it leaves (-want +got):\n%s", d)
	}
	built = 0
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			folder, release, err := r.Environment(t.Context(), "a", build)
			if err != nil {
				t.Error(err)
				return
			}
			defer release()
			if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
				t.Error(entries, err)
			}
		})
	}
	all.Wait()
	if _, release, err := r.Environment(t.Context(), "b", build); err != nil || built != 2 {
		t.Errorf("two environments were built %d times: %v", built, err)
	} else {
		release()
	}
	if _, _, err := open(t, Options{}).Environment(t.Context(), "a", build); !errors.Is(err, errNoPlace) {
		t.Errorf("without a folder: %v", err)
	}
	if _, _, err := new(Runner).Environment(t.Context(), "a", build); !errors.Is(err, ErrOff) {
		t.Errorf("without being allowed: %v", err)
	}
}

// names returns the names in a folder.
func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// shelf is a folder with environments for a test.
type shelf struct {
	*Runner
	t      *testing.T
	folder string
	built  []string
}

// newShelf returns one whose environments may take so many of 10,000 bytes each.
func newShelf(t *testing.T, folder string, many int64) *shelf {
	t.Helper()
	return &shelf{Runner: open(t, Options{Environments: folder, EnvironmentsSize: many * 10_000}), t: t, folder: folder}
}

// use uses environments one after the other, and returns those that are there afterwards.
func (s *shelf) use(names ...string) string {
	s.t.Helper()
	for _, name := range names {
		s.take(name)()
	}
	return s.left()
}

// take uses an environment until the function that it returns is called.
func (s *shelf) take(name string) func() {
	s.t.Helper()
	folder, release, err := s.Environment(s.t.Context(), name, func(folder string) error {
		s.built = append(s.built, name)
		return os.WriteFile(filepath.Join(folder, "f"), make([]byte, 10_000-2*entryBytes), 0o600)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(folder, "f")); err != nil || info.Size() != 10_000-2*entryBytes {
		s.t.Error(info, err)
	}
	s.sweeps.Wait()
	return release
}

func (s *shelf) left() string {
	s.t.Helper()
	s.sweeps.Wait()
	return strings.Join(names(s.t, s.folder), " ")
}

// TestEnvironmentsSize removes what was not used for the longest time, and nothing that is in use.
func TestEnvironmentsSize(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "environments")
	check := func(what, want, got string) {
		t.Helper()
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
	}
	s := newShelf(t, folder, 2)
	check("two", "a a.ready b b.ready", s.use("a", "b"))
	check("a third", "b b.ready c c.ready", s.use("c"))
	check("that which was used last stays", "b b.ready d d.ready", s.use("b", "d"))
	inUse := s.take("b")
	check("what is in use stays", "b b.ready e e.ready", s.use("c", "e"))
	inUseToo, third := s.take("e"), s.take("f")
	check("all in use: they take more", "b b.ready e e.ready f f.ready", s.left())
	inUse()
	check("until one is not", "e e.ready f f.ready", s.left())

	other := newShelf(t, folder, 1) // as another process
	check("another server leaves what is in use here", "e e.ready f f.ready", other.use("g"))
	inUseToo()
	third()
	check("here is room for both", "e e.ready f f.ready", s.left())
	if err := os.Mkdir(filepath.Join(folder, "h"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "i.ready"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	check("at the start", "f f.ready", newShelf(t, folder, 1).left())
	check("what was removed is built again", "e e.ready", newShelf(t, folder, 1).use("e"))
	check("all that was built", "a b c d c e f", strings.Join(s.built, " "))
	_, _, err := s.Environment(t.Context(), "large", func(folder string) error {
		return os.WriteFile(filepath.Join(folder, "f"), make([]byte, 20_000-2*entryBytes+1), 0o600)
	})
	if err == nil || !strings.Contains(err.Error(), "take 20001 bytes, and those of all scripts may take 20000: see the option environments") {
		t.Errorf("one that is larger than all may be: %v", err)
	}
	check("it is not kept", "e e.ready", s.left())
}

// TestEnvironmentOfAnotherProcess waits while another process builds, until it is given up.
func TestEnvironmentOfAnotherProcess(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "environments")
	s, other := newShelf(t, folder, 2), newShelf(t, folder, 2)
	ctx, cancel := context.WithCancel(t.Context())
	_, release, err := s.Environment(t.Context(), "a", func(string) error {
		cancel()
		if _, _, err := other.Environment(ctx, "a", func(string) error { return errors.New("it is built twice at once") }); !errors.Is(err, context.Canceled) {
			t.Errorf("while it is built: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	release()
	if _, release, err = other.Environment(t.Context(), "a", func(string) error { return errors.New("it is built twice") }); err != nil {
		t.Fatal(err)
	}
	release()
}
