// Package pathless takes the paths out of errors about files: where files are on the disk concerns neither callers nor authors of flows, who
// are told the names that they know.
package pathless

import (
	"errors"
	"io/fs"
	"os"
)

// Cause returns why a file could not be opened, renamed or linked, without its path. Other errors are returned as they are.
func Cause(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	if at, ok := errors.AsType[*os.LinkError](err); ok {
		return at.Err
	}
	return err
}
