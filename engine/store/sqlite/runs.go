package sqlite

import (
	"encoding/binary"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/store/packing"
)

// Task runs within the row of their execution stand one after the other, each as its row, the length of its text, and the text.

// The limits up to which task runs are within the row of their execution: it is written as a whole with each change.
const (
	inlineRuns  = 16
	inlineBytes = 8 << 10
)

// joinRuns returns task runs as the row of an execution has them; nil if they are too many or too large for that.
func joinRuns(rows []encodedRow) []byte {
	size := 0
	for _, r := range rows {
		size += len(r.data) + 2*binary.MaxVarintLen32
	}
	if len(rows) > inlineRuns || size > inlineBytes {
		return nil
	}
	joined := make([]byte, 0, size)
	for _, r := range rows {
		joined = binary.AppendUvarint(joined, uint64(r.row))
		joined = binary.AppendUvarint(joined, uint64(len(r.data)))
		joined = append(joined, r.data...)
	}
	return joined
}

// splitRuns undoes joinRuns.
func splitRuns(joined []byte) (rows []encodedRow, err error) {
	for len(joined) > 0 {
		row, n := binary.Uvarint(joined)
		if n <= 0 || row > maxRow {
			return nil, packing.ErrBroken
		}
		size, m := binary.Uvarint(joined[n:])
		if m <= 0 || size > uint64(len(joined)-n-m) {
			return nil, packing.ErrBroken
		}
		end := n + m + int(size)
		rows = append(rows, encodedRow{int32(row), joined[n+m : end]})
		joined = joined[end:]
	}
	return rows, nil
}

// mergeRuns puts changed task runs where those of e are. Those that have become too many or too large move into their own table.
func (w *writer) mergeRuns(e *entry, rows []encodedRow) error {
	if len(rows) == 0 {
		return nil
	}
	if !e.spread {
		all, err := splitRuns(e.runs)
		if err != nil {
			return &failure{err}
		}
		for _, r := range rows {
			if i := slices.IndexFunc(all, func(other encodedRow) bool { return other.row == r.row }); i >= 0 {
				all[i] = r
			} else {
				all = append(all, r)
			}
		}
		if joined := joinRuns(all); joined != nil {
			e.runs = joined
			return nil
		}
		rows = all
		e.runs, e.spread = notNull(nil), true
	}
	return w.putRuns(e, rows)
}

func (w *writer) putRuns(e *entry, rows []encodedRow) error {
	for _, r := range rows {
		_, err := w.exec("INSERT INTO run (execution, row, data) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET data = excluded.data", e.seq, r.row, r.data)
		if err != nil {
			return err
		}
	}
	return nil
}
