package lines

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// maxLine is the longest line that is read, in bytes: as long as a text of an expression.
const maxLine = 16 << 20

// Reader reads the lines of a file, which end as Java's do: in a line feed, a carriage return, or both.
type Reader struct {
	context context.Context //nolint:containedctx // of the attempt that reads
	file    *task.File
	reader  *bufio.Reader
	task    *task.Context
	line    []byte // the last one; the memory of the next
	number  int    // of that, counted from 1
	held    int    // bytes of memory that were taken for it
}

// Open opens a file, on behalf of a task.
func Open(ctx context.Context, c *task.Context, uri string) (*Reader, error) {
	f, err := c.Files.Open(ctx, c.Origin, uri)
	if err != nil {
		return nil, err
	}
	return &Reader{context: ctx, file: f, reader: bufio.NewReaderSize(f, 64<<10), task: c}, nil
}

// Close closes the file.
func (l *Reader) Close() { _ = l.file.Close() }

// Number returns the number of the last line, counted from 1.
func (l *Reader) Number() int { return l.number }

// Next returns the next line without its end, which holds until the next call. The error after the last one is [io.EOF].
func (l *Reader) Next() ([]byte, error) {
	if err := l.context.Err(); err != nil {
		return nil, err
	}
	l.line = l.line[:0]
	l.number++
	for begun := false; ; {
		buffered, err := l.reader.Peek(max(1, l.reader.Buffered()))
		switch {
		case len(buffered) > 0:
			begun = true
		case errors.Is(err, io.EOF) && begun:
			return l.line, nil
		default:
			return nil, err
		}
		end := bytes.IndexAny(buffered, "\r\n")
		if end < 0 {
			if err := l.keep(buffered); err != nil {
				return nil, err
			}
			continue
		}
		ends := buffered[end]
		if err := l.keep(buffered[:end]); err != nil {
			return nil, err
		}
		_, _ = l.reader.Discard(1)
		if ends == '\r' {
			if after, _ := l.reader.Peek(1); len(after) == 1 && after[0] == '\n' {
				_, _ = l.reader.Discard(1)
			}
		}
		return l.line, nil
	}
}

// keep adds a part to the line.
func (l *Reader) keep(part []byte) error {
	n := len(l.line) + len(part)
	if n > maxLine {
		return fmt.Errorf("line %d has more than %d bytes", l.number, maxLine)
	}
	if account := l.task.Pebble.Memory; n > l.held && account != nil {
		more := max(n, 2*l.held) - l.held
		if err := account.Take(int64(more)); err != nil {
			return err
		}
		l.held += more
	}
	l.line = append(l.line, part...)
	_, _ = l.reader.Discard(len(part))
	return nil
}
