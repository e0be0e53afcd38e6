package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// errEnough ends the reading of rows.
var errEnough = errors.New("enough rows")

// query reads rows, each by f.
func (s *Store) query(ctx context.Context, query string, args []any, f func(scan func(...any) error) error) error {
	if !s.begin() {
		return execution.ErrClosed
	}
	defer s.end()
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err == nil {
		err = eachRow(rows, f)
	}
	return readFailure(err)
}

// readFailure makes an error of the database a failure; others, as of the context, stay what they are.
func readFailure(err error) error {
	if resultCode(err) == 0 {
		return err
	}
	return asFailure(err)
}

// Load implements [execution.Store].
func (s *Store) Load(ctx context.Context, id string) (st *execution.State, err error) {
	if !s.begin() {
		return nil, execution.ErrClosed
	}
	defer s.end()
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}) // its rows are of one time
	if err != nil {
		return nil, readFailure(err)
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	st, err = load(ctx, tx, id)
	return st, readFailure(err)
}

func load(ctx context.Context, tx *sql.Tx, id string) (*execution.State, error) {
	const query = `SELECT e.seq, e.version, coalesce(e.start, s.data), e.head, e.runs, e.spread
		FROM execution e LEFT JOIN start s ON s.execution = e.seq WHERE e.id = ?`
	st := new(execution.State)
	var seq int64
	var start, head, runs []byte
	var spread bool
	switch err := tx.QueryRowContext(ctx, query, id).Scan(&seq, &st.Version, &start, &head, &runs, &spread); {
	case errors.Is(err, sql.ErrNoRows):
		return nil, notFound(id)
	case err != nil:
		return nil, err
	}
	if err := errors.Join(decodeStart(start, &st.Start), decodeHead(head, &st.Head)); err != nil {
		return nil, err
	}
	rows, err := splitRuns(runs)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if err := decodeRow(st, r.row, r.data); err != nil {
			return nil, err
		}
	}
	if !spread {
		return st, nil
	}
	found, err := tx.QueryContext(ctx, "SELECT row, data FROM run WHERE execution = ? ORDER BY row", seq)
	if err != nil {
		return nil, err
	}
	err = eachRow(found, func(scan func(...any) error) error {
		var row int32
		var data sql.RawBytes
		if err := scan(&row, &data); err != nil {
			return err
		}
		return decodeRow(st, row, data)
	})
	return st, err
}

// rowBytes is about what an execution takes beside its texts, in its row and in indexes.
const rowBytes = 300

// bytesOf is the size of an execution e, whose start may be in s.
var bytesOf = fmt.Sprint(rowBytes) + ` + length(coalesce(e.start, s.data)) + length(e.head) + length(e.runs) + e.line_bytes
	+ CASE WHEN e.spread THEN (SELECT coalesce(sum(length(data)), 0) FROM run WHERE execution = e.seq) ELSE 0 END
	+ (SELECT coalesce(sum(length(data)), 0) FROM value WHERE execution = e.id)`
