package caddymodule

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fire starts an execution and returns its id.
func (s *server) fire(t *testing.T, id string) string {
	t.Helper()
	got := s.get(webhookPath(id))
	got.want(t, 200, "state")
	return got.header.Get("X-Kestra-Execution-Id")
}

// keeps checks that the engine in use has an execution.
func keeps(t *testing.T, id string) {
	t.Helper()
	if _, err := theEngine(t).Get(t.Context(), id); err != nil {
		t.Error(err)
	}
}

func TestSQLiteStore(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	path := filepath.Join(t.TempDir(), "state", "kestra.db")
	first, second := "kestra {\nstore sqlite "+path+"\n}", "kestra {\nstore sqlite "+path+"2 {\nlock_timeout 20s\n}\n}"
	var id string
	t.Run("reload", func(t *testing.T) {
		s := newServer(t)
		s.serve(first, "kestra_webhook * "+flows)
		engine := theEngine(t)
		id = s.fire(t, "fire")
		s.serve(first+"\ndebug", "kestra_webhook * "+flows)
		if theEngine(t) != engine {
			t.Error("the reload opened another engine")
		}
		keeps(t, id)
	})
	t.Run("start", func(t *testing.T) {
		s := newServer(t)
		s.serve(first, "kestra_webhook * "+flows)
		keeps(t, id)
	})
	t.Run("another path", func(t *testing.T) {
		s := newServer(t)
		s.serve(first, "kestra_webhook * "+flows)
		old := theEngine(t)
		slow := s.begin(webhookPath("fire"))
		s.serve(second, "kestra_webhook * "+flows)
		if theEngine(t) == old {
			t.Error("the old store is in use")
		}
		if _, err := theEngine(t).Get(t.Context(), id); err == nil {
			t.Error("the new store has executions of the old one")
		}
		late := slow.end()
		late.want(t, 200, "state")
		<-old.closed
		if old.err != nil {
			t.Error(old.err)
		}
		s.serve(first, "kestra_webhook * "+flows)
		keeps(t, late.header.Get("X-Kestra-Execution-Id"))
	})
	t.Run("another folder of files", func(t *testing.T) {
		s := newServer(t)
		s.serve(first, "kestra_webhook * "+flows)
		err := s.load("kestra {\nstore sqlite "+path+"\nfiles "+t.TempDir()+"\n}", "kestra_webhook * "+flows)
		if err == nil || !strings.Contains(err.Error(), "stop the server to change it") {
			t.Errorf("error %v", err)
		}
		keeps(t, s.fire(t, "fire"))
	})
}

// TestSQLiteStoreUntouched checks that a configuration which is looked at and not started makes no file.
func TestSQLiteStoreUntouched(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	t.Setenv("KESTRA_TEST_STATE", t.TempDir())
	for path, want := range map[string]string{
		"":                                 filepath.Join(os.Getenv("XDG_DATA_HOME"), "caddy", "kestra", "kestra.db"),
		"{env.KESTRA_TEST_STATE}/a/b.db":   filepath.Join(os.Getenv("KESTRA_TEST_STATE"), "a", "b.db"),
		"testdata/../no_such_folder/../ab": absolute(t, "ab"),
	} {
		store := m{"store": "sqlite"}
		if path != "" {
			store["path"] = path
		}
		if _, err := provision(t, m{"store": store}, m{}); err != nil {
			t.Errorf("%q: %v", path, err)
		}
		s := &SQLiteStore{Path: path}
		if err := s.place(); err != nil || s.StoreOptions().Path != want {
			t.Errorf("%q is %q, want %q (%v)", path, s.StoreOptions().Path, want, err)
		}
		if _, err := os.Stat(filepath.Dir(want)); path != "testdata/../no_such_folder/../ab" && err == nil {
			t.Errorf("%q: the folder was made", path)
		}
	}
}

func TestSQLiteStoreErrors(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	sealed := filepath.Join(dir, "sealed")
	if err := os.Mkdir(sealed, 0o500); err != nil {
		t.Fatal(err)
	}
	rows := []struct {
		name, path string
		want       []string
	}{
		{"folder that is a file", filepath.Join(file, "kestra.db"), []string{"not a directory", "`store memory`"}},
		{"file that is a folder", sealed, []string{"is a directory", "`store memory`"}},
		{"no database", file, []string{"is no database, or is damaged: move it away, or restore a backup"}},
	}
	if os.Geteuid() > 0 { // nothing is sealed for root
		rows = append(rows, struct {
			name, path string
			want       []string
		}{"folder that is sealed", filepath.Join(sealed, "kestra.db"), []string{"permission denied", "`store memory`"}})
	}
	for _, tc := range rows {
		t.Run(tc.name, func(t *testing.T) {
			s := newServer(t)
			err := s.load("kestra {\nstore sqlite "+tc.path+"\n}", "kestra_webhook * "+flows)
			for _, want := range append(tc.want, tc.path, "store sqlite") {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error does not contain %q:\n%v", want, err)
				}
			}
			noEngine(t)
		})
	}
}
