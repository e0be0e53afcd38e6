package sqlite

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"go.uber.org/zap"
)

// makeFolder makes the folder that a store is in, for its owner alone: executions hold what callers sent.
func makeFolder(path string, logger *zap.Logger) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if info, err := os.Stat(dir); err == nil {
		checkMode(dir, info, logger)
	}
	return nil
}

// makeFile makes the file of a store. SQLite would make it for everybody to read; what it makes beside it has the mode of the file.
func makeFile(path string, logger *zap.Logger) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if info, err := f.Stat(); err == nil {
		checkMode(path, info, logger)
	}
	return f.Close()
}

// checkMode warns of a folder or a file that was there before and is open to others. Its owner may have a reason.
func checkMode(name string, info fs.FileInfo, logger *zap.Logger) {
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" { // which has no such modes
		logger.Warn("others than its owner may use what the store is kept in", zap.String("name", name), zap.Stringer("mode", mode))
	}
}
