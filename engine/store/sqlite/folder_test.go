package sqlite

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// TestModes checks that nobody but the owner can read what a store writes, and that a folder which is open to others is said.
func TestModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // it has no modes
	}
	dir := filepath.Join(t.TempDir(), "a", "b")
	path := filepath.Join(dir, "kestra.db")
	core, logs := observer.New(zap.DebugLevel)
	open := func() {
		t.Helper()
		s, err := Open(t.Context(), path, Options{Logger: zap.New(core)})
		if err != nil {
			t.Fatal(err)
		}
		files, err := os.ReadDir(dir)
		if err != nil || len(files) != 4 { // with -wal, -shm and .lock
			t.Errorf("files: %v (%v)", files, err)
		}
		for _, file := range files {
			if info, err := file.Info(); err != nil || info.Mode() != 0o600 {
				t.Errorf("%s has mode %v (%v)", file.Name(), info.Mode(), err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if files, err := os.ReadDir(dir); err != nil || len(files) != 2 { // all that was written is in the one file
			t.Errorf("files when it is closed: %v (%v)", files, err)
		}
	}
	open()
	for _, dir := range []string{dir, filepath.Dir(dir)} {
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v (%v)", dir, info.Mode(), err)
		}
	}
	if logs.Len() > 0 {
		t.Errorf("log: %v", logs.All())
	}
	if err := os.Chmod(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	open()
	if entries := logs.All(); len(entries) != 1 || entries[0].ContextMap()["name"] != dir || entries[0].ContextMap()["mode"] != "-rwxr-x---" {
		t.Errorf("log: %v", entries)
	}
}

// TestRefused opens files that are not ours to write.
func TestRefused(t *testing.T) {
	for _, tc := range []struct {
		name string
		make func(t *testing.T, path string)
		want string
	}{
		{"of a newer program", func(t *testing.T, path string) {
			if err := openFile(t, path).Close(); err != nil {
				t.Fatal(err)
			}
			execute(t, path, "PRAGMA user_version = 1000")
		}, "was written by a newer one"},
		{"of another program", func(t *testing.T, path string) { execute(t, path, "CREATE TABLE a (b)") }, errForeign.Error()},
		{"of another program with an id", func(t *testing.T, path string) { execute(t, path, "PRAGMA application_id = 7") }, errForeign.Error()},
		{"of another program with a version", func(t *testing.T, path string) { execute(t, path, "PRAGMA user_version = 1") }, errForeign.Error()},
		{"no database", func(t *testing.T, path string) { overwrite(t, path, 0, "no database") }, "the file is no database, or is damaged: move it away"},
		{"damaged", func(t *testing.T, path string) {
			if err := openFile(t, path).Close(); err != nil {
				t.Fatal(err)
			}
			overwrite(t, path, 100, "damaged")
		}, "the file is damaged: restore a backup"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "kestra.db")
			tc.make(t, path)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), path, Options{})
			if err == nil {
				t.Fatal(errors.Join(errors.New("it opens"), s.Close()))
			}
			if !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %q, want %q", err, tc.want)
			}
			after, err := os.ReadFile(path)
			if err != nil || string(after) != string(before) {
				t.Errorf("the file was changed (%v)", err)
			}
		})
	}
}

// execute executes a statement in a file.
func execute(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err == nil {
		_, err = db.ExecContext(t.Context(), statement)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// overwrite fills a part of a file, up to its end or 4 KiB.
func overwrite(t *testing.T, path string, from int64, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil {
		_, err = f.WriteAt([]byte(strings.Repeat(text, 4096/len(text))), from)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}
