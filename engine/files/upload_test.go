package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// uploadFile writes a file of a namespace.
func uploadFile(t testing.TB, s *Store, path, text string) error {
	t.Helper()
	f, err := s.CreateNamespaceFile(t.Context(), "company.team", path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.WriteString(f, text); err != nil {
		return err
	}
	uri, err := f.Commit()
	if want := task.NamespaceFile("company.team", path, 0); err == nil && uri != want {
		t.Errorf("URI %s, want %s", uri, want)
	}
	return err
}

// The newest versions are kept, and their numbers go on.
func TestVersions(t *testing.T) {
	s, _, _ := withNamespaces(t)
	const last = maxOlder + 5
	for i := range last {
		for range 2 { // the same once more is no other version
			if err := uploadFile(t, s, "sub/a", fmt.Sprint("text ", i+1)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for version := range last + 1 {
		got, err := read(t, s, task.NamespaceFile("company.team", "sub/a", version+1))
		kept := version+1 >= last-maxOlder && version < last
		if kept != (err == nil) || kept && got != fmt.Sprint("text ", version+1) {
			t.Errorf("version %d: %q, %v", version+1, got, err)
		}
	}
	if got, err := read(t, s, "nsfile:///sub/a"); got != fmt.Sprint("text ", last) || err != nil {
		t.Errorf("the newest: %q, %v", got, err)
	}
	deleted, err := s.Delete(t.Context(), origin, "nsfile:///sub/a")
	again, err2 := s.Delete(t.Context(), origin, "nsfile:///sub/a")
	if !deleted || err != nil || again || err2 != nil {
		t.Errorf("deleted %v, %v; then %v, %v", deleted, err, again, err2)
	}
	if err := uploadFile(t, s, "sub/a", "anew"); err != nil {
		t.Fatal(err)
	}
	if got, err := read(t, s, "nsfile:///sub/a?version=1"); got != "anew" || err != nil {
		t.Errorf("written after it was deleted: %q, %v", got, err)
	}
}

func TestUploadUncommitted(t *testing.T) {
	s, written, _ := withNamespaces(t)
	ctx, cancel := context.WithCancel(t.Context())
	f, err := s.CreateNamespaceFile(ctx, "company.team", "a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, "x"); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.WriteString(f, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("write: %v", err)
	}
	if _, err := f.Commit(); !errors.Is(err, context.Canceled) {
		t.Errorf("commit: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, err := s.CreateNamespaceFile(ctx, "company.team", "b"); !errors.Is(err, context.Canceled) {
		t.Errorf("create: %v", err)
	}
	entries, err := os.ReadDir(filepath.Join(written, "company.team", versions))
	if len(entries) != 0 || err != nil {
		t.Errorf("left are %v, %v", entries, err)
	}
}

func TestUploadLimits(t *testing.T) {
	s, written, beside := withNamespaces(t)
	s.Configure(Limits{Execution: 10, Total: 2*fileBytes + 12}, Namespaces{written, beside})
	if err := uploadFile(t, s, "a", "12345678901"); !errors.Is(err, errFull) || !strings.Contains(err.Error(), "see files_per_execution") {
		t.Errorf("one that is too large: %v", err)
	}
	if err := errors.Join(uploadFile(t, s, "a", "123456"), uploadFile(t, s, "b", "123456")); err != nil {
		t.Fatal(err)
	}
	if err := uploadFile(t, s, "c", ""); !errors.Is(err, errFull) || !strings.Contains(err.Error(), "may take 8204 bytes, see files_limit") {
		t.Errorf("more than all may take: %v", err)
	}
	got, err := s.ListNamespace(t.Context(), "company.team")
	if diff := cmp.Diff([]string{"a", "b"}, got); diff != "" || err != nil {
		t.Errorf("afterwards: %v (-want +got):\n%s", err, diff)
	}
}

// Nothing is written outside of the folder of the namespace.
func TestUploadNames(t *testing.T) {
	s, written, beside := withNamespaces(t)
	disk(t, written, map[string]string{"other/x": "other"})
	if err := os.MkdirAll(filepath.Join(written, "company.team"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../other", filepath.Join(written, "company.team", "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Dir(written), filepath.Join(written, "away")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"", "..", "../other/x", "a/../../x", "/", "a//b", "a\x00", `a\b`, "link/x", strings.Repeat("x", 256)} {
		if err := uploadFile(t, s, path, "x"); err == nil {
			t.Errorf("%q is written", path)
		}
	}
	for _, namespace := range []string{"", "..", "a/b", "away"} {
		if f, err := s.CreateNamespaceFile(t.Context(), namespace, "x"); err == nil {
			t.Errorf("a file of %q is written", namespace)
			_ = f.Close()
		}
	}
	if text, err := os.ReadFile(filepath.Join(written, "other", "x")); string(text) != "other" || err != nil {
		t.Errorf("the other file has %q, %v", text, err)
	}
	disk(t, beside[0], map[string]string{"_files/company.team/fixed": "x"})
	if _, err := s.Delete(t.Context(), origin, "nsfile:///fixed"); !errors.Is(err, task.ErrBeside) {
		t.Errorf("one beside the flows is deleted: %v", err)
	}
	if _, err := s.Delete(t.Context(), origin, "nsfile://other/."); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder is deleted: %v", err)
	}
	s.Configure(Limits{}, Namespaces{})
	if err := uploadFile(t, s, "a", ""); !errors.Is(err, errNoNamespaces) {
		t.Errorf("without a folder: %v", err)
	}
}
