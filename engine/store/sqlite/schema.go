package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// migrations are what makes a file of one version one of the next. Version 0 is an empty file. They never change once they were released.
var migrations = []string{
	`CREATE TABLE execution (
		seq INTEGER PRIMARY KEY, -- in the order of acceptance
		id TEXT NOT NULL UNIQUE,
		namespace TEXT NOT NULL,
		flow TEXT NOT NULL,
		status TEXT NOT NULL,
		over INTEGER NOT NULL,
		version INTEGER NOT NULL,
		parked INTEGER NOT NULL,
		wake INTEGER,            -- of a parked one: nanoseconds since 1970, 0: at once; NULL: not by itself
		place TEXT,              -- of a parked one: the key of the place that it waits for
		ended INTEGER,           -- nanoseconds since 1970; NULL: it goes on
		spread INTEGER NOT NULL, -- 1: the task runs are in their own table
		refs INTEGER NOT NULL,   -- 1: it names values that are in their own table, or did
		line INTEGER NOT NULL,   -- the number of the last log line
		line_bytes INTEGER NOT NULL,
		-- what is large comes last: what comes before it is read without it
		start BLOB,              -- NULL: in its own table
		head BLOB NOT NULL,
		runs BLOB NOT NULL       -- task runs, see runs.go
	) STRICT;
	CREATE INDEX execution_due ON execution (wake, seq) WHERE wake IS NOT NULL;
	CREATE INDEX execution_waiting ON execution (place, seq) WHERE place IS NOT NULL;
	CREATE INDEX execution_unfinished ON execution (seq) WHERE NOT over;
	CREATE INDEX execution_flow ON execution (namespace, flow, seq);
	CREATE INDEX execution_ended ON execution (status, ended) WHERE ended IS NOT NULL;
	CREATE TABLE start (execution INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
	CREATE TABLE run (execution INTEGER, row INTEGER, data BLOB NOT NULL, PRIMARY KEY (execution, row)) STRICT, WITHOUT ROWID;
	CREATE TABLE line (execution INTEGER, first INTEGER, count INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (execution, first)) STRICT, WITHOUT ROWID;
	CREATE TABLE line_gone (execution INTEGER PRIMARY KEY, count INTEGER NOT NULL, last INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
	CREATE TABLE signal (seq INTEGER PRIMARY KEY AUTOINCREMENT, execution INTEGER NOT NULL, id TEXT NOT NULL, data BLOB NOT NULL, UNIQUE (execution, id)) STRICT;
	CREATE TABLE delivery (key BLOB PRIMARY KEY, execution TEXT NOT NULL, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
	CREATE INDEX delivery_expires ON delivery (expires);
	CREATE TABLE place (key TEXT PRIMARY KEY, taken INTEGER NOT NULL) STRICT, WITHOUT ROWID;
	CREATE TABLE pair (namespace TEXT, key TEXT, type TEXT NOT NULL, value BLOB, description TEXT NOT NULL, expires INTEGER, updated INTEGER, PRIMARY KEY (namespace, key)) STRICT, WITHOUT ROWID;
	CREATE INDEX pair_expires ON pair (expires) WHERE expires IS NOT NULL;
	CREATE TABLE trigger_state (namespace TEXT, flow TEXT, trigger_id TEXT, hash BLOB, PRIMARY KEY (namespace, flow, trigger_id, hash)) STRICT, WITHOUT ROWID;
	CREATE TABLE flow (namespace TEXT, id TEXT, revision INTEGER, hash BLOB NOT NULL, source BLOB NOT NULL, PRIMARY KEY (namespace, id, revision)) STRICT, WITHOUT ROWID;
	CREATE TABLE value (ref INTEGER PRIMARY KEY AUTOINCREMENT, execution TEXT NOT NULL, data BLOB NOT NULL) STRICT;
	CREATE INDEX value_execution ON value (execution);
	-- values whose execution is not accepted yet
	CREATE TABLE early (value INTEGER PRIMARY KEY, execution TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
	CREATE INDEX early_execution ON early (execution);
	-- executions that were dropped, of which there are still rows in other tables; of values those up to one
	CREATE TABLE gone (id TEXT, execution INTEGER, value INTEGER NOT NULL, PRIMARY KEY (id, execution)) STRICT, WITHOUT ROWID;

	CREATE TABLE identity (id TEXT NOT NULL) STRICT; -- by which what belongs to the store is known outside of it
	INSERT INTO identity (id) VALUES (lower(hex(randomblob(16))));`,

	// the first log lines, see lines.go; NULL: all are in their own table
	`ALTER TABLE execution ADD COLUMN lines BLOB`,

	// of the store; NULL: not made yet, see identity.go
	`ALTER TABLE identity ADD COLUMN secret BLOB`,
}

// applicationID marks a file as one of this program: "KEST".
const applicationID = 0x4b455354

// errForeign is why a database is not opened that has other tables: nobody wants ours among them.
var errForeign = errors.New("the file is the database of another program")

// migrate brings the file to the version of this program, in one transaction.
func migrate(ctx context.Context, db *sql.Conn) error {
	var version, application, tables int
	const query = "SELECT (SELECT user_version FROM pragma_user_version), (SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)"
	if err := db.QueryRowContext(ctx, query).Scan(&version, &application, &tables); err != nil {
		return err
	}
	switch {
	case application != applicationID && (application != 0 || version != 0 || tables != 0):
		return errForeign
	case version > len(migrations):
		return fmt.Errorf("the file has version %d, and this program knows versions up to %d: it was written by a newer one, so run that, or restore a backup of before", version, len(migrations))
	}
	pragmas := "PRAGMA journal_mode = WAL" // not sooner: it changes the file
	if tables == 0 {
		pragmas = "PRAGMA auto_vacuum = INCREMENTAL; " + pragmas // not later: see [writer.shrink]
	}
	if _, err := db.ExecContext(ctx, pragmas); err != nil {
		return err
	}
	if version == len(migrations) {
		return nil
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // without effect after the commit
	for n, migration := range migrations[version:] {
		if _, err := tx.ExecContext(ctx, migration); err != nil {
			return fmt.Errorf("from version %d to the next: %w", version+n, err)
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, len(migrations))); err != nil {
		return err
	}
	return tx.Commit()
}
