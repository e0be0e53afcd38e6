package sqlite

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// entryLog is what the row of an execution says of its log.
type entryLog struct {
	last   int64  // the number of the last line
	bytes  int    // the size of all
	inline []byte // the first ones, see lines.go; nil: they are rows of their own, all of them
}

// number gives lines that come to the log of an execution their numbers, and adds them to its row if there they are small enough. Else
// they are to be put apart: see [writer.putLines]. The numbers grow from execution to execution, and over restarts too: they follow the
// clock, as long as that does not go back.
func (w *writer) number(e *entry, l *encodedLines) (apart bool) {
	if l == nil {
		return false
	}
	w.line = max(w.line, e.log.last, time.Now().UnixNano())
	l.text.first = w.line + 1
	w.line += int64(l.count)
	e.log.last = w.line
	full := len(e.log.inline)+len(l.text.data)+2*binary.MaxVarintLen64 > min(inlineLines, w.store.options.LineBytes)
	if full || e.log.bytes > len(e.log.inline) { // some are apart already, and come before these
		e.log.bytes += len(l.text.data)
		return true
	}
	e.log.inline = appendLines(e.log.inline, l.text)
	e.log.bytes = len(e.log.inline)
	return false
}

// putLines keeps numbered lines of an execution in a row of their own. When it has too many, its oldest go.
func (w *writer) putLines(e *entry, l *encodedLines) error {
	_, err := w.exec("INSERT INTO line (execution, first, count, data) VALUES (?, ?, ?, ?)", e.seq, l.text.first, l.count, l.text.data)
	for err == nil && e.log.bytes > w.store.options.LineBytes {
		var gone bool
		if gone, err = w.dropLines(e, l.text.first); !gone {
			break
		}
	}
	return err
}

// addLines adds lines to an execution whose row is written after that.
func (w *writer) addLines(e *entry, l *encodedLines) error {
	if !w.number(e, l) {
		return nil
	}
	return w.putLines(e, l)
}

// log keeps lines of an execution of which nothing else is written.
func (w *writer) log(l *encodedLines) error {
	e, err := w.entry(l.execution)
	if err != nil {
		return err
	}
	if err := w.addLines(e, l); err != nil {
		return err
	}
	return w.updateLog(e)
}

func (w *writer) updateLog(e *entry) error {
	_, err := w.exec("UPDATE execution SET line = ?, line_bytes = ?, lines = ? WHERE seq = ?", e.log.last, e.log.bytes, e.log.inline, e.seq)
	return err
}

// dropLines drops the oldest lines of an execution, those in its row or those of a commit that is not the present one, and reports
// whether there were some.
func (w *writer) dropLines(e *entry, present int64) (bool, error) {
	oldest, err := splitLines(e.log.inline)
	if err != nil {
		return false, &failure{err}
	}
	e.log.bytes -= len(e.log.inline)
	e.log.inline = nil
	if len(oldest) == 0 {
		var k keptLines
		found, err := w.row("SELECT first, data FROM line WHERE execution = ? AND first < ? ORDER BY first LIMIT 1", []any{e.seq, present}, &k.first, &k.data)
		if !found {
			return false, err
		}
		if _, err := w.exec("DELETE FROM line WHERE execution = ? AND first = ?", e.seq, k.first); err != nil {
			return false, err
		}
		e.log.bytes -= len(k.data)
		oldest = []keptLines{k}
	}
	for _, k := range oldest {
		lines, err := k.decode(e.id)
		if err != nil {
			return false, &failure{err}
		}
		last := lines[len(lines)-1]
		_, err = w.exec(`INSERT INTO line_gone (execution, count, last, at) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET count = count + excluded.count, last = excluded.last, at = excluded.at`, e.seq, len(lines), last.Seq, last.At.UnixNano())
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// Logs implements [execution.Store].
func (s *Store) Logs(ctx context.Context, id string, after int64, limit int) (found []execution.LogLine, err error) {
	const gone = `SELECT g.count, g.last, g.at FROM line_gone g JOIN execution e ON e.seq = g.execution WHERE e.id = ? AND g.last > ?`
	err = s.query(ctx, gone, []any{id, after}, func(scan func(...any) error) error {
		var count, at int64
		l := execution.LogLine{Execution: id, Level: "WARN"}
		if err := scan(&count, &l.Seq, &at); err != nil || limit <= 0 {
			return err
		}
		l.At, l.Message = time.Unix(0, at).UTC(), fmt.Sprintf("%d earlier lines are left out", count)
		found = append(found, l)
		return nil
	})
	if err != nil {
		return nil, err
	}
	const lines = `SELECT 0 AS first, lines FROM execution WHERE id = ?1 AND lines IS NOT NULL
		UNION ALL SELECT l.first, l.data FROM line l JOIN execution e ON e.seq = l.execution WHERE e.id = ?1 AND l.first + l.count > ?2 ORDER BY 1`
	err = s.query(ctx, lines, []any{id, after}, func(scan func(...any) error) error {
		var k keptLines
		if len(found) >= limit {
			return errEnough
		}
		if err := scan(&k.first, &k.data); err != nil {
			return err
		}
		parts, err := k.parts()
		if err != nil {
			return err
		}
		for _, part := range parts {
			kept, err := part.decode(id)
			if err != nil {
				return err
			}
			for _, l := range kept {
				if l.Seq > after && len(found) < limit {
					found = append(found, l)
				}
			}
		}
		return nil
	})
	if err == errEnough { //nolint:errorlint // it comes from here
		err = nil
	}
	return found, err
}
