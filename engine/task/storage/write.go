package storage

import (
	"context"
	"io"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/lines"
)

func writeSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.storage.Write",
		Summary: "Write a text into a file.",
		Properties: []flow.Property{
			{Name: "content", Type: flow.String, Required: true, Dynamic: true, Summary: "The text."},
			{Name: "extension", Type: flow.String, Dynamic: true, Default: lines.NoExtension, Summary: "What the name of the file ends in, with or without its dot."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "uri", Type: flow.TypeURI, Summary: "The URI of the file."},
		},
		Example: `id: report
type: io.kestra.plugin.core.storage.Write
content: |
  {{ trigger.body.name }} has ordered {{ trigger.body.count }}
extension: .txt
`,
		Compile: func(c *flow.Component) (any, error) {
			return &write{content: c.Template("content"), extension: c.Template("extension")}, nil
		},
	}
}

// write is io.kestra.plugin.core.storage.Write.
type write struct {
	content   *pebble.Template
	extension *pebble.Template // may be nil
}

func (w *write) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	content, err := w.content.Render(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	extension, err := render(w.extension, c, lines.NoExtension)
	if err != nil {
		return task.Result{}, err
	}
	if !strings.HasPrefix(extension, ".") {
		extension = "." + extension
	}
	uri, err := writeFile(ctx, c, 0, extension, func(to io.Writer) error {
		_, err := io.WriteString(to, content)
		return err
	})
	return ofURI(uri), err
}
