package e2e

import (
	"bytes"
	"io/fs"
	"mime/multipart"
	"net/textproto"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// TestUploads sends forms as browsers do, and as attackers would.
func TestUploads(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, harness.Config{Sites: site, Files: map[string]string{
		"flows/echo.yaml": echoFlow("echo", "key", waitsForOutputs),
		"flows/upload.yaml": `id: upload
namespace: company.team
tasks:
  - id: size
    type: io.kestra.plugin.core.storage.Size
    uri: "{{ trigger.parts[0].uri }}"
outputs:
  - id: read
    type: STRING
    value: "{{ trigger.formFields.note[0] }} {{ trigger.parts[0].filename }} {{ outputs.size.size }} {{ read(trigger.parts[0].uri) }}"
triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: key
    wait: true
    returnOutputs: true
    fetchType: STORE
`,
	}})
	form := func(filename, content string) (contentType, body string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		_ = w.WriteField("note", "hi")
		part, _ := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="f"; filename="` + filename + `"`}})
		_, _ = part.Write([]byte(content))
		_ = w.Close()
		return w.FormDataContentType(), b.String()
	}
	large := strings.Repeat("x", 3<<20)
	for _, tt := range []struct{ filename, content, name string }{
		{"a.txt", "hello", "a.txt"},
		{"../../../evil.txt", "hello", "evil.txt"},
		{"/etc/evil.txt", "hello", "evil.txt"},
		{"evil.txt/..", "hello", ".."},
		{"a.txt", "", "a.txt"},
		{"large.txt", large, "large.txt"},
	} {
		contentType, body := form(tt.filename, tt.content)
		a := s.Fetch(t, "POST", webhook("upload", "key"), body, "Content-Type", contentType)
		if want := `{"read":"hi ` + tt.name + " " + strconv.Itoa(len(tt.content)) + " " + tt.content + `"}`; a.Status != 200 || a.Body != want {
			t.Errorf("%s: %d %.200s, want %.200s", tt.filename, a.Status, a.Body, want)
		}
	}
	contentType, body := form("a.txt", "hello")
	want(t, "without the key", s.Fetch(t, "POST", webhook("upload", "other"), body, "Content-Type", contentType), 404, notFound)
	want(t, "a form that is cut", s.Fetch(t, "POST", webhook("echo", "key")+"?n=1", "--BB\r\n", "Content-Type", "multipart/form-data; boundary=BB"), 200, `{"n":"1","body":"--BB\r\n"}`)
	many := strings.Repeat("--BB\r\nContent-Disposition: form-data; name=f\r\n\r\n\r\n", 1001) + "--BB--\r\n"
	a := s.Fetch(t, "POST", webhook("echo", "key"), many, "Content-Type", "multipart/form-data; boundary=BB")
	want(t, "many parts", a, 413, `{"message":"Request Entity Too Large: request body has more than 1000 parts"}`)
	harmless(t, s, "many parts", a)
	files := 0
	err := filepath.WalkDir(s.Dir, func(name string, entry fs.DirEntry, err error) error {
		if strings.Contains(entry.Name(), "evil") {
			t.Errorf("the sender has named %s", name)
		}
		if strings.HasPrefix(entry.Name(), "file") && strings.Contains(name, "/webhook/0/") {
			files++
		}
		return err
	})
	if files != 6 || err != nil {
		t.Errorf("%d files are kept, want 6: %v", files, err)
	}
}
