package engine

import (
	"errors"
	"io/fs"
	"net/http"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// openLasting opens an engine on a store in a folder, with its files beside it. It is to be closed.
func openLasting(t testing.TB, dir string) *Engine {
	t.Helper()
	e, err := Open(t.Context(), StoreOptions{Kind: StoreSQLite, Path: filepath.Join(dir, "kestra.db"), Files: filepath.Join(dir, "files")})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func mustClose(t testing.TB, e *Engine) {
	t.Helper()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

// Files are there as long as the store in a file has their execution, whatever engine has it open.
func TestFilesOutliveTheEngine(t *testing.T) {
	dir := t.TempDir()
	e := openLasting(t, dir)
	site := newSite(t, e, SiteOptions{}, writes("f"))
	kept, dropped := send(site, "f", "kept"), send(site, "f", "dropped")
	if kept.Status != http.StatusOK || dropped.Status != http.StatusOK {
		t.Fatalf("answers %d %s, %d %s", kept.Status, kept.Body, dropped.Status, dropped.Body)
	}
	uri, gone := string(kept.Body), string(dropped.Body)
	mustClose(t, e)

	e = openLasting(t, dir)
	for uri, want := range map[string]int64{uri: 4, gone: 7} {
		if size, err := e.files.Size(t.Context(), task.Origin{}, uri); size != want || err != nil {
			t.Errorf("after a restart %s has %d bytes, %v", uri, size, err)
		}
	}
	if err := e.files.Close(); err != nil { // so that it does not hear of what the store forgets
		t.Fatal(err)
	}
	if n, err := e.store.Delete(t.Context(), []string{dropped.ExecutionID}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	mustClose(t, e)

	e = openLasting(t, dir)
	defer mustClose(t, e)
	_, err := e.files.Size(t.Context(), task.Origin{}, gone)
	for err == nil { // it goes in the background
		runtime.Gosched()
		_, err = e.files.Size(t.Context(), task.Origin{}, gone)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file of an execution that is not kept: %v", err)
	}
	if size, err := e.files.Size(t.Context(), task.Origin{}, uri); size != 4 || err != nil {
		t.Errorf("the other one has %d bytes, %v", size, err)
	}
}

// Tasks work in the directory of a task run until that has ended.
func TestWorksIn(t *testing.T) {
	history := func(s execution.Status) execution.History { return execution.History{{Status: s}} }
	s := &execution.State{Head: execution.Head{History: history(execution.Running)}}
	s.Runs = []execution.Run{
		{ID: "going", TaskID: "a", History: history(execution.Running)},
		{ID: "ended", TaskID: "b", History: history(execution.Failed)},
		{ID: "free", History: history(execution.Running)},
	}
	for run, want := range map[string]bool{"going": true, "ended": false, "free": false, "unknown": false} {
		if worksIn(s, run) != want {
			t.Errorf("%s: %v", run, !want)
		}
	}
	s.History = history(execution.Killed)
	if worksIn(s, "going") {
		t.Error("in an execution that has ended")
	}
}
