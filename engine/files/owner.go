package files

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/filelock"
)

// The names of the folders of processes, and of the locks beside them.
const (
	processPrefix = "process-"
	lockSuffix    = ".lock"
)

// newProcess makes a folder in dir for the files of this process, which belong to it until the lock is closed.
func newProcess(dir string) (name string, lock *os.File, err error) {
	for {
		name = filepath.Join(dir, processPrefix+rand.Text())
		if lock, err = filelock.Open(name + lockSuffix); err != nil && !errors.Is(err, filelock.ErrLocked) {
			return "", nil, err
		}
		if err == nil && stands(name+lockSuffix, lock) {
			break
		}
		if lock != nil { // somebody who cleans up had it first
			lock.Close()
		}
	}
	if err := os.Mkdir(name, 0o700); err != nil {
		_ = endProcess(name, lock)
		return "", nil, err
	}
	return name, lock, nil
}

// stands reports whether f still is the file with its name.
func stands(name string, f *os.File) bool {
	there, err := os.Stat(name)
	if err != nil {
		return false
	}
	own, err := f.Stat()
	return err == nil && os.SameFile(there, own)
}

// endProcess removes the folder of a process and its lock, which is held.
func endProcess(name string, lock *os.File) error {
	err := os.RemoveAll(name)
	if err == nil { // else the lock stays, for whoever comes later
		_ = os.Remove(name + lockSuffix) // before it is free, so that nobody takes one that is about to go
	}
	_ = lock.Close()
	if err == nil {
		_ = os.Remove(name + lockSuffix) // Windows removes none that is open
	}
	return err
}

// sweepProcesses removes from dir what processes left that are dead.
func sweepProcesses(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		name, isLock := strings.CutSuffix(filepath.Join(dir, entry.Name()), lockSuffix)
		if !isLock || !strings.HasPrefix(entry.Name(), processPrefix) {
			continue
		}
		if lock, err := filelock.Open(name + lockSuffix); err == nil {
			_ = endProcess(name, lock)
		}
	}
}
