package storage

import (
	"context"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func deleteSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.storage.Delete",
		Aliases: []string{"io.kestra.core.tasks.storages.Delete"},
		Summary: "Remove a file.",
		Properties: []flow.Property{
			{Name: "uri", Type: flow.String, Required: true, Dynamic: true, Summary: "The URI of the file."},
			{Name: "errorOnMissing", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "Whether the task fails when there is no such file."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "uri", Type: flow.TypeURI, Summary: "The URI of the file."},
			{Name: "deleted", Type: flow.TypeBoolean, Summary: "Whether the file was there."},
		},
		Example: `id: clean
type: io.kestra.plugin.core.storage.Delete
uri: "{{ trigger.body.file }}"
`,
		Compile: func(c *flow.Component) (any, error) {
			return &remove{uri: c.Template("uri"), must: c.Bool("errorOnMissing"), mustIf: c.Template("errorOnMissing")}, nil
		},
	}
}

// remove is io.kestra.plugin.core.storage.Delete.
type remove struct {
	uri    *pebble.Template
	must   bool             // errorOnMissing
	mustIf *pebble.Template // stands for it; nil: there is none
}

func (r *remove) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	uri, err := r.uri.Render(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	must := r.must
	if r.mustIf != nil {
		text, err := r.mustIf.Render(c.Pebble)
		if err != nil {
			return task.Result{}, err
		}
		must = pebble.Truthy(text)
	}
	deleted, err := c.Files.Delete(ctx, c.Origin, uri)
	if err == nil && !deleted && must {
		err = fmt.Errorf("Unable to find file '%s'", uri) //nolint:staticcheck // Kestra's words
	}
	return task.Result{Outputs: value.MapOf("uri", value.String(uri), "deleted", value.Bool(deleted))}, err
}
