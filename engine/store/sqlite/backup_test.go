package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/store/storetest"
)

// TestBackup copies a store that is written meanwhile, and opens the copy. What was kept before is there and goes on.
func TestBackup(t *testing.T) {
	s := openEmpty(t, Options{})
	const before = 1000
	b := &execution.Batch{}
	for range before {
		st, _ := storetest.TwoTasks(3000)
		b.Accept = append(b.Accept, execution.Accept{State: st})
	}
	commit(t, s, b)
	stop := make(chan struct{})
	var writing sync.WaitGroup
	defer writing.Wait()
	writing.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			st, c := storetest.TwoTasks(3000)
			err := s.Commit(context.Background(), &execution.Batch{Accept: []execution.Accept{{State: st}}})
			old := b.Accept[i%before].State // which may be copied already
			if i < before {
				err = errors.Join(err, s.Commit(context.Background(), &execution.Batch{Write: []execution.Write{{ID: old.ID, Version: 1, Changes: c}}}))
			}
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	path := filepath.Join(t.TempDir(), "copy.db")
	size, err := s.Backup(t.Context(), path)
	close(stop)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() != size || info.Mode() != 0o600 {
		t.Errorf("the copy is %v, %v, not of %d bytes", info, err, size)
	}
	if _, err := s.Backup(t.Context(), path); !errors.Is(err, os.ErrExist) {
		t.Errorf("once more: %v", err)
	}
	restored := openUntended(t, path, Options{})
	ok := ""
	if err := restored.query(t.Context(), "PRAGMA integrity_check", nil, func(scan func(...any) error) error { return scan(&ok) }); err != nil || ok != "ok" {
		t.Errorf("the copy is broken: %s, %v", ok, err)
	}
	kept, err := restored.Stats(t.Context())
	if err != nil || kept.Executions < before {
		t.Errorf("the copy has %+v, %v", kept, err)
	}
	due, _, err := restored.Claim(t.Context(), int(kept.Executions), time.Now())
	if err != nil || int64(len(due)) != kept.Unfinished {
		t.Fatalf("%d of %d go on, %v", len(due), kept.Unfinished, err)
	}
	for _, st := range due {
		_, c := storetest.TwoTasks(10)
		commit(t, restored, &execution.Batch{Write: []execution.Write{{ID: st.ID, Version: st.Version, Changes: c}}})
	}
}

// TestBackupEnds ends backups before they are complete: nothing of them is left.
func TestBackupEnds(t *testing.T) {
	s := openEmpty(t, Options{})
	ended(t, s, execution.Success, time.Now(), 10*backupPages*4096)
	dir := t.TempDir()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, want := range map[string]error{"copy.db": context.Canceled, "none/copy.db": os.ErrNotExist} {
		if _, err := s.Backup(canceled, filepath.Join(dir, name)); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	result := make(chan error)
	go func() {
		for { // until it is closed, one backup after the other
			if _, err := s.Backup(context.Background(), filepath.Join(dir, "copy.db")); err != nil {
				result <- err
				return
			}
			_ = os.Remove(filepath.Join(dir, "copy.db"))
		}
	}()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-result; !errors.Is(err, execution.ErrClosed) {
		t.Errorf("a backup of a store that is closed: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}
