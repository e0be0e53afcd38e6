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
	total       int64
	executions  map[string]int64
	directories map[string]map[string]int64 // of these, what was written into directories, by execution and task run
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

// takeForDirectory counts bytes for the directory of a task run, unless they do not fit.
func (u *usage) takeForDirectory(id, run string, bytes int64, limits Limits) error {
	if err := u.take(id, bytes, limits); err != nil {
		return err
	}
	if u.directories[id] == nil {
		u.directories[id] = map[string]int64{}
	}
	u.directories[id][run] += bytes
	return nil
}

// giveDirectory gives back all that was counted for the directory of a task run.
func (u *usage) giveDirectory(id, run string) {
	u.give(id, u.directories[id][run])
	if delete(u.directories[id], run); len(u.directories[id]) == 0 {
		delete(u.directories, id)
	}
}

// forget drops an execution, and reports whether it had files.
func (u *usage) forget(id string) bool {
	bytes, ok := u.executions[id]
	u.total -= bytes
	delete(u.executions, id)
	delete(u.directories, id)
	return ok
}
