//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package filelock

import (
	"errors"
	"os"
	"runtime"
)

// Open fails: without locks nobody could tell what belongs to a process that lives.
func Open(string) (*os.File, error) {
	return nil, errors.New("files cannot be locked on " + runtime.GOOS)
}

// OpenShared fails likewise.
func OpenShared(name string) (*os.File, error) { return Open(name) }
