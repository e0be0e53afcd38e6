package sqlite

import (
	"errors"
	"fmt"
	"slices"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// failure is an error of the database. The transaction that it happens in changes nothing.
type failure struct{ err error }

func (f *failure) Error() string { return "the store has failed: " + f.err.Error() }

func (f *failure) Unwrap() error { return f.err }

// Is makes it [execution.ErrUnavailable] when that is all that is wrong.
func (f *failure) Is(target error) bool {
	return target == execution.ErrUnavailable && unavailable(f.err)
}

func asFailure(err error) error {
	if _, is := errors.AsType[*failure](err); is || err == nil {
		return err
	}
	return &failure{err}
}

// unavailable reports whether the disk is the reason of an error of the database, or somebody who holds it, rather than what was
// written or what is in the file.
func unavailable(err error) bool {
	return errors.Is(err, errGone) || slices.Contains([]int{
		sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM,
		sqlite3.SQLITE_BUSY, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL,
	}, resultCode(err))
}

// explain says what can be done about a file that cannot be opened.
func explain(err error) error {
	switch resultCode(err) {
	case sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("the file is no database, or is damaged: move it away, or restore a backup: %w", err)
	case sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("the file is damaged: restore a backup, or move it away with its -wal: %w", err)
	default:
		return err
	}
}

// resultCode is the primary one of an error of SQLite; 0 for any other error.
func resultCode(err error) int {
	if failed, ok := errors.AsType[*sqlite.Error](err); ok {
		return failed.Code() & 0xff
	}
	return 0
}
