package storage

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func sizeSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.storage.Size",
		Aliases: []string{"io.kestra.core.tasks.storages.Size"},
		Summary: "Return how many bytes a file has.",
		Properties: []flow.Property{
			{Name: "uri", Type: flow.String, Required: true, Dynamic: true, Summary: "The URI of the file."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "size", Type: flow.TypeInt, Summary: "The number of bytes."},
		},
		Example: `id: size
type: io.kestra.plugin.core.storage.Size
uri: "{{ trigger.body.file }}"
`,
		Compile: func(c *flow.Component) (any, error) { return &size{uri: c.Template("uri")}, nil },
	}
}

// size is io.kestra.plugin.core.storage.Size.
type size struct {
	uri *pebble.Template
}

func (s *size) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	uri, err := s.uri.Render(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	n, err := c.Files.Size(ctx, c.Origin, uri)
	if err != nil {
		return task.Result{}, err
	}
	return task.Result{Outputs: value.MapOf("size", value.Int(n))}, nil
}
