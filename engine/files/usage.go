package files

import (
	"errors"
	"fmt"
)

// fileBytes is what a file counts for itself, beside its bytes: file systems give space in blocks.
const fileBytes = 4096

// errFull is why a file is not written.
var errFull = errors.New("no more space for files")

// usage is what the files take, by execution. The store's lock guards it.
type usage struct {
	total      int64
	executions map[string]int64
}

// take counts bytes for an execution, unless they do not fit.
func (u *usage) take(id string, bytes int64, limits Limits) error {
	if n := u.executions[id] + bytes; n > limits.Execution {
		return fmt.Errorf("%w: the files of one execution may take %d bytes, see files_per_execution", errFull, limits.Execution)
	}
	if n := u.total + bytes; n > limits.Total {
		return fmt.Errorf("%w: the files of all executions may take %d bytes, see files_limit", errFull, limits.Total)
	}
	u.executions[id] += bytes
	u.total += bytes
	return nil
}

// give gives bytes of an execution back.
func (u *usage) give(id string, bytes int64) {
	if _, ok := u.executions[id]; ok { // else it was forgotten, with all that it had
		u.executions[id] -= bytes
		u.total -= bytes
	}
}

// forget drops an execution, and reports whether it had files.
func (u *usage) forget(id string) bool {
	bytes, ok := u.executions[id]
	u.total -= bytes
	delete(u.executions, id)
	return ok
}
