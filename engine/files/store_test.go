package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

var origin = task.Origin{Namespace: "company.team", Flow: "Nightly.Report_2", Execution: "4Exec", Task: "write_it", Run: "7Run"}

// open returns a store in a folder of its own.
func open(t testing.TB) *Store {
	t.Helper()
	s := New(filepath.Join(t.TempDir(), "files"))
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// write writes a file and returns its URI.
func write(ctx context.Context, s *Store, o task.Origin, name, text string) (string, error) {
	f, err := s.Create(ctx, o, name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if _, err := io.WriteString(f, text); err != nil {
		return "", err
	}
	return f.Commit()
}

func mustWrite(t testing.TB, s *Store, o task.Origin, name, text string) string {
	t.Helper()
	uri, err := write(t.Context(), s, o, name, text)
	if err != nil {
		t.Fatal(err)
	}
	return uri
}

func read(t testing.TB, s *Store, uri string) (string, error) {
	t.Helper()
	f, err := s.Open(t.Context(), origin, uri)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	if f.Size != int64(len(text)) {
		t.Errorf("%s says %d bytes, has %d", uri, f.Size, len(text))
	}
	return string(text), nil
}

// onDisk returns the files below the folder of s, without the names of processes.
func onDisk(t testing.TB, s *Store) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(s.dir, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !strings.HasSuffix(name, lockSuffix) {
			_, rest, _ := strings.Cut(strings.TrimPrefix(name, s.dir+"/"), "/")
			names = append(names, rest)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return names
}

func TestWriteRead(t *testing.T) {
	s := open(t)
	if left := onDisk(t, s); left != nil {
		t.Errorf("a store that was not used has %v", left)
	}
	uri := mustWrite(t, s, origin, "1 é.txt", "héllo")
	const want = "kestra:///company/team/nightlyreport-2/executions/4Exec/tasks/write-it/7Run/1%20%C3%A9.txt"
	if uri != want {
		t.Errorf("URI %s, want %s", uri, want)
	}
	if text, err := read(t, s, uri); text != "héllo" || err != nil {
		t.Errorf("read %q, %v", text, err)
	}
	if size, err := s.Size(t.Context(), origin, uri); size != 6 || err != nil {
		t.Errorf("size %d, %v", size, err)
	}
	other := task.Origin{Namespace: "other", Flow: "f", Execution: "5Exec"}
	if size, err := s.Size(t.Context(), other, uri); size != 6 || err != nil {
		t.Errorf("asked by another execution: size %d, %v", size, err)
	}
	if _, err := s.Size(t.Context(), origin, strings.Replace(uri, "/company/", "/other/", 1)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of another namespace: %v", err)
	}

	deleted, err := s.Delete(t.Context(), origin, uri)
	again, err2 := s.Delete(t.Context(), origin, uri)
	if !deleted || err != nil || again || err2 != nil {
		t.Errorf("deleted %v, %v; then %v, %v", deleted, err, again, err2)
	}
	if left := onDisk(t, s); left != nil || s.usage.total != 0 {
		t.Errorf("after it was deleted: %v, %d bytes", left, s.usage.total)
	}
}

// A name may have folders.
func TestFolders(t *testing.T) {
	s := open(t)
	uri := mustWrite(t, s, origin, "tasks/sub/b c", "x")
	const want = "kestra:///company/team/nightlyreport-2/executions/4Exec/tasks/write-it/7Run/tasks/sub/b%20c"
	if text, err := read(t, s, uri); uri != want || text != "x" || err != nil {
		t.Errorf("%s has %q, %v, want %s", uri, text, err, want)
	}
	other := task.Origin{Namespace: "a.b.executions", Flow: "executions", Execution: "9Exec", Task: "inputs", Run: "tasks"}
	uris := []string{mustWrite(t, s, other, "executions", "y")}
	if text, err := read(t, s, uris[0]); text != "y" || err != nil {
		t.Errorf("%s has %q, %v", uris[0], text, err)
	}
	if got, err := s.List(t.Context(), other); !slices.Equal(got, uris) || err != nil {
		t.Errorf("listed are %v, %v, want %v", got, err, uris)
	}
	if _, err := write(t.Context(), s, origin, "tasks", "a folder is there"); err == nil {
		t.Error("a file is written in place of a folder")
	}
	if _, err := s.Size(t.Context(), origin, strings.TrimSuffix(uri, "/b%20c")); !errors.Is(err, errNoFile) {
		t.Errorf("a folder: %v", err)
	}
}

func TestInput(t *testing.T) {
	s := open(t)
	f, err := s.CreateInput(t.Context(), origin, "my_file", "data.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	uri, err := f.Commit()
	if want := "kestra:///company/team/nightlyreport-2/executions/4Exec/inputs/my-file/data.csv"; uri != want || err != nil {
		t.Fatalf("URI %s, %v, want %s", uri, err, want)
	}
	if text, err := read(t, s, uri); text != "" || err != nil {
		t.Errorf("read %q, %v", text, err)
	}
}

// What a request has brought is listed behind the files of tasks, read by its URI, and removed like them; its names are never slugs.
func TestFilesOfARequest(t *testing.T) {
	s := open(t)
	first := mustWrite(t, s, origin, "a", "x")
	all := []string{first}
	for name, uri := range map[string]string{
		"0/file.csv": "kestra:///company/team/nightlyreport-2/executions/4Exec/webhook/0/file.csv",
		"body":       "kestra:///company/team/nightlyreport-2/executions/4Exec/webhook/body",
	} {
		if got, err := s.RequestURI(origin, name); got != uri || err != nil {
			t.Errorf("the URI of %s is %s, %v, want %s", name, got, err, uri)
		}
		f, err := s.CreateOfRequest(t.Context(), origin, name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(f, name)
		if got, err := f.Commit(); got != uri || err != nil {
			t.Errorf("%s is %s, %v, want %s", name, got, err, uri)
		}
		if text, err := read(t, s, uri); text != name || err != nil {
			t.Errorf("%s has %q, %v", uri, text, err)
		}
		all = append(all, uri)
	}
	slices.Sort(all[1:])
	if got, err := s.List(t.Context(), origin); !slices.Equal(got, all) || err != nil {
		t.Errorf("listed are %v, %v, want %v", got, err, all)
	}
	for _, name := range []string{"", "..", "../x", "0/../../x", "a//b", "/x", "0/", `a\b`, "a\x00"} {
		if _, err := s.RequestURI(origin, name); err == nil {
			t.Errorf("%q has a URI", name)
		}
		if _, err := s.CreateOfRequest(t.Context(), origin, name); err == nil {
			t.Errorf("%q is written", name)
		}
	}
	if deleted, err := s.Delete(t.Context(), origin, all[1]); !deleted || err != nil {
		t.Errorf("deleted %v, %v", deleted, err)
	}
	if _, err := read(t, s, all[1]); err == nil {
		t.Error("one that was deleted is read")
	}
	for _, uri := range []string{"kestra:///company/team/f/executions/4Exec/webhook", "kestra:///company/team/f/executions/4Exec/webhook/"} {
		if _, err := read(t, s, uri); err == nil {
			t.Errorf("%s is read", uri)
		}
	}
}

// A file that is not committed is not there, and a file is there whole or not at all.
func TestUncommitted(t *testing.T) {
	s := open(t)
	uri := mustWrite(t, s, origin, "a", "old")
	before := s.usage.total
	f, err := s.Create(t.Context(), origin, "a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, "new"); err != nil {
		t.Fatal(err)
	}
	if text, _ := read(t, s, uri); text != "old" {
		t.Errorf("while another is written: %q", text)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if text, _ := read(t, s, uri); text != "old" || s.usage.total != before || len(onDisk(t, s)) != 1 {
		t.Errorf("after it was given up: %q, %d bytes, %v", text, s.usage.total, onDisk(t, s))
	}
	mustWrite(t, s, origin, "a", "other")
	if text, _ := read(t, s, uri); text != "other" || s.usage.total != before+2 {
		t.Errorf("after it was written again: %q, %d bytes, want %d", text, s.usage.total, before+2)
	}
}

func TestCanceled(t *testing.T) {
	s := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	f, err := s.Create(ctx, origin, "a")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cancel()
	if _, err := io.WriteString(f, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("write: %v", err)
	}
	if _, err := f.Commit(); !errors.Is(err, context.Canceled) {
		t.Errorf("commit: %v", err)
	}
	if _, err := s.Create(ctx, origin, "b"); !errors.Is(err, context.Canceled) {
		t.Errorf("create: %v", err)
	}
}

// Nothing outside of the folder is read or written, whatever a name or a URI says.
func TestNames(t *testing.T) {
	s := open(t)
	uri := mustWrite(t, s, origin, "a", "inside")
	outside := filepath.Join(filepath.Dir(s.dir), "outside")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := strings.TrimSuffix(uri, "a")
	onDisk := filepath.Join(s.name, filepath.FromSlash("company.team/nightlyreport-2/4Exec/tasks"))
	for link, target := range map[string]string{"link": outside, "relative": "../../../../../../../../outside", "inner": "a"} {
		if err := os.Symlink(target, filepath.Join(onDisk, "write-it", "7Run", link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Dir(outside), filepath.Join(onDisk, "away")); err != nil {
		t.Fatal(err)
	}
	for _, uri := range []string{
		folder + "link", folder + "relative", folder + "inner", strings.TrimSuffix(folder, "write-it/7Run/") + "away/files/a",
		folder + "..", folder + "%2e%2e", folder + "../7Run/a", folder + "..%2f7Run%2fa", folder + "%2Fetc%2Fpasswd", folder + "a%00",
		folder + `..%5C7Run%5Ca`, folder, folder + ".", folder + "a/b", folder + "a//b", folder + "a/", folder + "%zz", folder + strings.Repeat("x", 256),
		"kestra:///../../outside", "kestra://" + outside, outside, "file://" + outside, "kestra://host" + strings.TrimPrefix(uri, "kestra://"),
		"kestra:a", "", "a", uri + "?x", uri + "#x", "KESTRA:" + strings.TrimPrefix(folder, "kestra:"), "kestra:///_files/a", "\x00",
	} {
		if text, err := read(t, s, uri); err == nil {
			t.Errorf("%q is read: %q", uri, text)
		}
		if _, err := s.Size(t.Context(), origin, uri); err == nil {
			t.Errorf("%q has a size", uri)
		}
		if deleted, _ := s.Delete(t.Context(), origin, uri); deleted {
			t.Errorf("%q is deleted", uri)
		}
	}
	for _, name := range []string{"", ".", "..", "../a", "/a", "a/", "a//b", "a/../../b", `a\b`, "a\x00", strings.Repeat("é", 128)} {
		if uri, err := write(t.Context(), s, origin, name, "x"); err == nil {
			t.Errorf("%q is written: %s", name, uri)
		}
	}
	for _, o := range []task.Origin{{}, {Namespace: "..", Flow: "f", Execution: "e", Task: "t", Run: "r"}, {Namespace: "n", Flow: "f", Execution: "../e", Task: "t", Run: "r"}} {
		if uri, err := write(t.Context(), s, o, "a", "x"); err == nil {
			t.Errorf("%v writes %s", o, uri)
		}
	}
	if _, err := write(t.Context(), s, task.Origin{Namespace: "company.team", Flow: "nightlyreport-2", Execution: "4Exec", Task: "away", Run: "files"}, "a", "x"); err == nil {
		t.Error("a file is written through a link")
	}
	// A link in the place of a file is replaced, not followed.
	mustWrite(t, s, origin, "link", "x")
	if text, err := os.ReadFile(outside); string(text) != "secret" || err != nil {
		t.Errorf("the file outside has %q, %v", text, err)
	}
}

func TestList(t *testing.T) {
	s := open(t)
	if uris, err := s.List(t.Context(), origin); uris != nil || err != nil {
		t.Errorf("without any file: %v, %v", uris, err)
	}
	want := make([]string, 10_000)
	for i := range want {
		want[i] = mustWrite(t, s, origin, fmt.Sprintf("%05d", i), "")
	}
	other := origin
	other.Execution = "other"
	mustWrite(t, s, other, "a", "")
	unfinished, err := s.Create(t.Context(), origin, "b")
	if err != nil {
		t.Fatal(err)
	}
	defer unfinished.Close()
	got, err := s.List(t.Context(), origin)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// forgotten waits until the files of executions that were forgotten are removed.
func forgotten(s *Store) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.removing {
		s.removed.Wait()
	}
}

func TestForget(t *testing.T) {
	s := open(t)
	s.Forget("n", "f", "unknown")
	if s.Any() {
		t.Error("an execution has files before there is one")
	}
	for i := range 100 {
		o := origin
		o.Execution = fmt.Sprintf("e%d", i)
		mustWrite(t, s, o, "a", "x")
	}
	for i := range 99 {
		s.Forget(origin.Namespace, origin.Flow, fmt.Sprintf("e%d", i))
	}
	if !s.Any() {
		t.Error("none has files, but one has")
	}
	forgotten(s)
	if left := onDisk(t, s); !slices.Equal(left, []string{"company.team/nightlyreport-2/e99/tasks/write-it/7Run/a"}) {
		t.Errorf("left are %v", left)
	}
	if s.usage.total != fileBytes+1 || len(s.usage.executions) != 1 {
		t.Errorf("counted are %d bytes of %d executions", s.usage.total, len(s.usage.executions))
	}
}

// What a process left that is dead is removed by the next one, which touches nothing of those that live.
func TestProcesses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files")
	dead, alive := New(dir), New(dir)
	mustWrite(t, dead, origin, "a", "dead")
	uri := mustWrite(t, alive, origin, "a", "alive")
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	dead.root.Close()
	dead.lock.Close() // as the end of a process does

	next := New(dir)
	if text, err := read(t, alive, uri); text != "alive" || err != nil {
		t.Errorf("of the process that lives: %q, %v", text, err)
	}
	if left := onDisk(t, next); len(left) != 2 { // with the notes, which are nobody's
		t.Errorf("left are %v", left)
	}
	mustWrite(t, next, origin, "a", "next")
	for _, s := range []*Store{alive, next} {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if _, err := write(t.Context(), s, origin, "a", ""); !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left at the end: %v, %v", entries, err)
	}
}

func TestLimits(t *testing.T) {
	s := open(t)
	s.Configure(Limits{Execution: 2*fileBytes + 10, Total: 3*fileBytes + 15}, Namespaces{})
	mustWrite(t, s, origin, "a", "12345")
	if _, err := write(t.Context(), s, origin, "b", "123456"); !errors.Is(err, errFull) || !strings.Contains(err.Error(), "one execution may take 8202 bytes") {
		t.Errorf("over the limit of the execution: %v", err)
	}
	mustWrite(t, s, origin, "b", "12345")
	other := origin
	other.Execution = "other"
	mustWrite(t, s, other, "a", "12345")
	if _, err := write(t.Context(), s, other, "b", ""); !errors.Is(err, errFull) || !strings.Contains(err.Error(), "all executions may take 12303 bytes") {
		t.Errorf("over the limit of all: %v", err)
	}
	s.Forget(origin.Namespace, origin.Flow, origin.Execution)
	forgotten(s)
	mustWrite(t, s, other, "b", "")
	if left := onDisk(t, s); len(left) != 2 {
		t.Errorf("left are %v", left)
	}
}

// full is a file on a disk that is full.
type full struct{ writing }

func (full) Write([]byte) (int, error) {
	return 0, &fs.PathError{Op: "write", Path: "/x", Err: syscall.ENOSPC}
}

// A disk that is full fails the file that is written and nothing else.
func TestFullDisk(t *testing.T) {
	s := open(t)
	uri := mustWrite(t, s, origin, "a", "kept")
	before := s.usage.total
	f, err := s.Create(t.Context(), origin, "b")
	if err != nil {
		t.Fatal(err)
	}
	f.(*newFile).file = full{f.(*newFile).file}
	_, err = io.WriteString(f, "x")
	if want := "file b cannot be written: no space left on device"; err == nil || err.Error() != want {
		t.Errorf("write: %v, want %s", err, want)
	}
	if _, err := f.Commit(); err == nil {
		t.Error("a file of which a part is missing is committed")
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if text, err := read(t, s, uri); text != "kept" || err != nil || s.usage.total != before {
		t.Errorf("afterwards: %q, %v, %d bytes", text, err, s.usage.total)
	}
}

// A folder that cannot be made fails what is written, and reads find nothing.
func TestNoFolder(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{name, ""} {
		s := New(dir)
		if _, err := write(t.Context(), s, origin, "a", ""); err == nil || !strings.HasPrefix(err.Error(), "there is no place for files: ") {
			t.Errorf("in %q: write: %v", dir, err)
		}
		if _, err := s.Size(t.Context(), origin, "kestra:///n/f/executions/e/tasks/t/r/a"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("in %q: read: %v", dir, err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("in %q: close: %v", dir, err)
		}
	}
}

func BenchmarkWriteRead(b *testing.B) {
	for _, size := range []int{100, 1 << 20} {
		b.Run(fmt.Sprintf("%d bytes", size), func(b *testing.B) {
			s, text := open(b), strings.Repeat("x", size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if got, err := read(b, s, mustWrite(b, s, origin, "a", text)); len(got) != size || err != nil {
					b.Fatal(len(got), err)
				}
			}
		})
	}
}
