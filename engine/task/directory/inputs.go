package directory

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// InputsProperty returns a property for files that are to be put into a directory.
func InputsProperty(name string) flow.Property {
	return flow.Property{
		Name: name, Type: flow.Map, Dynamic: true, JSONText: true, Texts: true,
		Summary: "Files to be put into the directory before, by their names: a text, or the URI of a file that is copied. Without content there is no file.",
	}
}

// Inputs are files that are to be put into a directory.
type Inputs struct {
	property string
	files    *pebble.Structure
}

// NewInputs returns a property of [InputsProperty]; nil when it was not written.
func NewInputs(c *flow.Component, property string) *Inputs {
	if !c.Has(property) {
		return nil
	}
	return &Inputs{property, c.Structure(property)}
}

// Put puts the files into a directory.
func (in *Inputs) Put(ctx context.Context, c *task.Context, dir *task.Directory) error {
	files, err := in.render(c)
	if err != nil {
		return err
	}
	count := 0
	for name, content := range files.All() {
		switch content.Kind() {
		case value.KindNull:
			continue
		case value.KindList, value.KindMap:
			return fmt.Errorf("%s: the content of %q must be text", in.property, name)
		default:
		}
		if err := put(ctx, c, dir, name, value.Text(content)); err != nil {
			return err
		}
		count++
	}
	c.Log.Log(task.Trace, fmt.Sprintf("Provided %d input(s).", count))
	return nil
}

// render returns the files by their names.
func (in *Inputs) render(c *task.Context) (*value.Map, error) {
	v, err := in.files.RenderJSON(c.Pebble)
	if err == nil && v.Kind() != value.KindMap {
		err = fmt.Errorf("%s must be a map, or JSON text of one", in.property)
	}
	return v.Map(), err
}

// put writes a file with a content, which may be the URI of another file.
func put(ctx context.Context, c *task.Context, dir *task.Directory, name, content string) error {
	scheme, _, _ := strings.Cut(content, "://")
	switch scheme {
	case "kestra", "nsfile":
		f, err := c.Files.Open(ctx, c.Origin, content)
		if err != nil {
			return err
		}
		defer f.Close()
		return write(dir, name, f)
	case "file":
		return fmt.Errorf("the file %s cannot be read: files of the server itself are not given to flows", name)
	default:
		return write(dir, name, strings.NewReader(content))
	}
}

// errLeadsOut is why a name is refused, in Kestra's words.
var errLeadsOut = errors.New("The path to resolve must be a relative path inside the current working directory.") //nolint:staticcheck // Kestra's words

// write writes a file, in place of what has its name.
func write(dir *task.Directory, name string, from io.Reader) error {
	to, err := create(dir, name)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Close()); err != nil {
		return fmt.Errorf("file %s cannot be written: %w", name, pathless.Cause(err))
	}
	return nil
}
