package serdes

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// maxRow is how long a row may be, in bytes: as long as a line of Ion.
const maxRow = 16 << 20

// rowReader reads a file of rows. It bounds what is read for each of them, and takes that from the account of the execution before.
type rowReader struct {
	context context.Context //nolint:containedctx // of the attempt that reads
	from    io.Reader
	task    *task.Context
	most    int64 // bytes of a row
	between byte  // stands between the fields of a row, each of which takes memory; 0: nothing does
	row     int64 // bytes that were read for this one
	fields  int64 // that it has
	held    int64 // bytes of a row for which memory was taken
	values  int64 // bytes that were taken for what the fields or the values of a row take beside their text
}

// next says that the row was read.
func (r *rowReader) next() { r.row, r.fields = 0, 0 }

const (
	copies     = 4   // how often the parsers hold a row: as text, as fields, as values
	fieldBytes = 128 // what a field takes beside its text: its places in the row, and itself as a text, a value and a member
)

// take takes memory for what a row takes beside its text, before it is made. The next rows have it, too.
func (r *rowReader) take(bytes int64) error {
	account := r.task.Pebble.Memory
	if account == nil || bytes <= r.values {
		return nil
	}
	more := max(bytes, 2*r.values) - r.values
	r.values += more
	return account.Take(more)
}

// Read implements [io.Reader].
func (r *rowReader) Read(p []byte) (int, error) {
	if err := r.context.Err(); err != nil {
		return 0, err
	}
	n, err := r.from.Read(p)
	r.row += int64(n)
	if r.row > r.most+int64(len(p)) { // some of what was read may be of the next rows
		return 0, fmt.Errorf("a row has more than %d bytes", r.most)
	}
	if account := r.task.Pebble.Memory; r.row > r.held && account != nil {
		more := max(r.row, 2*r.held) - r.held
		if err := account.Take(more * copies); err != nil {
			return 0, err
		}
		r.held += more
	}
	if r.between != 0 {
		r.fields += int64(bytes.Count(p[:n], []byte{r.between}))
		if few := int64(len(p)); r.fields > few { // the others may be of the next rows
			if err := r.take(r.fields * fieldBytes); err != nil {
				return 0, err
			}
		}
	}
	return n, err
}

// swapped reads text in which two bytes stand for each other.
type swapped struct {
	from io.Reader
	a, b byte
}

// Read implements [io.Reader].
func (s swapped) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	swap(p[:n], s.a, s.b)
	return n, err
}

func swap(p []byte, a, b byte) {
	for i, c := range p {
		switch c {
		case a:
			p[i] = b
		case b:
			p[i] = a
		}
	}
}
