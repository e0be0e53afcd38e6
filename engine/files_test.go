package engine

import (
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// writes is a flow that writes its body into a file, answers with the URI, and keeps so much beside it that few executions are kept.
func writes(id string) string {
	return taskFlow(id, `
- {id: w, type: io.kestra.plugin.core.storage.Write, content: "{{ trigger.body }}"}
- {id: kept, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.body }}"}
`, "wait: true\nreturnOutputs: true\nresponseContentType: text/plain", `outputs: [{id: uri, type: URI, value: "{{ outputs.w.uri }}"}]`)
}

// Files are removed when the store forgets their execution.
func TestFilesGoWithTheirExecution(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, err := Open(t.Context(), StoreOptions{Kind: StoreMemory, Files: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		e.Configure(Options{MemoryLimit: MinMemoryLimit}) // of which an eighth is for executions that have ended
		site := newSite(t, e, SiteOptions{}, writes("f"))
		var uris []string
		for range 12 {
			r := send(site, "f", strings.Repeat("x", 1<<20))
			if r.Status != http.StatusOK {
				t.Fatalf("answer %d %s", r.Status, r.Body)
			}
			uris = append(uris, string(r.Body))
		}
		synctest.Wait()
		if _, err := e.files.Size(t.Context(), task.Origin{}, uris[0]); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the file of an execution that is forgotten: %v", err)
		}
		if size, err := e.files.Size(t.Context(), task.Origin{}, uris[11]); size != 1<<20 || err != nil {
			t.Errorf("the file of the last one: %d bytes, %v", size, err)
		}
	})
}

// A task for which there is no space fails its execution and says why; what is there stays, and others go on.
func TestNoSpaceForFiles(t *testing.T) {
	e, uri := openWithFiles(t)
	e.Configure(Options{FilesPerExecution: 10_000})
	site := newSite(t, e, SiteOptions{}, writes("f"))
	full := send(site, "f", strings.Repeat("x", 10_001))
	lines, err := e.Logs(t.Context(), full.ExecutionID, 0, 10)
	if err != nil || len(lines) == 0 {
		t.Fatal(lines, err)
	}
	const want = "no more space for files: the files of one execution may take 10000 bytes, see files_per_execution"
	if full.Status != http.StatusInternalServerError || lines[0].Message != want {
		t.Errorf("answer %d, log %q, want %q", full.Status, lines[0].Message, want)
	}
	if r := send(site, "f", "text"); r.Status != http.StatusOK {
		t.Errorf("the next one is answered %d %s", r.Status, r.Body)
	}
	if size, err := e.files.Size(t.Context(), task.Origin{}, uri); size != 4 || err != nil {
		t.Errorf("an earlier file: %d bytes, %v", size, err)
	}
}
