package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/filelock"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// fakeContainers note whose containers are removed.
type fakeContainers struct {
	Containers

	down    error // why the daemon does not answer
	fails   error // why nothing is removed
	removed []string
}

func (f *fakeContainers) Host() string { return "unix:///fake" }

func (f *fakeContainers) Check(context.Context) error { return f.down }

func (f *fakeContainers) Remove(_ context.Context, owner string) (int, error) {
	f.removed = append(f.removed, owner)
	return 1, f.fails
}

// TestContain removes the containers of processes that have ended without doing so, and of no other.
func TestContain(t *testing.T) {
	folder := t.TempDir()
	marks := func() []string {
		t.Helper()
		found, err := filepath.Glob(filepath.Join(folder, "containers", "*.lock"))
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range found {
			found[i] = strings.TrimSuffix(filepath.Base(name), ".lock")
		}
		return found
	}
	start := func(c Containers) *Engine {
		t.Helper()
		e, err := Open(t.Context(), StoreOptions{Kind: StoreMemory, Files: folder})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Contain(t.Context(), c, zap.NewNop()); err != nil {
			t.Fatal(err)
		}
		e.owner.sweeps.Wait()
		return e
	}
	own := new(fakeContainers)
	first := start(own)
	if got := marks(); !slices.Equal(got, []string{first.services.Owner}) {
		t.Fatalf("marks %v, owner %s", got, first.services.Owner)
	}
	if err := os.WriteFile(filepath.Join(folder, "containers", "dead.lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	failing := &fakeContainers{fails: errors.New("no")}
	second := start(failing)
	third := &fakeContainers{}
	for range 2 { // a reload does it once more, and finds nothing
		if err := second.Contain(t.Context(), third, zap.NewNop()); err != nil {
			t.Fatal(err)
		}
		second.owner.sweeps.Wait()
	}
	if d := cmp.Diff([][]string{{"dead"}, {"dead"}}, [][]string{failing.removed, third.removed}); d != "" {
		t.Error(d)
	}
	if err := first.Contain(t.Context(), nil, zap.NewNop()); err != nil {
		t.Error(err)
	}
	if err := first.Close(); err != nil || !slices.Equal(own.removed, []string{first.services.Owner}) {
		t.Errorf("%v, removed %v", err, own.removed)
	}
	third.fails = errors.New("the daemon is down")
	if err := second.Close(); !errors.Is(err, third.fails) {
		t.Error(err)
	}
	if got := marks(); !slices.Equal(got, []string{second.services.Owner}) {
		t.Errorf("marks of ended processes: %v, want that of one whose containers may be there", got)
	}
	if _, err := filelock.Open(filepath.Join(folder, "containers", "x.lock")); err != nil {
		t.Error(err)
	}
}

// TestContainNeedsDaemon opens nothing where no daemon answers.
func TestContainNeedsDaemon(t *testing.T) {
	e, err := Open(t.Context(), StoreOptions{Kind: StoreMemory, Files: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	down := errors.New("the daemon is down")
	if err := e.Contain(t.Context(), &fakeContainers{down: down}, zap.NewNop()); !errors.Is(err, down) {
		t.Error(err)
	}
}

// TestWithContainers lets scripts load that run in containers, where commands are not allowed.
func TestWithContainers(t *testing.T) {
	catalog, err := Core().WithContainers(ContainerOptions{Containers: new(fakeContainers), NoProcesses: true})
	if err != nil {
		t.Fatal(err)
	}
	const text = "id: a\nnamespace: b\ntasks: [{id: t, type: io.kestra.plugin.scripts.shell.Commands, commands: [a]}]\n"
	for want, c := range map[int]*Catalog{1: catalog.WithoutCommands(), 0: Core().WithoutCommands()} {
		if set, found := c.Load([]*flow.Source{flow.NewSource("a.yml", []byte(text))}); set.Len() != want {
			t.Errorf("%d flows load: %v", set.Len(), found)
		}
	}
}
