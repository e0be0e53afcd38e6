//go:build unix

package process

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// TestEnvironment builds what is kept once, for all who ask meanwhile, and again if it has failed.
func TestEnvironment(t *testing.T) {
	kept := t.TempDir()
	r := open(t, Options{Environments: filepath.Join(kept, "environments")})
	built := 0
	build := func(folder string) error {
		built++
		return os.WriteFile(filepath.Join(folder, "f"), nil, 0o600)
	}
	bad := errors.New("no network")
	if _, err := r.Environment(t.Context(), "a", func(folder string) error { return errors.Join(build(folder), bad) }); !errors.Is(err, bad) {
		t.Errorf("an environment that cannot be built: %v", err)
	}
	built = 0
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			folder, err := r.Environment(t.Context(), "a", build)
			if err != nil {
				t.Error(err)
			}
			if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
				t.Error(entries, err)
			}
		})
	}
	all.Wait()
	if _, err := r.Environment(t.Context(), "b", build); err != nil || built != 2 {
		t.Errorf("two environments were built %d times: %v", built, err)
	}
	if _, err := open(t, Options{}).Environment(t.Context(), "a", build); !errors.Is(err, errNoPlace) {
		t.Errorf("without a folder: %v", err)
	}
	if _, err := new(Runner).Environment(t.Context(), "a", build); !errors.Is(err, ErrOff) {
		t.Errorf("without being allowed: %v", err)
	}
}
