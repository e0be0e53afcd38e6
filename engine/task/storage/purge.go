package storage

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func purgeSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.storage.PurgeCurrentExecutionFiles",
		Aliases: []string{"io.kestra.plugin.core.storage.PurgeExecution", "io.kestra.core.tasks.storages.PurgeExecution"},
		Summary: "Remove all files of the execution. They go by themselves with the execution.",
		Outputs: []flow.TaskOutput{
			{Name: "uris", Type: flow.TypeArray, Summary: "The URIs of the files that were removed."},
		},
		Example: `id: purge
type: io.kestra.plugin.core.storage.PurgeCurrentExecutionFiles
`,
		Compile: func(*flow.Component) (any, error) { return purge{}, nil },
	}
}

// purge is io.kestra.plugin.core.storage.PurgeCurrentExecutionFiles.
type purge struct{}

func (purge) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	uris, err := c.Files.List(ctx, c.Origin)
	if err != nil {
		return task.Result{}, err
	}
	for _, uri := range uris {
		if _, err := c.Files.Delete(ctx, c.Origin, uri); err != nil {
			return task.Result{}, err
		}
	}
	return task.Result{Outputs: value.MapOf("uris", value.Strings(uris))}, nil
}
