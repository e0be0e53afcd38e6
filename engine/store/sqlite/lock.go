package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/filelock"
)

// lockSuffix makes the name of the file that is locked, which lies beside the database and stays there. SQLite's own locks would let
// two processes take turns, and each would run what the other runs.
const lockSuffix = ".lock"

// lockInterval is how often a lock that somebody has is tried.
const lockInterval = 50 * time.Millisecond

// errInUse is why a store is not opened that another process has open.
var errInUse = errors.New("two processes cannot share one store")

// lock makes this process the only one that has the store open, until the file is closed. While another one has it, it waits: that one
// may be about to end, as when a new version takes over.
func lock(ctx context.Context, path string, o *Options) (*os.File, error) {
	f, err := tryLock(path)
	if !errors.Is(err, filelock.ErrLocked) {
		return f, err
	}
	o.Logger.Warn("the store is open elsewhere; waiting for it", zap.String("path", path), zap.String("by", holder(path)),
		zap.Duration("lock_timeout", o.LockTimeout))
	end := time.NewTimer(o.LockTimeout)
	defer end.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-end.C:
			return nil, fmt.Errorf("%s has it open and has not let go of it in %v, and %w: stop that one, or keep executions in another file here",
				holder(path), o.LockTimeout, errInUse)
		case <-time.After(lockInterval):
		}
		if f, err = tryLock(path); !errors.Is(err, filelock.ErrLocked) {
			return f, err
		}
	}
}

func tryLock(path string) (*os.File, error) {
	f, err := filelock.Open(path + lockSuffix)
	if err == nil {
		sign(f)
	}
	return f, err
}

// sign says in the file who has locked it. Without that the lock is as good.
func sign(f *os.File) {
	text := "process " + fmt.Sprint(os.Getpid())
	if name, err := os.Hostname(); err == nil {
		text += " on " + name
	}
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(text+"\n"), 0)
	}
}

// holder says who has locked a store, as far as it is known: Windows lets nobody read the file.
func holder(path string) string {
	const unknown = "another process"
	f, err := os.Open(path + lockSuffix)
	if err != nil {
		return unknown
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, 1024))
	name := strings.TrimSpace(string(text))
	switch {
	case err != nil || !strings.HasPrefix(name, "process "):
		return unknown
	case strings.HasPrefix(name, fmt.Sprintf("process %d ", os.Getpid())):
		return "an earlier configuration of this process, or " + name + "," // processes in containers may have equal numbers
	default:
		return name
	}
}
