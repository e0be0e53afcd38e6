package files

import (
	"errors"
	"fmt"
)

// fileBytes is what a file counts for itself, beside its bytes: file systems give space in blocks.
const fileBytes = 4096

// errFull is why a file is not written.
var errFull = errors.New("no more space for files")

// usage is what the files take. The store's lock guards it.
type usage struct {
	total      int64
	executions map[string]*share // by id, of those that have files: with files that outlive the process, of those that were used lately
}

// share is what the files of one execution take.
type share struct {
	bytes       int64
	directories map[string]int64 // of these, what was written into directories, by task run
	users       int              // that are at work, so that it must not be dropped
}

// of returns the share of an execution, which it makes.
func (u *usage) of(id string) *share {
	x := u.executions[id]
	if x == nil {
		x = new(share)
		u.executions[id] = x
	}
	return x
}

// take counts bytes for an execution, unless they do not fit.
func (u *usage) take(id string, bytes int64, limits Limits) error {
	n := bytes
	if x := u.executions[id]; x != nil {
		n += x.bytes
	}
	if n > limits.Execution {
		return fmt.Errorf("%w: the files of one execution may take %d bytes, see files_per_execution", errFull, limits.Execution)
	}
	if n := u.total + bytes; n > limits.Total {
		return fmt.Errorf("%w: the files of all executions may take %d bytes, see files_limit", errFull, limits.Total)
	}
	u.of(id).bytes += bytes
	u.total += bytes
	return nil
}

// give gives bytes of an execution back.
func (u *usage) give(id string, bytes int64) {
	if x := u.executions[id]; x != nil { // else it was forgotten, with all that it had
		x.bytes -= bytes
		u.total -= bytes
	}
}

// takeForDirectory counts bytes for the directory of a task run, unless they do not fit.
func (u *usage) takeForDirectory(id, run string, bytes int64, limits Limits) error {
	if err := u.take(id, bytes, limits); err != nil {
		return err
	}
	x := u.of(id)
	if x.directories == nil {
		x.directories = map[string]int64{}
	}
	x.directories[run] += bytes
	return nil
}

// giveDirectory gives back all that was counted for the directory of a task run, and reports whether that is known.
func (u *usage) giveDirectory(id, run string) bool {
	x := u.executions[id]
	if x == nil {
		return false
	}
	u.give(id, x.directories[run])
	delete(x.directories, run)
	return true
}

// forget drops an execution, and reports whether it was known that it has files.
func (u *usage) forget(id string) bool {
	x := u.executions[id]
	if x == nil {
		return false
	}
	u.total -= x.bytes
	delete(u.executions, id)
	return true
}

// manyShares is above how many shares those are dropped that nobody is at: they can be counted again.
const manyShares = 10_000

// drop drops them if there are more than so many.
func (u *usage) drop(many int) {
	if len(u.executions) <= many {
		return
	}
	for id, x := range u.executions {
		if x.users == 0 {
			delete(u.executions, id)
		}
	}
}
