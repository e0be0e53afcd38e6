package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// Log lines that one commit adds to an execution are one row.

// keptLine is a log line without its execution.
type keptLine struct {
	Seq     int64     `json:"seq"`
	Run     string    `json:"run,omitempty"`
	Task    string    `json:"task,omitempty"`
	Attempt int32     `json:"attempt,omitempty"`
	Level   string    `json:"level"`
	At      time.Time `json:"at"`
	Message string    `json:"message"`
}

// log keeps lines. When an execution has too many, its oldest go.
func (w *writer) log(lines []execution.LogLine) error {
	for len(lines) > 0 {
		id, n := lines[0].Execution, 1
		for n < len(lines) && lines[n].Execution == id {
			n++
		}
		if err := w.logOf(id, lines[:n]); err != nil {
			return err
		}
		lines = lines[n:]
	}
	return nil
}

// logOf keeps lines of one execution. Their numbers grow from execution to execution, and over restarts too: they follow the clock, as
// long as that does not go back.
func (w *writer) logOf(id string, lines []execution.LogLine) error {
	var seq, last int64
	var bytes int
	if _, err := w.row("SELECT seq, line, line_bytes FROM execution WHERE id = ?", []any{id}, &seq, &last, &bytes); err != nil {
		return err
	}
	w.line = max(w.line, last, time.Now().UnixNano())
	kept := make([]keptLine, len(lines))
	for i := range lines {
		l := &lines[i]
		w.line++
		kept[i] = keptLine{w.line, l.Run, l.Task, l.Attempt, l.Level, l.At, l.Message}
	}
	data, err := json.Marshal(kept)
	if err != nil {
		return &failure{err}
	}
	if _, err := w.exec("INSERT INTO line (execution, first, count, data) VALUES (?, ?, ?, ?)", seq, kept[0].Seq, len(kept), data); err != nil {
		return err
	}
	bytes += len(data)
	for bytes > w.store.options.LineBytes {
		gone, err := w.dropLines(seq, kept[0].Seq)
		if err != nil {
			return err
		}
		if gone == 0 {
			break
		}
		bytes -= gone
	}
	_, err = w.exec("UPDATE execution SET line = ?, line_bytes = ? WHERE seq = ?", w.line, bytes, seq)
	return err
}

// dropLines drops the oldest lines of an execution that one commit has added, if that is not the present one, and returns their size.
func (w *writer) dropLines(seq, present int64) (bytes int, err error) {
	var first int64
	var data []byte
	found, err := w.row("SELECT first, data FROM line WHERE execution = ? AND first < ? ORDER BY first LIMIT 1", []any{seq, present}, &first, &data)
	if !found {
		return 0, err
	}
	var lines []keptLine
	if err := json.Unmarshal(data, &lines); err != nil {
		return 0, &failure{err}
	}
	last := lines[len(lines)-1]
	if _, err := w.exec("DELETE FROM line WHERE execution = ? AND first = ?", seq, first); err != nil {
		return 0, err
	}
	_, err = w.exec(`INSERT INTO line_gone (execution, count, last, at) VALUES (?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET count = count + excluded.count, last = excluded.last, at = excluded.at`, seq, len(lines), last.Seq, last.At.UnixNano())
	return len(data), err
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
	const lines = `SELECT l.data FROM line l JOIN execution e ON e.seq = l.execution WHERE e.id = ? AND l.first + l.count > ? ORDER BY l.first`
	err = s.query(ctx, lines, []any{id, after}, func(scan func(...any) error) error {
		var data []byte
		var kept []keptLine
		if len(found) >= limit {
			return errEnough
		}
		if err := scan(&data); err != nil {
			return err
		}
		if err := json.Unmarshal(data, &kept); err != nil {
			return err
		}
		for _, l := range kept {
			if l.Seq > after && len(found) < limit {
				found = append(found, execution.LogLine{
					Execution: id, Seq: l.Seq, Run: l.Run, Task: l.Task, Attempt: l.Attempt, Level: l.Level, At: l.At, Message: l.Message,
				})
			}
		}
		return nil
	})
	if err == errEnough { //nolint:errorlint // it comes from here
		err = nil
	}
	return found, err
}
