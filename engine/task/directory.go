package task

import (
	"context"
	"io"
	"os"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Shared is a compiled task whose shape is a sequence and whose tasks share a directory.
type Shared interface {
	// Prepare makes the directory of the task run that asks, with what is to be in it before the tasks begin. An error fails the
	// task run. It may be called again, after a crash.
	Prepare(ctx context.Context, c *Context) error

	// Collect keeps what is to be kept of the directory when the tasks have ended, however they did, and returns the outputs of the
	// task run: a map, or null for none. An error fails the task run. It may be called again, after a crash. The directory is
	// removed later on.
	Collect(ctx context.Context, c *Context) (value.Value, error)
}

// Directories has the directories that tasks share, and what is kept of them for later executions. Methods may be called
// concurrently.
type Directories interface {
	// MakeDirectory makes the directory of the task run that asks, empty, in place of one that is there.
	MakeDirectory(ctx context.Context, o Origin) (*Directory, error)

	// OpenDirectory opens the directory of a task run. A missing one is [fs.ErrNotExist].
	OpenDirectory(ctx context.Context, o Origin) (*Directory, error)

	// RemoveDirectory removes the directory of a task run if there is one, some time soon. It does not block. The task run makes no
	// other one.
	RemoveDirectory(o Origin)

	// OpenCache opens what was kept last by the task that asks, of any execution, under a key. A missing one is [fs.ErrNotExist].
	OpenCache(ctx context.Context, o Origin, key string) (io.ReadCloser, error)

	// CreateCache begins what is to be kept by the task that asks under a key, in place of what is there. Commit returns no URI.
	// Whatever is kept may go at any time, to make room.
	CreateCache(ctx context.Context, o Origin, key string) (NewFile, error)
}

// Directory is a folder that tasks share. No name leads out of it, and no symbolic link. It is to be closed.
type Directory struct {
	*os.Root

	Path string                  // its absolute name, for programs that work in it
	Hand func(u *User) error     // gives it, and what the server has put into it, to a user of the machine
	Take func(bytes int64) error // counts bytes before they are written, against what the files of the execution may take

	// Keep sees to it that a file which was written, and its name, are there when the execution goes on after the end of the process, or
	// of the power, if it does.
	Keep func(name string, f Syncer) error
}

// Syncer is an open file.
type Syncer interface{ Sync() error }
