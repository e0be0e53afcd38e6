//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package filelock

import (
	"errors"
	"os"
	"syscall"
)

// Open opens a file, which it makes if it is missing, and locks it until it is closed or the process ends. One that is
// locked is [ErrLocked].
func Open(name string) (*os.File, error) {
	return open(name, os.O_CREATE|os.O_RDWR, syscall.LOCK_EX)
}

// OpenShared opens a file that there is, and shares it with others who do so, until it is closed or the process ends: meanwhile [Open] fails
// for it. One that somebody has for himself is [ErrLocked].
func OpenShared(name string) (*os.File, error) {
	return open(name, os.O_RDONLY, syscall.LOCK_SH)
}

func open(name string, flag, how int) (*os.File, error) {
	f, err := os.OpenFile(name, flag, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, ErrLocked
	}
	return nil, &os.PathError{Op: "lock", Path: name, Err: err}
}
