package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// keeping is a store of executions, as that of files sees it: those that are kept, and the task runs whose directories they need.
type keeping struct {
	mu   sync.Mutex
	kept map[string][]string
}

func (k *keeping) needs(_ context.Context, id string) (bool, func(string) bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	runs, ok := k.kept[id]
	if id == "broken" {
		return false, nil, errors.New("the disk is broken")
	}
	return ok, func(run string) bool { return slices.Contains(runs, run) }, nil
}

// outliving returns a store in dir whose files outlive it.
func outliving(t testing.TB, dir string, k *keeping) *Store {
	t.Helper()
	s := New(dir)
	if err := s.Outlive(t.Context(), "7a", k.needs); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// quiet waits until a store has looked at all that there is, and removed what is to go.
func quiet(s *Store) {
	if s.ended != nil {
		<-s.ended
	}
	forgotten(s)
}

func of(execution string) task.Origin {
	o := origin
	o.Execution = execution
	return o
}

// What was written is there when the store is opened again, and counts.
func TestOutlive(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files")
	k := &keeping{kept: map[string][]string{"a": nil, "b": {"7Run"}}}
	s := outliving(t, dir, k)
	uri := mustWrite(t, s, of("a"), "f", "text")
	shared := mustMake(t, s, of("b"))
	if err := errors.Join(shared.Take(fileBytes+4), shared.WriteFile("g", []byte("text"), 0o600)); err != nil {
		t.Fatal(err)
	}
	given, err := s.Create(t.Context(), of("a"), "half")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(given, "never committed"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	for range 2 {
		s = outliving(t, dir, k)
		if text, err := read(t, s, uri); text != "text" || err != nil {
			t.Errorf("a file of before: %q, %v", text, err)
		}
		again, err := s.OpenDirectory(t.Context(), of("b"))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := again.ReadFile("g"); string(text) != "text" || err != nil {
			t.Errorf("a file of a directory: %q, %v", text, err)
		}
		quiet(s)
		if want := int64(3*fileBytes + 8); s.usage.total != want {
			t.Errorf("counted are %d bytes, want %d", s.usage.total, want)
		}
		want := []string{"company.team/nightlyreport-2/a/tasks/write-it/7Run/f", "company.team/nightlyreport-2/b/directories/7Run/g"}
		if diff := cmp.Diff(want, onDisk(t, s)); diff != "" {
			t.Errorf("on disk (-want +got):\n%s", diff)
		}
		if err := errors.Join(again.Close(), s.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// Nothing is left of executions that are not kept, and of directories that nobody needs. What cannot be said stays.
func TestSweep(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files")
	k := &keeping{kept: map[string][]string{"kept": {"7Run"}}}
	s := outliving(t, dir, k)
	for _, id := range []string{"gone", "kept", "broken"} {
		mustWrite(t, s, of(id), "f", id)
		mustMake(t, s, of(id))
		ended := of(id)
		ended.Run = "ended"
		mustMake(t, s, ended)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = outliving(t, dir, k)
	quiet(s)
	const flow = "company.team/nightlyreport-2"
	for name, want := range map[string]bool{
		"gone": false, "kept": true, "kept/directories/7Run": true, "kept/directories/ended": false, "broken": true, "broken/directories/ended": true,
	} {
		if _, err := s.root.Stat(flow + "/" + name); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if want := int64(fileBytes*(2+3) + len("kept") + len("broken")); s.usage.total != want {
		t.Errorf("counted are %d bytes, want %d", s.usage.total, want)
	}
}

// An execution that is about to be accepted is not known to the store yet, but has files already: they stay.
func TestSweepSparesTheNew(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files")
	k := &keeping{kept: map[string][]string{"old": nil}}
	s := outliving(t, dir, k)
	mustWrite(t, s, of("old"), "f", "x")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = outliving(t, dir, k)
	s.endSweep()
	s.mu.Lock()
	s.active, s.at, s.usage.total = true, folder{}, 0 // as if it had not begun
	s.mu.Unlock()
	uri := mustWrite(t, s, of("new"), "f", "x")
	made := of("made")
	mustMake(t, s, made)
	s.sweep(t.Context(), s.root)
	quiet(s)
	if text, err := read(t, s, uri); text != "x" || err != nil {
		t.Errorf("its file: %q, %v", text, err)
	}
	if dir, err := s.OpenDirectory(t.Context(), made); err != nil {
		t.Error(err)
	} else {
		_ = dir.Close()
	}
	if want := int64(3*fileBytes + 2); s.usage.total != want {
		t.Errorf("counted are %d bytes, want %d", s.usage.total, want)
	}
}

// What an execution has of an earlier process counts at once when it goes on, and what all have soon after.
func TestLimitsOutlive(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files")
	k := &keeping{kept: map[string][]string{"a": nil, "b": nil}}
	s := outliving(t, dir, k)
	mustWrite(t, s, of("a"), "f", "12345")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = outliving(t, dir, k)
	s.Configure(Limits{Execution: 2*fileBytes + 5, Total: 3 * fileBytes}, Namespaces{})
	if _, err := write(t.Context(), s, of("a"), "g", "x"); !errors.Is(err, errFull) {
		t.Errorf("over the limit of the execution: %v", err)
	}
	quiet(s)
	mustWrite(t, s, of("b"), "f", "")
	if _, err := write(t.Context(), s, of("b"), "g", ""); !errors.Is(err, errFull) {
		t.Errorf("over the limit of all: %v", err)
	}
}

// The files of one store belong to one process.
func TestOutliveAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files")
	k := new(keeping)
	s := outliving(t, dir, k)
	mustWrite(t, s, origin, "f", "x")
	other := New(dir)
	if err := other.Outlive(t.Context(), "7a", k.needs); err == nil || !strings.Contains(err.Error(), "another process has the files in "+s.name) {
		t.Errorf("opened twice: %v", err)
	}
	second := New(dir)
	if err := second.Outlive(t.Context(), "8b", k.needs); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, second, origin, "f", "y")
	mustWrite(t, open(t), origin, "f", "z")
	if err := errors.Join(second.Close(), other.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if err := New(dir).Outlive(t.Context(), "..", k.needs); err == nil {
		t.Error("an id that leads out is taken")
	}
	if names, err := filepath.Glob(filepath.Join(dir, "store-*", "company.team")); len(names) != 2 || err != nil {
		t.Errorf("left are %v, %v", names, err)
	}
}

// Without a folder there are no files, but all else works.
func TestOutliveNowhere(t *testing.T) {
	s := outliving(t, "", new(keeping))
	if _, err := write(t.Context(), s, origin, "f", "x"); !errors.Is(err, errNoFolder) {
		t.Errorf("written: %v", err)
	}
	s.Forget(origin.Namespace, origin.Flow, origin.Execution)
	s.RemoveDirectory(origin)
	if _, err := s.Size(t.Context(), origin, "kestra:///n/f/executions/e/tasks/t/r/a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("read: %v", err)
	}
}

// TestCounting does whatever comes, and opens the store again now and then: what is counted is what there is.
func TestCounting(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		dir := t.TempDir()
		k := &keeping{kept: map[string][]string{}}
		open := func() *Store {
			s := outliving(t, dir, k)
			s.flush = func(task.Syncer) error { return nil }
			return s
		}
		s := open()
		number := 0
		ended := map[string]int{} // how many executions of a name were forgotten: ids come once
		for range rapid.IntRange(1, 40).Draw(r, "steps") {
			name := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(r, "execution")
			o := of(fmt.Sprint(name, ended[name]))
			o.Run = rapid.SampledFrom([]string{"1", "2"}).Draw(r, "run")
			number++
			file := fmt.Sprint(number)
			k.mu.Lock()
			k.kept[o.Execution] = []string{"1"}
			k.mu.Unlock()
			switch rapid.IntRange(0, 7).Draw(r, "what") {
			case 0, 1:
				mustWrite(t, s, o, rapid.SampledFrom([]string{"f", "g"}).Draw(r, "name"), strings.Repeat("x", number))
			case 2:
				d := mustMake(t, s, o)
				if err := errors.Join(d.Take(int64(fileBytes+len(file))), d.WriteFile(file, []byte(file), 0o600)); err != nil {
					r.Fatal(err)
				}
			case 3:
				s.RemoveDirectory(o)
			case 4:
				uris, err := s.List(t.Context(), o)
				if err != nil {
					r.Fatal(err)
				}
				for _, uri := range uris {
					if deleted, err := s.Delete(t.Context(), o, uri); !deleted || err != nil {
						r.Fatal(deleted, err)
					}
				}
			case 5:
				k.mu.Lock()
				delete(k.kept, o.Execution)
				k.mu.Unlock()
				s.Forget(o.Namespace, o.Flow, o.Execution)
				ended[name]++
			case 6:
				quiet(s)
				s.mu.Lock()
				s.usage.drop(0)
				s.mu.Unlock()
			case 7:
				if err := s.Close(); err != nil {
					r.Fatal(err)
				}
				s = open()
			}
		}
		quiet(s)
		var there int64
		if s.root != nil {
			for _, id := range names(s.root, "company.team/nightlyreport-2") {
				x, err := count(s.root, folderOf(of(id)))
				if err != nil {
					r.Fatal(err)
				}
				there += x.bytes
			}
		}
		if s.usage.total != there {
			r.Errorf("counted are %d bytes, there are %d", s.usage.total, there)
		}
		if err := s.Close(); err != nil {
			r.Fatal(err)
		}
	})
}
