package sqlite

import (
	"context"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// DeleteLogs implements [execution.Store].
func (s *Store) DeleteLogs(ctx context.Context, id string, f execution.LogFilter) (deleted int, err error) {
	err = s.write(ctx, func(w *writer) error {
		deleted = 0
		e, err := w.entry(id)
		if err != nil || e == nil {
			return err
		}
		deleted, err = w.deleteLogs(e, &f)
		return err
	})
	return deleted, err
}

func (w *writer) deleteLogs(e *entry, f *execution.LogFilter) (deleted int, err error) {
	parts, err := splitLines(e.log.inline)
	if err != nil {
		return 0, &failure{err}
	}
	var inline []byte
	for _, before := range parts {
		after, gone, err := before.without(e.id, f)
		if err != nil {
			return 0, &failure{err}
		}
		if deleted += gone; after.data != nil {
			inline = appendLines(inline, after)
		}
	}
	e.log.bytes += len(inline) - len(e.log.inline)
	e.log.inline = inline

	var apart []keptLines
	err = w.rows("SELECT first, data FROM line WHERE execution = ?", []any{e.seq}, func(scan func(...any) error) error {
		var k keptLines
		err := scan(&k.first, &k.data)
		apart = append(apart, k)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, before := range apart {
		after, gone, err := before.without(e.id, f)
		switch {
		case err != nil:
			return 0, &failure{err}
		case gone == 0:
			continue
		case after.data == nil:
			_, err = w.exec("DELETE FROM line WHERE execution = ? AND first = ?", e.seq, before.first)
		default:
			_, err = w.exec("UPDATE line SET data = ? WHERE execution = ? AND first = ?", after.data, e.seq, before.first) // its count stays: up to which number they go
		}
		if err != nil {
			return 0, err
		}
		deleted += gone
		e.log.bytes -= len(before.data) - len(after.data)
	}
	if deleted > 0 {
		err = w.updateLog(e)
	}
	return deleted, err
}

// without returns the lines that a filter does not have, and how many others there are. When none is left there are no data.
func (k keptLines) without(id string, f *execution.LogFilter) (left keptLines, gone int, err error) {
	lines, err := k.decode(id)
	if err != nil {
		return k, 0, err
	}
	before := len(lines)
	lines = slices.DeleteFunc(lines, func(l execution.LogLine) bool { return f.Has(&l) })
	switch len(lines) {
	case before:
		return k, 0, nil
	case 0:
		return keptLines{first: k.first}, before, nil
	}
	return encodeLines(lines, k.first), before - len(lines), nil
}
