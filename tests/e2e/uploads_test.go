package e2e

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// checkUploads sends forms that are too large for a case, and looks at what is kept of the files that cases have sent.
func checkUploads(t *testing.T, s *harness.Server) {
	t.Helper()
	large := strings.Repeat("x", 3<<20)
	const head = "--BB\r\nContent-Disposition: form-data; name=note\r\n\r\nhi\r\n--BB\r\nContent-Disposition: form-data; name=f; filename=large.txt\r\n\r\n"
	a := s.Fetch(t, "POST", webhook("upload", "key"), head+large+"\r\n--BB--\r\n", "Content-Type", "multipart/form-data; boundary=BB")
	if want := `{"read":"hi large.txt 3145728 ` + large + `"}`; a.Status != 200 || a.Body != want {
		t.Errorf("a large file: %d %.200s", a.Status, a.Body)
	}
	many := strings.Repeat("--BB\r\nContent-Disposition: form-data; name=f\r\n\r\n\r\n", 1001) + "--BB--\r\n"
	a = s.Fetch(t, "POST", webhook("echo", "key"), many, "Content-Type", "multipart/form-data; boundary=BB")
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
