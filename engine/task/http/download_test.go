package http

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/outbound"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

// withFiles returns services with a storage for files too.
func withFiles(t *testing.T) *task.Services {
	t.Helper()
	s := services(t, outbound.Options{})
	store := files.New(t.TempDir())
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	s.Files = store
	return s
}

const folder = "kestra:///company/team/hello/executions/4Execution/tasks/a/5Run/"

func TestDownload(t *testing.T) {
	number := task.FileName(tasktest.Origin, 0, "")
	for _, tt := range []struct {
		name, members, file, content, err string
		log                               []string
	}{
		{name: "extension of the address", members: `uri: AT/file/data.json`, file: number + ".json", content: "file body"},
		{name: "no extension", members: `uri: AT/file`, file: number + ".tmp", content: "file body"},
		{name: "disposition", members: `uri: AT/file, params: {as: 'attachment; filename="report one.csv"'}`, file: "report+one.csv", content: "file body"},
		{name: "disposition with a path", members: `uri: AT/file, params: {as: 'attachment; filename="../../etc/x.txt"'}`, file: "x.txt", content: "file body"},
		{name: "disposition with a charset", members: `uri: AT/file, params: {as: "attachment; filename*=UTF-8''na%C3%AFve.txt"}`, file: "na%C3%AFve.txt", content: "file body"},
		{name: "disposition without a name", members: `uri: AT/file, params: {as: attachment}`, file: number + ".tmp", content: "file body"},
		{name: "disposition that names a folder", members: `uri: AT/file, params: {as: 'attachment; filename=".."'}`, file: number + ".tmp", content: "file body"},
		{name: "broken disposition", members: `uri: AT/file, params: {as: 'attachment; filename="x'}`, file: number + ".tmp", content: "file body", log: []string{`debug Unable to parse the Content-Disposition header: attachment; filename="x`}},
		{name: "saveAs", members: `uri: AT/file, saveAs: "{{ s }}.csv", params: {as: attachment; filename=x}`, file: "text.csv", content: "file body"},
		{name: "body", members: `uri: AT/echo, method: POST, body: x`, file: number + ".tmp", content: "POST /echo\nContent-Type: application/json; charset=UTF-8\n\nx"},
		{name: "bytes", members: `uri: AT/binary`, file: number + ".tmp", content: "a\xff\xfe\x00"},
		{name: "unzipped", members: `uri: AT/gzip`, file: number + ".tmp", content: `{"zipped":true}`},
		{name: "allowed failure", members: `uri: AT/status/404, options: {allowFailed: true}`, file: number + ".tmp", content: "status 404"},
		{name: "failure", members: `uri: AT/status/404`, err: "Failed http request with response code '404' and body:"},
		{name: "empty", members: `uri: AT/headers`, err: "No response from server"},
		{name: "204", members: `uri: AT/status/204`, err: "No response from server"},
		{name: "empty that may be", members: `uri: AT/headers, failOnEmptyResponse: false`, file: number + ".tmp", log: []string{"warn File 'AT/headers' is empty"}},
		{name: "empty with allowFailed", members: `uri: AT/headers, options: {allowFailed: true}`, file: number + ".tmp"},
		{name: "too large", members: `uri: AT/big, options: {maxContentLength: 99999}`, err: "the answer has more than 99999 bytes, which is the limit"},
		{name: "no answer", members: `uri: AT/panic`, err: "HOST failed to respond"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := withFiles(t)
			got := runAt(t, s, serve(t), "Download", tt.members, variables)
			if got.Err != tt.err {
				t.Fatalf("error %q, want %q", got.Err, tt.err)
			}
			kept, err := s.Files.List(t.Context(), tasktest.Origin)
			if tt.err != "" {
				if len(kept) > 0 || err != nil {
					t.Errorf("a failure leaves %q, %v", kept, err)
				}
				return
			}
			if diff := cmp.Diff([]string{folder + tt.file}, kept); diff != "" || err != nil {
				t.Fatalf("files (-want +got):\n%s%v", diff, err)
			}
			f, err := s.Files.Open(t.Context(), tasktest.Origin, kept[0])
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(f)
			if closing := f.Close(); err != nil || closing != nil || string(content) != tt.content {
				t.Errorf("content %q, %v %v, want %q", content, err, closing, tt.content)
			}
			if !strings.HasPrefix(got.Outputs, `{"uri":"`+kept[0]+`","code":`) {
				t.Errorf("outputs %s", got.Outputs)
			}
			if diff := cmp.Diff(tt.log, got.Log[1:len(got.Log)-1]); diff != "" && len(tt.log)+len(got.Log) > 2 {
				t.Errorf("log (-want +got):\n%s", diff)
			}
		})
	}
	got := runAt(t, withFiles(t), serve(t), "Download", "uri: AT/file/a.csv", "{}")
	if want := `{"uri":"` + folder + number + `.csv","code":200,"length":9,"headers":{"content-disposition":[""],"content-length":["9"],"content-type":["text/plain; charset=utf-8"]}}`; got.Outputs != want {
		t.Errorf("outputs %s, want %s", got.Outputs, want)
	}
	if got := run(t, "Download", "uri: AT/file", "{}"); got.Err != "the task cannot run here: it needs a server" {
		t.Errorf("without a storage: %+v", got)
	}
}

// TestMultipart checks forms with texts and files, also when they are sent twice.
func TestMultipart(t *testing.T) {
	s := withFiles(t)
	f, err := s.Files.Create(t.Context(), tasktest.Origin, "in.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(f, "content of the file")
	uri, err := f.Commit()
	if err != nil {
		t.Fatal(err)
	}
	const part = "--B\r\nContent-Disposition: form-data; name=\"%\"\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n"
	text := func(name string) string { return strings.Replace(part, "%", name, 1) }
	file := func(name, file string) string {
		return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + file + "\"\r\nContent-Type: application/octet-stream\r\n\r\ncontent of the file\r\n"
	}
	for _, tt := range []struct{ name, form, want string }{
		{"texts", `{a: 1, b: "x {{ s }}", c: "{{ nothing }}", "d\"": {k: v}}`, text("a") + "1\r\n" + text("b") + "x text\r\n" + text("d%22") + `{"k":"v"}` + "\r\n--B--\r\n"},
		{"file", `{f: "` + uri + `"}`, file("f", "in.txt") + "--B--\r\n"},
		{"file with a name", `{f: {name: "my {{ s }}.txt", content: "` + uri + `"}, a: 1}`, file("f", "my text.txt") + text("a") + "1\r\n--B--\r\n"},
		{"files", `{f: "` + uri + `", g: "` + uri + `"}`, file("f", "in.txt") + file("g", "in.txt") + "--B--\r\n"},
	} {
		for _, path := range []string{"echo", "redirect/307"} {
			got := runAt(t, s, serve(t), "Request", `uri: AT/`+path+`, method: POST, contentType: multipart/form-data, formData: `+tt.form, variables)
			if got.Err != "" {
				t.Fatalf("%s: %s", tt.name, got.Err)
			}
			_, body, _ := strings.Cut(strings.ReplaceAll(strings.ReplaceAll(got.Outputs, `\r\n`, "\r\n"), `\"`, `"`), `\n\n`)
			boundary, _, _ := strings.Cut(body, "\r\n")
			body = strings.TrimSuffix(strings.ReplaceAll(body, strings.TrimPrefix(boundary, "--"), "B"), `"}`)
			if body != tt.want {
				t.Errorf("%s by %s: got %q, want %q", tt.name, path, body, tt.want)
			}
		}
	}
	got := runAt(t, s, serve(t), "Request", `uri: AT/echo, method: POST, contentType: multipart/form-data, formData: {f: "`+folder+`none"}`, variables)
	if !strings.HasPrefix(got.Err, "formData.f: ") {
		t.Errorf("missing file: %q", got.Err)
	}
	got = run(t, "Request", `uri: AT/echo, method: POST, contentType: multipart/form-data, formData: {f: "`+uri+`"}`, variables)
	if got.Err != "formData.f: the task cannot run here: it needs a server" {
		t.Errorf("without a storage: %q", got.Err)
	}
}

// TestMultipartClosed checks that no file stays open of a form of which only a part was read.
func TestMultipartClosed(t *testing.T) {
	opened := &countingFiles{}
	m := &multipartBody{ctx: t.Context(), context: &task.Context{Services: &task.Services{Files: opened}}, pieces: []string{"a", "b", "c"}, uris: []string{"x", "y"}}
	for length := range 9 {
		r, err := m.open()
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.CopyN(io.Discard, r, int64(length))
		if closing := r.Close(); err != nil && !errors.Is(err, io.EOF) || closing != nil || opened.open != 0 {
			t.Errorf("after %d bytes: %v, %v, %d files are open", length, err, closing, opened.open)
		}
	}
}

// countingFiles counts files that are open.
type countingFiles struct {
	task.Files
	open int
}

func (c *countingFiles) Open(context.Context, task.Origin, string) (*task.File, error) {
	c.open++
	return &task.File{ReadCloser: closer{bytes.NewReader([]byte("ff")), func() { c.open-- }}, Size: 2}, nil
}

type closer struct {
	io.Reader
	close func()
}

func (c closer) Close() error {
	c.close()
	return nil
}
