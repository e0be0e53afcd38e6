package directory

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// errNoPlace is why there is no directory outside of a server.
var errNoPlace = errors.New("there is no place for files")

// Make makes the directory of the task run that asks, empty. It is to be closed.
func Make(ctx context.Context, c *task.Context) (*task.Directory, error) {
	if c.Services == nil || c.Directories == nil {
		return nil, errNoPlace
	}
	return c.Directories.MakeDirectory(ctx, c.Origin)
}

// Open opens the directory of a task run. It is to be closed.
func Open(ctx context.Context, c *task.Context, of task.Origin) (*task.Directory, error) {
	if c.Services == nil || c.Directories == nil {
		return nil, errNoPlace
	}
	return c.Directories.OpenDirectory(ctx, of)
}
