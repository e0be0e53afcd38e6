package storage

import (
	"context"
	"io"
	"net/url"
	"path"
	"strconv"
	"strings"

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

// noExtension is what the names of files end in that have no other ending.
const noExtension = ".tmp"

// extensionOf returns what the name in a URI ends in, with its dot.
func extensionOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return noExtension
	}
	if extension := path.Ext(u.Path); extension != "" && extension != "." {
		return extension
	}
	return noExtension
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

// whole is an Integer property that may be an expression.
type whole struct {
	given      bool
	number     int64
	expression *pebble.Template // stands for it; nil: there is none
}

func newWhole(c *flow.Component, name string) whole {
	return whole{given: c.Has(name), number: c.Int(name), expression: c.Template(name)}
}

// render returns the number, which is at least 1.
func (w whole) render(c *task.Context, name string) (int64, error) {
	n := w.number
	if w.expression != nil {
		text, err := w.expression.Render(c.Pebble)
		if err != nil {
			return 0, err
		}
		if n, err = strconv.ParseInt(strings.TrimSpace(text), 10, 64); err != nil {
			n = 0
		}
	}
	return n, checkWhole(n, name)
}
