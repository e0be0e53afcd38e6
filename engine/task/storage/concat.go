package storage

import (
	"context"
	"errors"
	"io"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/lines"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func concatSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.storage.Concat",
		Aliases: []string{"io.kestra.core.tasks.storages.Concat"},
		Summary: "Join files to one.",
		Properties: []flow.Property{
			{Name: "files", Type: flow.Any, Required: true, Dynamic: true, JSONText: true, Summary: "The URIs of the files: a list, or text that gives JSON of one."},
			{Name: "separator", Type: flow.String, Dynamic: true, Summary: "What stands after each of them, also after the last one."},
			{Name: "extension", Type: flow.String, Dynamic: true, Default: lines.NoExtension, Summary: "What the name of the file ends in."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "uri", Type: flow.TypeURI, Summary: "The URI of the file."},
		},
		Example: `id: all
type: io.kestra.plugin.core.storage.Concat
files:
  - "{{ trigger.body.header }}"
  - "{{ trigger.body.rows }}"
extension: .csv
`,
		Compile: func(c *flow.Component) (any, error) {
			return &concat{files: c.Structure("files"), separator: c.Template("separator"), extension: c.Template("extension")}, nil
		},
	}
}

// concat is io.kestra.plugin.core.storage.Concat.
type concat struct {
	files                *pebble.Structure
	separator, extension *pebble.Template // may be nil
}

func (j *concat) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	files, err := j.files.RenderJSON(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	if files.Kind() != value.KindList {
		return task.Result{}, errors.New("files must be a list, or JSON text of one")
	}
	separator, err := render(j.separator, c, "")
	if err != nil {
		return task.Result{}, err
	}
	extension, err := render(j.extension, c, lines.NoExtension)
	if err != nil {
		return task.Result{}, err
	}
	uri, err := writeFile(ctx, c, 0, extension, func(to io.Writer) error {
		for i := range files.List().Len() {
			if err := appendFile(ctx, c, to, files.List().At(i)); err != nil {
				return err
			}
			if _, err := io.WriteString(to, separator); err != nil {
				return err
			}
		}
		return nil
	})
	return ofURI(uri), err
}

func appendFile(ctx context.Context, c *task.Context, to io.Writer, uri value.Value) error {
	if uri.Kind() != value.KindString {
		return errors.New("an item of files is no URI but " + uri.Kind().String())
	}
	f, err := c.Files.Open(ctx, c.Origin, uri.Str())
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(to, f)
	return err
}
