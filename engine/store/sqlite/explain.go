package sqlite

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

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
