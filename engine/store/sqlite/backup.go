package sqlite

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// backupPages is how many pages are copied at once: those who write wait for that.
const backupPages = 128

// Backup copies the store into a file, which must not be there, and returns its size. The copy is of one moment, the end of the backup.
// It is made a little at a time by the connection that writes, to whose changes of what is already copied SQLite sees itself: so it needs
// no reader, for whom the log would have to grow, and does not begin anew with each change.
func (s *Store) Backup(ctx context.Context, path string) (bytes int64, err error) {
	if !s.begin() {
		return 0, execution.ErrClosed
	}
	defer s.end()
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, fmt.Errorf("backup: %w", err)
	}
	defer func() {
		if closed := file.Close(); err == nil {
			err = closed
		}
		if err != nil {
			err = fmt.Errorf("backup to %s: %w", path, errors.Join(err, os.Remove(path)))
		}
	}()
	if err := s.copyTo(ctx, path); err != nil {
		return 0, err
	}
	if err := file.Sync(); err != nil {
		return 0, err
	}
	if dir, err := os.Open(filepath.Dir(path)); err == nil { // so that the file has its name after a power cut; not all systems can
		_ = dir.Sync()
		_ = dir.Close()
	}
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (s *Store) copyTo(ctx context.Context, path string) (err error) {
	var b *sqlite.Backup
	if err := s.apart(func(w *writer) (err error) { b, err = w.newBackup(path); return err }); err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, s.apart(func(*writer) error { return b.Finish() }))
	}()
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		select {
		case <-s.closing:
			return execution.ErrClosed
		default:
		}
		if err := s.apart(func(*writer) (err error) { more, err = b.Step(backupPages); return err }); err != nil {
			return err
		}
	}
	return nil
}

// newBackup begins a copy. What it writes is brought to the disk at the end.
func (w *writer) newBackup(path string) (b *sqlite.Backup, err error) {
	name := fileName(path, url.Values{"_pragma": {"journal_mode(OFF)", "synchronous(OFF)"}})
	err = w.conn.Raw(func(conn any) (err error) {
		b, err = conn.(interface {
			NewBackup(to string) (*sqlite.Backup, error)
		}).NewBackup(name)
		return err
	})
	return b, err
}
