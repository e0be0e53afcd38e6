package directory

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"path"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// OutputsProperty returns a property for files that are to be kept of a directory.
func OutputsProperty(name string) flow.Property {
	return PatternsProperty(name, "Patterns of files to be kept afterwards, such as `*.csv`, or `out/**` at any depth.")
}

// Outputs are files that are to be kept of a directory.
type Outputs struct{ patterns *patterns }

// CompileOutputs compiles a property of [OutputsProperty]; nil when it was not written.
func CompileOutputs(c *flow.Component, property string) (*Outputs, error) {
	p, err := compilePatterns(&c.Members, property, from)
	if p == nil || err != nil {
		return nil, err
	}
	return &Outputs{p}, nil
}

// Keep keeps the files, and returns their URIs by their names.
func (o *Outputs) Keep(ctx context.Context, c *task.Context, dir *task.Directory) (*value.Map, error) {
	uris := value.NewMap(0)
	err := o.Each(ctx, c, dir, func(name string) error {
		uri, err := KeepFile(ctx, c, dir, name)
		if err != nil {
			return err
		}
		uris.Set(name, value.String(uri))
		return nil
	})
	if err != nil {
		return nil, err
	}
	c.Log.Log(task.Trace, fmt.Sprintf("Captured %d output file(s).", uris.Len()))
	return uris, nil
}

// Each calls f for the names of the files, in their order.
func (o *Outputs) Each(ctx context.Context, c *task.Context, dir *task.Directory, f func(name string) error) error {
	set, err := o.patterns.render(c)
	if err != nil {
		return err
	}
	return each(ctx, c, dir, set, func(name string, _ fs.FileInfo) error { return f(name) })
}

// KeepAll keeps all files of a directory, and returns their URIs by their names.
func KeepAll(ctx context.Context, c *task.Context, dir *task.Directory) (*value.Map, error) {
	uris := value.NewMap(0)
	err := each(ctx, c, dir, nil, func(name string, _ fs.FileInfo) error {
		uri, err := KeepFile(ctx, c, dir, name)
		uris.Set(name, value.String(uri))
		return err
	})
	return uris, err
}

// KeepFile copies a file to those of the task run, and returns its URI. The last part of its name is that of the file; what stands before
// tells files of several folders apart.
func KeepFile(ctx context.Context, c *task.Context, dir *task.Directory, name string) (uri string, err error) {
	from, err := dir.Open(name)
	if err != nil {
		return "", fmt.Errorf("file %s cannot be read: %w", name, pathless.Cause(err))
	}
	defer from.Close()
	sum := sha256.Sum256([]byte(name))
	const base = 62 // as ids have
	to, err := c.Files.Create(ctx, c.Origin, new(big.Int).SetBytes(sum[:16]).Text(base)+"-"+path.Base(name))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	if _, err := io.Copy(to, from); err != nil {
		return "", err
	}
	return to.Commit()
}
