package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/store/storetest"
)

// openFaulty opens a store on the faulty disk.
func openFaulty(t *testing.T) *Store {
	t.Helper()
	disk.register(t)
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "kestra", "kestra.db"), Options{vfs: faulty})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		disk.mend()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// commits returns what a test commits: executions with so much text that SQLite writes back its log as well, and their ends.
func commits() []*execution.Batch {
	var batches []*execution.Batch
	for range 2 {
		st, changes := storetest.TwoTasks(9 << 18)
		batches = append(batches, &execution.Batch{Accept: []execution.Accept{{State: st}}},
			&execution.Batch{Write: []execution.Write{{ID: st.ID, Version: 1, Changes: changes}}})
	}
	return batches
}

// TestFaults lets each single thing that commits ask of the disk fail, for once or from then on. What is not kept can be asked again,
// and goes well when the disk does; nothing that was kept is lost.
func TestFaults(t *testing.T) {
	for _, f := range []*fault{
		{op: writing, code: sqlite3.SQLITE_FULL, once: true},
		{op: writing, code: sqlite3.SQLITE_IOERR_WRITE},
		{op: syncing, code: sqlite3.SQLITE_IOERR_FSYNC, once: true},
		{op: syncing, code: sqlite3.SQLITE_IOERR_FSYNC},
	} {
		t.Run(fmt.Sprintf("%s/%d/once=%t", f.op, f.code, f.once), func(t *testing.T) {
			failed := 0
			for n := int64(0); ; n = 2*n + 1 {
				now := &fault{op: f.op, code: f.code, after: n, once: f.once}
				failed += commitWith(t, now)
				if !now.met() {
					break
				}
			}
			if failed == 0 {
				t.Error("no commit has failed")
			}
		})
	}
}

// commitWith commits to a new store while something is wrong with the disk, and returns how many commits have failed.
func commitWith(t *testing.T, f *fault) (failed int) {
	t.Helper()
	s := openFaulty(t)
	disk.shatter(t, f)
	for i, b := range commits() {
		err := s.Commit(t.Context(), b)
		if err == nil {
			continue
		}
		failed++
		if !errors.Is(err, execution.ErrUnavailable) {
			t.Errorf("commit %d: %v", i, err)
		}
		disk.mend()
		if err := s.Commit(t.Context(), b); err != nil {
			t.Errorf("commit %d once more: %v", i, err)
		}
		if !f.once {
			disk.shatter(t, f)
		}
	}
	disk.mend()
	after := harness.Crash(t, fileStore{s, s.path})
	defer func() {
		if err := after.Close(); err != nil {
			t.Error(err)
		}
	}()
	found, _, err := after.List(t.Context(), execution.Query{Statuses: []execution.Status{execution.Success}})
	if err != nil || len(found) != 2 {
		t.Errorf("after %+v there are %d executions that have ended, want 2 (%v)", f, len(found), err)
	}
	return failed
}

// TestFaultsOfGroups lets the disk fail now and then under commits that share transactions. Each caller learns what has become of its
// own one.
func TestFaultsOfGroups(t *testing.T) {
	s := openFaulty(t)
	var accepted, failed atomic.Int64
	var callers sync.WaitGroup
	for caller := range 16 {
		callers.Go(func() {
			for n := range 20 {
				st, _ := storetest.TwoTasks(100)
				b := &execution.Batch{Accept: []execution.Accept{{State: st}}}
				if (caller+n)%4 == 0 {
					disk.shatter(t, &fault{op: []operation{writing, syncing}[n%2], code: sqlite3.SQLITE_IOERR})
				}
				for {
					err := s.Commit(t.Context(), b)
					if err == nil {
						accepted.Add(1)
						break
					}
					failed.Add(1)
					if _, there := s.Load(t.Context(), st.ID); !errors.Is(err, execution.ErrUnavailable) || !errors.Is(there, execution.ErrNotFound) {
						t.Errorf("commit: %v; load: %v", err, there)
						return
					}
					disk.mend()
				}
			}
		})
	}
	callers.Wait()
	disk.mend()
	after := harness.Crash(t, fileStore{s, s.path})
	defer func() {
		if err := after.Close(); err != nil {
			t.Error(err)
		}
	}()
	found, _, err := after.List(t.Context(), execution.Query{Limit: 1000})
	if err != nil || int64(len(found)) != accepted.Load() || accepted.Load() != 16*20 || failed.Load() == 0 {
		t.Errorf("%d accepted, %d times not; after a crash there are %d (%v)", accepted.Load(), failed.Load(), len(found), err)
	}
}

// TestGone moves the files of a store that is open. What is written then would be found by nobody.
func TestGone(t *testing.T) {
	s := openFile(t, filepath.Join(t.TempDir(), "kestra", "kestra.db")).(fileStore)
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	accept := func() error {
		st, _ := storetest.TwoTasks(100)
		return s.Commit(t.Context(), &execution.Batch{Accept: []execution.Accept{{State: st}}})
	}
	for _, name := range []string{s.path, s.path + walSuffix, filepath.Dir(s.path)} {
		away := name + ".away"
		if err := os.Rename(name, away); err != nil {
			t.Fatal(err)
		}
		if err := accept(); !errors.Is(err, execution.ErrUnavailable) || !errors.Is(err, errGone) {
			t.Errorf("without %s: %v", name, err)
		}
		if _, err := s.Stats(t.Context()); (name == s.path+walSuffix) != (err == nil) || err != nil && !errors.Is(err, errGone) {
			t.Errorf("stats without %s: %v", name, err)
		}
		if _, err := os.Stat(name); err == nil {
			t.Errorf("%s was made anew", name)
		}
		if err := os.Rename(away, name); err != nil {
			t.Fatal(err)
		}
		if err := accept(); err != nil {
			t.Errorf("with %s back: %v", name, err)
		}
	}
}

// keepOne keeps an execution that has ended, among others, and opens the store anew, so that no page of it is in memory.
func keepOne(t *testing.T, o Options) (s *Store, id string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kestra", "kestra.db")
	for range 2 {
		var err error
		if s, err = Open(t.Context(), path, o); err != nil {
			t.Fatal(err)
		}
		if id != "" {
			break
		}
		for range 200 {
			st, changes := storetest.TwoTasks(1000)
			execution.Apply(st, changes)
			if err := s.Commit(t.Context(), &execution.Batch{Accept: []execution.Accept{{State: st}}}); err != nil {
				t.Fatal(err)
			}
			id = st.ID
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		disk.mend()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, id
}

// TestUnreadable lets the disk give back nothing for a while.
func TestUnreadable(t *testing.T) {
	disk.register(t)
	s, id := keepOne(t, Options{vfs: faulty})
	disk.shatter(t, &fault{op: reading, code: sqlite3.SQLITE_IOERR_READ})
	if _, err := s.Load(t.Context(), id); resultCode(err) != sqlite3.SQLITE_IOERR {
		t.Errorf("load: %v", err)
	}
	if _, err := s.Delete(t.Context(), []string{id}); !errors.Is(err, execution.ErrUnavailable) {
		t.Errorf("delete: %v", err)
	}
	disk.mend()
	if _, err := s.Load(t.Context(), id); err != nil {
		t.Error(err)
	}
	if deleted, err := s.Delete(t.Context(), []string{id}); deleted != 1 || err != nil {
		t.Errorf("%d deleted (%v)", deleted, err)
	}
}

// TestDamaged fills a page of a file that is open with something else. What meets it fails for good, and the rest goes on.
func TestDamaged(t *testing.T) {
	s, id := keepOne(t, Options{})
	data, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	overwrite(t, s.path, int64(bytes.LastIndex(data, []byte(id))/page*page), "damaged")
	if _, err := s.Load(t.Context(), id); resultCode(err) != sqlite3.SQLITE_CORRUPT {
		t.Errorf("load: %v", err)
	}
	if _, err := s.Delete(t.Context(), []string{id}); resultCode(err) != sqlite3.SQLITE_CORRUPT || errors.Is(err, execution.ErrUnavailable) {
		t.Errorf("delete: %v", err)
	}
	if _, err := s.PutFlow(t.Context(), execution.FlowSource{Namespace: "a.b", ID: "f", Source: []byte("s")}); err != nil {
		t.Errorf("write elsewhere: %v", err)
	}
}
