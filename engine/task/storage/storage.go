package storage

import (
	"context"
	"io"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Specs returns the specs of this package's tasks.
func Specs() []flow.Spec {
	return []flow.Spec{
		writeSpec(), sizeSpec(), deleteSpec(), concatSpec(), reverseSpec(), splitSpec(), deduplicateSpec(), filterSpec(), purgeSpec(),
		localFilesSpec(),
	}
}

// create begins the file of a task run with a number.
func create(ctx context.Context, c *task.Context, number int, extension string) (task.NewFile, error) {
	return c.Files.Create(ctx, c.Origin, task.FileName(c.Origin, number, extension))
}

// writeFile writes the file of a task run with a number, and returns its URI.
func writeFile(ctx context.Context, c *task.Context, number int, extension string, write func(io.Writer) error) (string, error) {
	f, err := create(ctx, c, number, extension)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if err := write(f); err != nil {
		return "", err
	}
	return f.Commit()
}

// ofURI is the result of a task that makes one file.
func ofURI(uri string) task.Result {
	return task.Result{Outputs: value.MapOf("uri", value.String(uri))}
}

// render renders a property; without one it is otherwise.
func render(t *pebble.Template, c *task.Context, otherwise string) (string, error) {
	if t == nil {
		return otherwise, nil
	}
	return t.Render(c.Pebble)
}
