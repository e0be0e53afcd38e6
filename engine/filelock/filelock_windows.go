package filelock

import (
	"errors"
	"os"
	"syscall"
)

// errSharing is Windows' ERROR_SHARING_VIOLATION.
const errSharing = syscall.Errno(32)

// Open opens a file, which it makes if it is missing, and shares it with nobody until it is closed or the process ends. One
// that is open elsewhere is [ErrLocked].
func Open(name string) (*os.File, error) {
	text, err := syscall.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	const alone = 0
	h, err := syscall.CreateFile(text, syscall.GENERIC_READ|syscall.GENERIC_WRITE, alone, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	switch {
	case err == nil:
		return os.NewFile(uintptr(h), name), nil
	case errors.Is(err, errSharing):
		return nil, ErrLocked
	default:
		return nil, &os.PathError{Op: "lock", Path: name, Err: err}
	}
}
