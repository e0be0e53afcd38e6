//go:build unix

package tests

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// documented is a file of testdata/documented: for each example in the documentation of a plugin of Kestra a flow that does the like, with
// the same properties.
type documented struct {
	Secrets  map[string]string
	Answers  map[string]string // of the server http://counterpart, by method and path; a path that is not here is 404
	Examples []example
}

// example is one of them.
type example struct {
	Of   string // the last part of the type, and which of its examples, counted from 1; several that are alike
	Flow string // without a trigger that is a webhook one is added, which waits and returns the outputs

	// The request brings the id of the execution that an earlier flow of the file has had, or the files of a form.
	About string
	Form  map[string]string // base64, before what is no text

	Finds   string          // a part of the findings when the flow is loaded, beside those that mayFind has; an error: it does not run
	Ends    string          // empty: SUCCESS
	Outputs json.RawMessage // of the flow
	Sent    []string        // what the counterparts received, with EXECUTION in place of ids and … of what is another at each run
}

// counterpart is what the tasks of a group talk to, beside http://counterpart.
type counterpart struct {
	secrets  map[string]string
	options  map[string]string // of groups, beside groupOptions
	received func() []string   // since it was last asked for; may be nil
}

// counterparts start those of the files that need one, by the name of the file.
var counterparts = map[string]func(*testing.T) counterpart{"docker": stoodIn, "email": mailServers, "git": repositories, "postgresql": database, "ssh": otherMachine}

// TestDocumented runs what the documentation of Kestra's plugins shows of the types that groups of tasks have here, in a server with all groups,
// and compares what their counterparts receive and what becomes of it.
func TestDocumented(t *testing.T) {
	for group, name := range documentedFiles(t) {
		t.Run(group, func(t *testing.T) { runDocumented(t, name, group) })
	}
}

// TestDocumentedTypes checks that there are examples of each type of a group.
func TestDocumentedTypes(t *testing.T) {
	all := catalogWith(t, nil, "prefer")
	shown := map[string]bool{}
	for _, spec := range engine.Core().Types() {
		shown[spec.Type] = spec.Compile != nil
	}
	for _, name := range documentedFiles(t) {
		_, loaded := loadDocumented(t, readDocumented(t, name, "http://127.0.0.1:1"), all)
		for _, f := range loaded {
			if f == nil {
				continue
			}
			for _, task := range f.Tasks {
				shown[task.Spec.Type] = true
			}
		}
	}
	for _, spec := range all.Types() {
		if spec.Kind == flow.KindTask && spec.Compile != nil && !spec.Refused && !shown[spec.Type] {
			t.Errorf("no file of testdata/documented has an example of %s", spec.Type)
		}
	}
}

// documentedFiles returns the files of testdata/documented by the groups of tasks that they are about.
func documentedFiles(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob("testdata/documented/*.yml")
	if err != nil || len(names) == 0 {
		t.Fatal("no examples", err)
	}
	files := map[string]string{}
	for _, name := range names {
		files[strings.TrimSuffix(filepath.Base(name), ".yml")] = name
	}
	return files
}

func runDocumented(t *testing.T, name, group string) {
	t.Helper()
	hook := tasktest.NewHook(t)
	file := readDocumented(t, name, hook.URL)
	hook.Answer = func(w http.ResponseWriter, r *http.Request, _ string) {
		text, ok := file.Answers[r.Method+" "+r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = io.WriteString(w, text) // who has gone hears nothing
	}
	with := counterpart{options: map[string]string{}}
	if start := counterparts[group]; start != nil {
		with = start(t)
	}
	with.options["github"] = `{"endpoint": "` + hook.URL + `"}`
	var environ []string
	for _, secrets := range []map[string]string{file.Secrets, with.secrets} {
		for name, text := range secrets {
			environ = append(environ, "SECRET_"+name+"="+base64.StdEncoding.EncodeToString([]byte(text)))
		}
	}
	set, found := loadDocumented(t, file, catalogWith(t, with.options, "prefer"))
	site, more, err := engine.NewSite(set, engine.SiteOptions{Environ: environ, WaitTimeout: slow})
	if err != nil || len(more) > 0 {
		t.Fatal(more, err)
	}
	e := openOn(t, site)
	received := func() []string {
		all := hook.Received()
		if with.received != nil {
			all = append(all, with.received()...)
		}
		return all
	}
	ended := map[string]string{} // the last execution of each flow
	for i, x := range file.Examples {
		t.Run(x.Of, func(t *testing.T) {
			f := found[i]
			if f == nil {
				return // it does not load, as it should not
			}
			x.run(t, e, site, f, ended, received)
		})
	}
}

func readDocumented(t *testing.T, name, at string) documented {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.ReplaceAll(text, []byte("http://counterpart"), []byte(at))
	documents, err := yaml.Parse(text, 1, func(int) error { return nil })
	if err != nil {
		t.Fatal(name, err)
	}
	v, err := (&yaml.Converter{}).Value(documents[0].Content[0])
	if err != nil {
		t.Fatal(name, err)
	}
	var file documented
	decoder := json.NewDecoder(strings.NewReader(value.JSON(v)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil || len(file.Examples) == 0 {
		t.Fatal(name, err)
	}
	return file
}

// mayFind are parts of the findings about any example: the trigger by which its documentation starts it may be one that does nothing here.
const mayFind = "never fires here"

// loadDocumented loads the flows of a file, each by itself, and compares what is found. It returns all that load together, and for each example
// its flow, or nil.
func loadDocumented(t *testing.T, file documented, all *engine.Catalog) (*flow.Set, []*flow.Flow) {
	t.Helper()
	var sources []*flow.Source
	loaded := make([]*flow.Flow, len(file.Examples))
	for i, x := range file.Examples {
		source := flow.NewSource(x.Of, []byte(x.started()))
		set, found := all.Load([]*flow.Source{source})
		var other []string
		for _, d := range found {
			if !strings.Contains(d.Message, mayFind) {
				other = append(other, d.Error())
			}
		}
		if x.Finds == "" && len(other) > 0 || x.Finds != "" && !strings.Contains(strings.Join(other, "\n"), x.Finds) {
			t.Errorf("%s: found %q, want %q", x.Of, other, x.Finds)
		}
		for f := range set.All() {
			loaded[i] = f
			sources = append(sources, source)
		}
		if (loaded[i] == nil) != (found.Err() != nil) {
			t.Errorf("%s: %v", x.Of, found)
		}
	}
	set, _ := all.Load(sources)
	for i, f := range loaded {
		if f != nil {
			loaded[i] = set.Flow(f.Namespace, f.ID)
		}
	}
	return set, loaded
}

// slow is how long what waits may take on a machine with much else to do.
const slow = 10 * time.Minute

// documentedKey is the key of the webhooks that are added.
const documentedKey = "2kVrXb7nTq4mWs9dLj6hPc"

// started returns the flow with a webhook that starts it.
func (x example) started() string {
	if strings.Contains(x.Flow, webhook.Type) {
		return x.Flow
	}
	inputs := ""
	if strings.Contains(x.Flow, "\ninputs:") {
		inputs = ", inputsFrom: form, fetchType: STORE"
	}
	if strings.Contains(x.Flow, "\noutputs:") {
		inputs += ", returnOutputs: true"
	}
	item := "  - {id: webhook, type: " + webhook.Type + ", key: " + documentedKey + inputs + ", wait: true}\n"
	if before, after, ok := strings.Cut(x.Flow, "\ntriggers:\n"); ok {
		return before + "\ntriggers:\n" + item + after
	}
	return x.Flow + "\ntriggers:\n" + item
}

func (x example) run(t *testing.T, e *engine.Engine, site *engine.Site, f *flow.Flow, ended map[string]string, received func() []string) {
	t.Helper()
	body, contentType := []byte("{}"), "application/json"
	if x.About != "" {
		body = fmt.Appendf(nil, `{"executionId":%q}`, ended[x.About])
	}
	if len(x.Form) > 0 {
		body, contentType = formOf(t, x.Form)
	}
	path := "/api/v1/executions/webhook/" + f.Namespace + "/" + f.ID + "/" + documentedKey
	target, _ := webhook.ParseURL(path)
	answer, release := site.Webhook(t.Context(), &webhook.Request{
		Target: target, Method: http.MethodPost, Path: path, Host: "localhost:8080", RemoteAddr: "127.0.0.1", Header: http.Header{"Content-Type": {contentType}},
		ContentLength: int64(len(body)), ReadBody: func(int64, webhook.Account) ([]byte, error) { return body, nil },
	})
	outputs := bytes.Clone(answer.Body)
	release()
	if answer.ExecutionID == "" {
		t.Fatalf("it starts nothing: %d %s", answer.Status, outputs)
	}
	s, err := e.Wait(t.Context(), answer.ExecutionID)
	if err != nil {
		t.Fatal(err)
	}
	ended[f.ID] = answer.ExecutionID
	want := x.Ends
	if want == "" {
		want = "SUCCESS"
	}
	if got := string(s.Status()); got != want {
		t.Errorf("it ends with %s, want %s", got, want)
		lines, err := e.Logs(t.Context(), answer.ExecutionID, 0, 100)
		for _, line := range lines {
			t.Logf("%+v", line)
		}
		if err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff(indented(t, x.Outputs), indented(t, outputs)); x.Outputs != nil && diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	got := received()
	for i := range got {
		for _, id := range ended {
			got[i] = strings.ReplaceAll(got[i], id, "EXECUTION")
		}
		got[i] = others.ReplaceAllString(got[i], "$1…")
	}
	if diff := cmp.Diff(x.Sent, got); diff != "" {
		t.Errorf("received (-want +got):\n%s", diff)
	}
}

// others are what is another at each run: times, and names of files with scripts.
var others = regexp.MustCompile(`\b\d{4}-\d\d-\d\dT[\d:.]+Z|\b\d\d:\d\d:\d\d(?:\.\d+)?\b|\b\d{20}\b|("ts":)\d+`)

func indented(t *testing.T, text []byte) string {
	t.Helper()
	if len(text) == 0 {
		return ""
	}
	var out bytes.Buffer
	if err := json.Indent(&out, text, "", " "); err != nil {
		t.Errorf("%v: %s", err, text)
	}
	return out.String()
}

// formOf returns the body of a form with files, and its type.
func formOf(t *testing.T, files map[string]string) (body []byte, contentType string) {
	t.Helper()
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	for name, text := range files {
		content := []byte(text)
		part, err := form.CreateFormFile(name, name+".txt")
		if encoded, found := strings.CutPrefix(text, "base64,"); found && err == nil {
			content, err = base64.StdEncoding.DecodeString(encoded)
		}
		if err == nil {
			_, err = part.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	_ = form.Close() // into memory
	return out.Bytes(), form.FormDataContentType()
}
