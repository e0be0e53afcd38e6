package engine

import (
	"errors"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// upload makes a request one whose body is a form with a field and a file.
func upload(file string) func(*webhook.Request) {
	return func(r *webhook.Request) {
		body := "--BB\r\nContent-Disposition: form-data; name=\"team\"\r\n\r\nred\r\n" +
			"--BB\r\nContent-Disposition: form-data; name=\"report\"; filename=\"../x.csv\"\r\nContent-Type: text/csv\r\n\r\n" + file + "\r\n--BB--\r\n"
		r.Header.Set("Content-Type", "multipart/form-data; boundary=BB")
		r.ContentLength = int64(len(body))
		r.ReadBody = func(int64, webhook.Account) ([]byte, error) { return []byte(body), nil }
	}
}

// TestUploads checks what flows get of files, in stores of each kind.
func TestUploads(t *testing.T) {
	const answers = "wait: true\nreturnOutputs: true\nresponseContentType: text/plain\n"
	output := func(text string) string {
		return "outputs: [{id: o, type: STRING, value: " + quoteYAML(text) + "}]"
	}
	const reads = "{{ trigger.formFields.team[0] }} {{ trigger.parts[0].filename }} {{ read(trigger.parts[0].uri) }} {{ fileSize(trigger.parts[0].uri) == trigger.parts[0].size }}"
	for _, kind := range []string{StoreMemory, StoreSQLite} {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			e, err := Open(t.Context(), StoreOptions{Kind: kind, Path: filepath.Join(dir, "kestra.db"), Files: filepath.Join(dir, "files")})
			if err != nil {
				t.Fatal(err)
			}
			defer mustClose(t, e)
			site := newSite(t, e, SiteOptions{},
				webhookFlow("form", answers, output(reads)),
				webhookFlow("decides", answers+expressionCondition("{{ trigger.parts[0].uri | length > 10 and trigger.parts[0].size == 3 }}"), output(reads)),
				webhookFlow("stores", answers+"fetchType: STORE\n"+expressionCondition("{{ trigger.body != 'no' }}"), output("{{ trigger.uri is defined ? read(trigger.uri) : read(trigger.parts[0].uri) }} {{ trigger.body is defined }}")),
				webhookFlow("drops", answers+"fetchType: NONE\n"+celCondition("body == 'yes'"), output("{{ trigger | keys | join(' ') }}")),
				webhookFlow("fills", answers+"inputsFrom: form", "inputs: [{id: report, type: FILE, allowedFileExtensions: [.csv]}, {id: team, type: STRING}]", output("{{ inputs.team }} {{ read(inputs.report) }}")),
				webhookFlow("bytes", answers, output("{{ trigger.bodyBase64 }}")),
				webhookFlow("list", answers, output("{{ trigger.parts[0].uri }}")),
			)
			for _, test := range []struct {
				flow, body string
				change     func(*webhook.Request)
				status     int
				want       string
			}{
				{"form", "", upload("a,b"), 200, "red x.csv a,b true"},
				{"decides", "", upload("a,b"), 200, "red x.csv a,b true"},
				{"decides", "", upload("a,b,c"), 204, ""},
				{"decides", `{"parts":1}`, func(*webhook.Request) {}, 204, ""},
				{"stores", "yes", func(*webhook.Request) {}, 200, "yes false"},
				{"stores", "no", func(*webhook.Request) {}, 204, ""},
				{"stores", "", upload("\xff"), 200, "\ufffd false"},
				{"drops", "yes", func(*webhook.Request) {}, 200, "headers parameters"},
				{"drops", "no", func(*webhook.Request) {}, 204, ""},
				{"fills", "", upload("a,b"), 200, "red a,b"},
				{"bytes", "\x00\xff", func(*webhook.Request) {}, 200, "AP8="},
			} {
				r := send(site, test.flow, test.body, test.change)
				if r.Status != test.status || string(r.Body) != test.want {
					t.Errorf("%s %q: %d %s, want %d %s", test.flow, test.body, r.Status, r.Body, test.status, test.want)
				}
			}
			r := send(site, "list", "", upload("a,b"))
			if want := "kestra:///company/team/list/executions/" + r.ExecutionID + "/webhook/0/file.csv"; string(r.Body) != want {
				t.Errorf("URI %s, want %s", r.Body, want)
			}
			uris, err := e.files.List(t.Context(), task.Origin{Namespace: "company.team", Flow: "list", Execution: r.ExecutionID})
			if len(uris) != 1 || uris[0] != string(r.Body) || err != nil {
				t.Errorf("the execution has %v, %v", uris, err)
			}
		})
	}
}

// TestUploadsOutliveTheEngine checks that an execution which goes on after a restart reads the file, and the bytes of a body.
func TestUploadsOutliveTheEngine(t *testing.T) {
	dir := t.TempDir()
	flow := taskFlow("f", `
- {id: gate, type: test.Gate, gate: uploads}
- {id: read, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.parts is defined ? read(trigger.parts[0].uri) ~ trigger.formFields.team[0] : trigger.bodyBase64 }}"}
`, "")
	g := newGate(t, "uploads")
	e := openLasting(t, dir)
	site := newSite(t, e, SiteOptions{}, flow)
	form, binary := send(site, "f", "", upload("text ")), send(site, "f", "\xff")
	if form.Status != 200 || binary.Status != 200 {
		t.Fatalf("answers %d %s, %d %s", form.Status, form.Body, binary.Status, binary.Body)
	}
	<-g.entered
	<-g.entered
	e.Configure(Options{Drain: -1})
	mustClose(t, e)

	e = openLasting(t, dir)
	defer mustClose(t, e)
	close(g.open)
	newSite(t, e, SiteOptions{}, flow)
	for id, want := range map[string]string{form.ExecutionID: `{"value":"text red"}`, binary.ExecutionID: `{"value":"/w=="}`} {
		ended := waitFor(t, e, id)
		if last := ended.Runs[len(ended.Runs)-1]; ended.Status() != execution.Success || string(last.Outputs.JSON) != want {
			t.Errorf("%s with %s, want %s", ended.Status(), last.Outputs.JSON, want)
		}
	}
}

// TestUploadsThatAreNotAccepted checks that nothing is left of the files of a request whose execution does not begin.
func TestUploadsThatAreNotAccepted(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(e *Engine) // before the request comes
		status int
	}{
		{"no place", func(e *Engine) { e.Configure(Options{Capacity: 1}) }, 503},
		{"no space", func(e *Engine) { e.Configure(Options{FilesPerExecution: 10}) }, 503},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				folder := t.TempDir()
				e, err := Open(t.Context(), StoreOptions{Kind: StoreMemory, Files: folder})
				if err != nil {
					t.Fatal(err)
				}
				defer e.Close()
				test.change(e)
				g := newGate(t, "accepted")
				site := newSite(t, e, SiteOptions{}, taskFlow("busy", "- {id: gate, type: test.Gate, gate: accepted}", ""), webhookFlow("f", ""))
				send(site, "busy", "")
				<-g.entered
				if r := send(site, "f", "", upload(strings.Repeat("x", 100))); r.Status != test.status {
					t.Errorf("answer %d %s, want %d", r.Status, r.Body, test.status)
				}
				synctest.Wait()
				close(g.open)
				if left := filesBelow(t, folder); len(left) > 0 {
					t.Errorf("left are %v", left)
				}
			})
		})
	}
}

// filesBelow returns the names of all files that executions have.
func filesBelow(t *testing.T, folder string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !strings.HasSuffix(name, ".lock") {
			names = append(names, name)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return names
}

// TestUploadsOfADelivery checks that a delivery that comes again brings no files.
func TestUploadsOfADelivery(t *testing.T) {
	e, _ := openWithFiles(t)
	site := newSite(t, e, SiteOptions{}, webhookFlow("f", "deduplicate: {key: \"{{ trigger.formFields.team[0] }}\"}"))
	first, again := send(site, "f", "", upload("a")), send(site, "f", "", upload("b"))
	if first.Status != http.StatusOK || again.ExecutionID != first.ExecutionID {
		t.Fatalf("answers %d %s, %s and %s", first.Status, first.Body, first.ExecutionID, again.ExecutionID)
	}
	waitFor(t, e, first.ExecutionID)
	uris, err := e.files.List(t.Context(), task.Origin{Namespace: "company.team", Flow: "f", Execution: first.ExecutionID})
	if len(uris) != 1 || err != nil {
		t.Errorf("the execution has %v, %v", uris, err)
	}
}
