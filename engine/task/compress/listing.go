package compress

import (
	"fmt"
	"io"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// listing reads a ZIP archive. It bounds the list of entries, which is read as a whole, and takes its memory from the account of the
// execution before. An archive cannot be believed when it says how long its list is.
type listing struct {
	from   io.ReaderAt
	task   *task.Context
	read   int64
	listed bool // the list was read
}

const (
	maxListing = 8 << 20 // bytes of the list
	perByte    = 8       // bytes of memory that one of the list takes
)

// ReadAt implements [io.ReaderAt].
func (l *listing) ReadAt(p []byte, at int64) (int, error) {
	n, err := l.from.ReadAt(p, at)
	if l.listed {
		return n, err
	}
	if l.read += int64(n); l.read > maxListing {
		return 0, fmt.Errorf("the list of entries has more than %d bytes", maxListing)
	}
	if account := l.task.Pebble.Memory; account != nil {
		if err := account.Take(int64(n) * perByte); err != nil {
			return 0, err
		}
	}
	return n, err
}
