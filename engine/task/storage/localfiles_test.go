package storage

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// §8.2, storage.LocalFiles: two tasks of a WorkingDirectory share its directory; outside of one a task has its own.
func TestLocalFiles(t *testing.T) {
	const head = `{type: io.kestra.plugin.core.storage.LocalFiles, `
	d, store := newDisk(t)
	services := &task.Services{Files: store, Directories: store}
	shared := tasktest.Origin
	shared.Task, shared.Run = "around", "9Run"
	dir, err := store.MakeDirectory(t.Context(), shared)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	variables := value.JSON(value.MapOf("name", value.String("bob"), "uri", value.String(d.Put("a.txt", "of a file"))))
	run := func(shared task.Origin, yaml string) string {
		r := tasktest.RunShared(t, Specs(), services, shared, head+yaml, variables)
		if r.Err != "" {
			return "error: " + r.Err
		}
		outputs, err := value.DecodeJSONText(r.Outputs)
		if err != nil {
			t.Fatal(err)
		}
		return value.JSON(d.Inlined(outputs))
	}
	got := []string{
		run(shared, `inputs: {in.txt: "hello {{ name }}", sub/b.txt: "{{ uri }}"}}`),
		run(shared, `outputs: ["*.txt", "sub/**"]}`),
		run(shared, `outputs: ["*.csv"]}`),
		run(shared, `inputs: {../x: y}}`),
		run(task.Origin{}, `outputs: ["**"]}`),
		run(task.Origin{}, `inputs: {own.txt: x}, outputs: ["**"]}`),
	}
	want := []string{
		`{"uris":{}}`,
		`{"uris":{"in.txt":"txt: hello bob","sub/b.txt":"txt: of a file"}}`,
		`{"uris":{}}`,
		`error: The path to resolve must be a relative path inside the current working directory.`,
		`{"uris":{}}`,
		`{"uris":{"own.txt":"txt: x"}}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r := tasktest.RunServed(t, Specs(), &task.Services{Files: store}, head+`inputs: {a: b}}`, variables); !strings.Contains(r.Err, "there is no place for files") {
		t.Errorf("without directories: %+v", r)
	}
}
