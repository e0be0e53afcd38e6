// Package filelock locks files, so that processes can tell what belongs to one that lives.
package filelock

import "errors"

// ErrLocked is why a file is not locked: another process has it, or somebody else in this one.
var ErrLocked = errors.New("the file is locked")
