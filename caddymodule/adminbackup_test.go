package caddymodule

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// TestAdminBackup copies a store, and serves with the copy.
func TestAdminBackup(t *testing.T) {
	dir := t.TempDir()
	file, copied := filepath.Join(dir, "kestra.db"), filepath.Join(dir, "copy.db")
	flows := writeFlows(t, adminFlows)
	body := func(path string) string {
		text, err := json.Marshal(map[string]string{"path": path})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	s := newAdminServer(t)
	s.serve("kestra {\nstore sqlite "+file+"\n}", "kestra_webhook * "+flows)
	id := s.started("works", "{}")
	s.await(id, "SUCCESS")
	for _, tt := range []struct {
		name, body string
		status     int
		want       string
	}{
		{"nothing said", ``, 400, "the body must be a JSON object"},
		{"no path", `{}`, 400, `path must be the absolute path of a new file, is \"\"`},
		{"a relative one", body("copy.db"), 400, "path must be the absolute path of a new file"},
		{"no folder", body(filepath.Join(dir, "nope", "copy.db")), 400, "no such file or directory"},
		{"the store itself", body(file), 409, "exists"},
	} {
		if a := s.ask(http.MethodPost, "backup", tt.body); a.status != tt.status {
			t.Errorf("%s: %d %q", tt.name, a.status, a.body)
		} else {
			a.want(t, tt.status, tt.want)
		}
	}
	got := decode[adminBackup](t, s.ask(http.MethodPost, "backup", body(copied)))
	if info, err := os.Stat(copied); err != nil || got.Path != copied || got.Bytes != info.Size() {
		t.Errorf("answered %+v: %v, %v", got, info, err)
	}
	s.ask(http.MethodPost, "backup", body(copied)).want(t, 409, "exists")
	s.serve("kestra {\nstore sqlite "+copied+"\n}", "kestra_webhook * "+flows)
	s.await(id, "SUCCESS")
	s.serve("kestra {\nstore memory\n}", "kestra_webhook * "+flows)
	s.ask(http.MethodPost, "backup", body(filepath.Join(dir, "another.db"))).want(t, 409, "store memory has no file")
}
