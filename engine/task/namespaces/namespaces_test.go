package namespaces

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs()) }

// bench has a store with a file of an execution and two files beside the flows.
type bench struct {
	t         *testing.T
	store     *files.Store
	variables string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"company.team/query.sql": "select 1", "company.data/sub/input.txt": "beside"} {
		name = filepath.Join(dir, "flows", "_files", name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b := &bench{t: t, store: files.New(filepath.Join(dir, "files"))}
	b.store.Configure(files.Limits{}, files.Namespaces{Written: filepath.Join(dir, "namespaces"), Beside: []string{filepath.Join(dir, "flows")}})
	t.Cleanup(func() { _ = b.store.Close() })
	o := tasktest.Origin
	o.Task, o.Run = "before", "1Run"
	f, err := b.store.Create(t.Context(), o, "1.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.WriteString(f, "of the execution"); err != nil {
		t.Fatal(err)
	}
	uri, err := f.Commit()
	if err != nil {
		t.Fatal(err)
	}
	b.variables = value.JSON(value.MapOf("uri", value.String(uri), "map", value.MapOf("a.txt", value.String(uri))))
	return b
}

// run runs a task and returns its outputs, or its error.
func (b *bench) run(shared task.Origin, yaml string) (outputs string, log []string) {
	b.t.Helper()
	services := &task.Services{Files: b.store, Directories: b.store}
	r := tasktest.RunShared(b.t, Specs(), services, shared, strings.Replace(yaml, "type: ", "type: io.kestra.plugin.core.namespace.", 1), b.variables)
	if r.Err != "" {
		return "error: " + r.Err, r.Log
	}
	return r.Outputs, r.Log
}

func (b *bench) read(uri string) string {
	b.t.Helper()
	f, err := b.store.Open(b.t.Context(), tasktest.Origin, uri)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(text)
}

func (b *bench) list(namespace string) string {
	b.t.Helper()
	paths, err := b.store.ListNamespace(b.t.Context(), namespace)
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.Join(paths, " ")
}

func TestUploadFiles(t *testing.T) {
	for _, tt := range []struct{ name, yaml, want, there string }{
		{"filesMap", `{type: UploadFiles, filesMap: {a.txt: "{{ uri }}", sub/b.txt: "{{ uri }}"}}`, `{"files":{"/a.txt":"kestra:///company/team/_files/a.txt","/sub/b.txt":"kestra:///company/team/_files/sub/b.txt"}}`, "a.txt query.sql sub/b.txt"},
		{"JSON", `{type: UploadFiles, filesMap: "{{ map | toJson }}"}`, `{"files":{"/a.txt":"kestra:///company/team/_files/a.txt"}}`, "a.txt query.sql"},
		{"destination", `{type: UploadFiles, destination: "/x/y/", filesMap: "{{ map | toJson }}"}`, `{"files":{"/x/y/a.txt":"kestra:///company/team/_files/x/y/a.txt"}}`, "query.sql x/y/a.txt"},
		{"namespace", `{type: UploadFiles, namespace: company.data, filesMap: {a b.txt: "{{ uri }}"}}`, `{"files":{"/a b.txt":"kestra:///company/data/_files/a%20b.txt"}}`, "query.sql"},
		{"over one beside the flows", `{type: UploadFiles, filesMap: {query.sql: "{{ uri }}"}}`, `{"files":{"/query.sql":"kestra:///company/team/_files/query.sql"}}`, "query.sql"},
		{"ERROR", `{type: UploadFiles, conflict: ERROR, filesMap: {query.sql: "{{ uri }}"}}`, `error: File 'query.sql' already exists in namespace 'company.team' and conflict is set to ERROR`, "query.sql"},
		{"ERROR, not there", `{type: UploadFiles, conflict: ERROR, filesMap: {a: "{{ uri }}"}}`, `{"files":{"/a":"kestra:///company/team/_files/a"}}`, "a query.sql"},
		{"leads out", `{type: UploadFiles, filesMap: {../a: "{{ uri }}"}}`, `error: "../a" leads out of the namespace`, "query.sql"},
		{"destination leads out", `{type: UploadFiles, destination: "a/../..", filesMap: {a: "{{ uri }}"}}`, `error: "a" leads out of the namespace`, "query.sql"},
		{"namespace leads out", `{type: UploadFiles, namespace: "../x", filesMap: {a: "{{ uri }}"}}`, `error: the name of a file holds a slash`, "query.sql"},
		{"missing", `{type: UploadFiles, filesMap: {a: "nsfile:///nope"}}`, `error: nsfile:///nope: file does not exist`, "query.sql"},
		{"no URI", `{type: UploadFiles, filesMap: {a: text}}`, `error: "text" is no URI of a file`, "query.sql"},
		{"no text", `{type: UploadFiles, filesMap: {a: 1}}`, `error: filesMap: "a" has no URI but integer`, "query.sql"},
		{"no map", `{type: UploadFiles, filesMap: "{{ [1] | toJson }}"}`, `error: filesMap must be a map, or JSON text of one`, "query.sql"},
		{"files without a WorkingDirectory", `{type: UploadFiles, files: ["**"]}`, `{"files":{}}`, "query.sql"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			got, _ := b.run(task.Origin{}, tt.yaml)
			if strings.HasPrefix(tt.want, "error") && strings.HasPrefix(got, tt.want) {
				got = tt.want
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if there := b.list("company.team"); there != tt.there {
				t.Errorf("the namespace has %s, want %s", there, tt.there)
			}
		})
	}
}

// A file that is written anew stays as an older version, and an attempt that is made again changes nothing.
func TestUploadFilesAgain(t *testing.T) {
	b := newBench(t)
	const yaml = `{type: UploadFiles, filesMap: {a.txt: "{{ uri }}"}}`
	b.run(task.Origin{}, yaml)
	b.run(task.Origin{}, `{type: UploadFiles, filesMap: {a.txt: "nsfile:///query.sql"}}`)
	b.run(task.Origin{}, `{type: UploadFiles, filesMap: {a.txt: "nsfile:///query.sql"}}`)
	if got, log := b.run(task.Origin{}, `{type: UploadFiles, conflict: SKIP, filesMap: {a.txt: "{{ uri }}"}}`); got != `{"files":{"/a.txt":"kestra:///company/team/_files/a.txt"}}` || len(log) != 1 {
		t.Errorf("skipped: %s, %v", got, log)
	}
	got := []string{b.read("nsfile:///a.txt"), b.read("nsfile:///a.txt?version=1"), b.read("nsfile:///a.txt?version=2"), b.read("nsfile:///a.txt?version=3")}
	want := []string{"select 1", "of the execution", "select 1", "nsfile:///a.txt?version=3: file does not exist"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUploadSharedFiles(t *testing.T) {
	b := newBench(t)
	shared := tasktest.Origin
	shared.Task, shared.Run = "around", "9Run"
	dir, err := b.store.MakeDirectory(t.Context(), shared)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	for _, name := range []string{"a.txt", "sub/b.txt", "c.csv"} {
		if err := dir.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := dir.WriteFile(name, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, _ := b.run(shared, `{type: UploadFiles, files: ["glob:**.txt"], destination: out}`)
	if want := `{"files":{"/out/a.txt":"kestra:///company/team/_files/out/a.txt","/out/sub/b.txt":"kestra:///company/team/_files/out/sub/b.txt"}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := b.read("nsfile:///out/sub/b.txt"); got != "sub/b.txt" {
		t.Errorf("the file has %q", got)
	}
}

func TestDownloadFiles(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		yaml string
		want map[string]string // texts by paths; nil: an error
		err  string
	}{
		{`{type: DownloadFiles, namespace: company.data, files: "input.txt"}`, map[string]string{"/sub/input.txt": "beside"}, ""},
		{`{type: DownloadFiles, namespace: company.data, files: ["**input.txt", nope]}`, map[string]string{"/sub/input.txt": "beside"}, ""},
		{`{type: DownloadFiles, files: ["**"], destination: x/}`, map[string]string{"/query.sql": "select 1"}, ""},
		{`{type: DownloadFiles, files: "/{{ 'query' }}.sql"}`, map[string]string{"/query.sql": "select 1"}, ""},
		{`{type: DownloadFiles, files: "*.txt"}`, map[string]string{}, ""},
		{`{type: DownloadFiles, files: "{{ '[' }}"}`, nil, `error: "[" is no pattern`},
		{`{type: DownloadFiles, files: "**", destination: ../x}`, nil, `error: destination "../x" leads out of the files of the execution`},
		{`{type: DownloadFiles, namespace: .., files: "**"}`, nil, `error: ".." is no name of a file`},
	} {
		outputs, _ := b.run(task.Origin{}, tt.yaml)
		if tt.want == nil {
			if !strings.HasPrefix(outputs, tt.err) {
				t.Errorf("%s: %s, want %s", tt.yaml, outputs, tt.err)
			}
			continue
		}
		v, err := value.DecodeJSONText(outputs)
		if err != nil {
			t.Fatalf("%s: %s", tt.yaml, outputs)
		}
		got := map[string]string{}
		member, _ := v.Map().Get("files")
		for name, uri := range member.Map().All() {
			got[name] = b.read(uri.Str())
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.yaml, diff)
		}
	}
}

func TestDownloadDestination(t *testing.T) {
	b := newBench(t)
	got, _ := b.run(task.Origin{}, `{type: DownloadFiles, namespace: company.data, files: "**", destination: /x}`)
	const want = `{"files":{"/sub/input.txt":"kestra:///company/team/hello/executions/4Execution/tasks/a/5Run/x/sub/input.txt"}}`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDeleteFiles(t *testing.T) {
	b := newBench(t)
	b.run(task.Origin{}, `{type: UploadFiles, filesMap: {a.txt: "{{ uri }}", sub/b.txt: "{{ uri }}", query.sql: "{{ uri }}"}}`)
	if got, log := b.run(task.Origin{}, `{type: DeleteFiles, files: "**.txt", deleteParentFolder: true}`); got != "null" || len(log) != 2 {
		t.Errorf("deleted: %s, %v", got, log)
	}
	if got := b.list("company.team"); got != "query.sql" {
		t.Errorf("left are %s", got)
	}
	if got := b.read("nsfile:///a.txt?version=1"); !strings.Contains(got, "does not exist") {
		t.Errorf("an older version is left: %s", got)
	}
	// What a task has written goes, and what is beside the flows is there again; that stays.
	for _, want := range []string{"debug Deleted query.sql", "warn kestra:///company/team/_files/query.sql: the file is beside the flows, where no task changes it"} {
		if got, log := b.run(task.Origin{}, `{type: DeleteFiles, files: ["query.sql"]}`); got != "null" || len(log) != 1 || log[0] != want {
			t.Errorf("deleted: %s, %v, want %s", got, log, want)
		}
		if got := b.read("nsfile:///query.sql"); got != "select 1" {
			t.Errorf("the file has %s", got)
		}
	}
}

func TestRefused(t *testing.T) {
	for yaml, want := range map[string]string{
		`{type: io.kestra.plugin.core.namespace.UploadFiles, namespace: a}`:                       "files or filesMap is required",
		`{type: io.kestra.plugin.core.namespace.UploadFiles, filesMap: {}, conflict: X}`:          "must be one of OVERWRITE, ERROR, SKIP",
		`{type: io.kestra.plugin.core.namespace.DownloadFiles, namespace: a}`:                     "files: is missing",
		`{type: io.kestra.plugin.core.namespace.DownloadFiles, namespace: a, files: ["a", "{b"]}`: `"{b" is no pattern`,
		`{type: io.kestra.plugin.core.namespace.DeleteFiles, namespace: a, files: "glob:["}`:      `"glob:[" is no pattern`,
	} {
		if _, found := tasktest.Load(t, Specs(), yaml); found.Err() == nil || !strings.Contains(found.Err().Error(), want) {
			t.Errorf("%s: %v, want %s", yaml, found, want)
		}
	}
}
