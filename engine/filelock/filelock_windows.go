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
	const alone = 0
	return open(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, alone, syscall.OPEN_ALWAYS)
}

// OpenShared opens a file that there is, and shares it with others who do so, until it is closed or the process ends: meanwhile [Open] fails
// for it. One that somebody has for himself is [ErrLocked].
func OpenShared(name string) (*os.File, error) {
	return open(name, syscall.GENERIC_READ, syscall.FILE_SHARE_READ, syscall.OPEN_EXISTING)
}

func open(name string, access, share, disposition uint32) (*os.File, error) {
	text, err := syscall.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(text, access, share, nil, disposition, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	switch {
	case err == nil:
		return os.NewFile(uintptr(h), name), nil
	case errors.Is(err, errSharing):
		return nil, ErrLocked
	default:
		return nil, &os.PathError{Op: "lock", Path: name, Err: err}
	}
}
