package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/store/memory"
)

// openKind opens an engine on a store of a kind.
func openKind(t *testing.T, kind, path string) *Engine {
	t.Helper()
	e, err := Open(t.Context(), StoreOptions{Kind: kind, Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func TestPurge(t *testing.T) {
	for _, kind := range []string{StoreMemory, StoreSQLite} {
		t.Run(kind, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "kestra.db")
			e := openKind(t, kind, path)
			e.Configure(Options{})
			gate := newGate(t, t.Name())
			site := newSite(t, e, SiteOptions{},
				webhookFlow("returns", "wait: true"),
				taskFlow("fails", "- {id: f, type: io.kestra.plugin.core.execution.Fail}", "wait: true"),
				taskFlow("runs", "- {id: g, type: test.Gate, gate: "+t.Name()+"}", ""),
			)
			for range deletedAtOnce + 3 {
				send(site, "returns", "{}")
			}
			send(site, "fails", "{}")
			send(site, "runs", "{}")
			<-gate.entered
			const all = deletedAtOnce + 4
			for _, tt := range []struct {
				purge     Purge
				want      int
				remaining int64
			}{
				{Purge{DryRun: true}, all, all + 1},
				{Purge{Before: time.Now().Add(-time.Hour)}, 0, all + 1},
				{Purge{Namespace: "elsewhere"}, 0, all + 1},
				{Purge{Namespace: "company", DryRun: true}, all, all + 1},
				{Purge{Namespace: "company.team", FlowID: "fails", DryRun: true}, 1, all + 1},
				{Purge{States: []execution.Status{execution.Failed}}, 1, all},
				{Purge{Before: time.Now().Add(time.Hour)}, all - 1, 1},
				{Purge{}, 0, 1},
			} {
				got, err := e.Purge(t.Context(), tt.purge)
				if err != nil || got.Executions != tt.want || got.Bytes < int64(tt.want)*100 || tt.want == 0 && got.Bytes > 0 {
					t.Errorf("%+v: %+v, %v, want %d executions", tt.purge, got, err, tt.want)
				}
				kept, err := e.Stats(t.Context())
				if err != nil || kept.Executions != tt.remaining || kept.Unfinished != 1 {
					t.Errorf("%+v: kept %+v, %v", tt.purge, kept, err)
				}
				kept.Stats = execution.Stats{}
				want := StoreStats{Kind: kind, Durable: kind == StoreSQLite}
				if kind == StoreSQLite {
					want.Path = path
				} else {
					kept.Path = ""
				}
				if diff := cmp.Diff(want, kept); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
			close(gate.open)
		})
	}
}

// TestRetention lets an engine drop what it need not keep, once it is told so.
func TestRetention(t *testing.T) {
	e := openKind(t, StoreSQLite, filepath.Join(t.TempDir(), "kestra.db"))
	site := newSite(t, e, SiteOptions{}, webhookFlow("f", "wait: true"))
	for range 10 {
		send(site, "f", "{}")
	}
	count := func() int64 {
		kept, err := e.Stats(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return kept.Executions
	}
	e.Configure(Options{Retention: Retention{Bound: RetentionBound{Age: -1}, Size: -1}})
	if n := count(); n != 10 {
		t.Errorf("%d executions are kept", n)
	}
	e.Configure(Options{Retention: Retention{Bound: RetentionBound{Count: 3}}})
	n := count()
	for n > 3 { // they go in the background
		runtime.Gosched()
		n = count()
	}
	if n != 3 {
		t.Errorf("%d executions are kept, want 3", n)
	}
}

// meetingStore lets the callers of PutFlow wait until so many are there.
type meetingStore struct {
	execution.Store
	all sync.WaitGroup
}

func (s *meetingStore) PutFlow(ctx context.Context, f execution.FlowSource) (int, error) {
	s.all.Done()
	s.all.Wait()
	return s.Store.PutFlow(ctx, f)
}

// TestFlowsAreKeptTogether opens a site of many flows, whose store is to keep them by few commits.
func TestFlowsAreKeptTogether(t *testing.T) {
	const flows = 100
	store := &meetingStore{Store: memory.New(memory.Options{})}
	store.all.Add(flows)
	e, err := newEngine(t.Context(), StoreOptions{}, admission.New(admission.Limits{}), files.New(""), store)
	if err != nil {
		t.Fatal(err)
	}
	site := newSite(t, e, SiteOptions{}, manyFlows(flows)...)
	for i := range flows {
		if r := send(site, fmt.Sprint("flow", i), "{}"); r.Status != 200 {
			t.Errorf("flow %d: %d", i, r.Status)
		}
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

// TestBackup copies the store of an engine that works, and opens another one on the copy: what was kept is there.
func TestBackup(t *testing.T) {
	dir := t.TempDir()
	e := openKind(t, StoreSQLite, filepath.Join(dir, "kestra.db"))
	site := newSite(t, e, SiteOptions{}, webhookFlow("f", "wait: true"))
	id := send(site, "f", "{}").ExecutionID
	path := filepath.Join(dir, "copy.db")
	if n, err := e.Backup(t.Context(), path); err != nil || n < 4096 {
		t.Fatalf("%d bytes, %v", n, err)
	}
	for name, want := range map[string]error{path: os.ErrExist, filepath.Join(dir, "none", "copy.db"): os.ErrNotExist} {
		if _, err := e.Backup(t.Context(), name); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	if _, err := e.Backup(t.Context(), "copy.db"); err == nil || !strings.Contains(err.Error(), "absolute") {
		t.Errorf("a relative path: %v", err)
	}
	restored := openKind(t, StoreSQLite, path)
	if s, err := restored.Get(t.Context(), id); err != nil || s.Status() != execution.Success {
		t.Errorf("restored is %v, %v", s, err)
	}
	again := newSite(t, restored, SiteOptions{}, webhookFlow("f", "wait: true"))
	if r := send(again, "f", "{}"); r.Status != 200 {
		t.Errorf("status %d", r.Status)
	}
	if _, err := openKind(t, StoreMemory, "").Backup(t.Context(), path); !errors.Is(err, ErrNoFile) {
		t.Errorf("of memory: %v", err)
	}
}
