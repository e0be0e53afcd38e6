package storage

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/directory"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func localFilesSpec() flow.Spec {
	return flow.Spec{
		Kind:      flow.KindTask,
		Type:      "io.kestra.plugin.core.storage.LocalFiles",
		Aliases:   []string{"io.kestra.core.tasks.storages.LocalFiles"},
		Summary:   "Put files into the directory of the WorkingDirectory around it, and keep files of it. Deprecated: a WorkingDirectory has `inputFiles` and `outputFiles`.",
		Directory: true,
		Properties: []flow.Property{
			directory.InputsProperty("inputs"),
			directory.OutputsProperty("outputs"),
		},
		Outputs: []flow.TaskOutput{
			{Name: "uris", Type: flow.TypeJSON, Summary: "The URIs of the files that are kept, by their names in the directory."},
		},
		Example: `id: address
type: io.kestra.plugin.core.storage.LocalFiles
inputs:
  address.txt: "{{ trigger.body.address }}"
`,
		Compile: func(c *flow.Component) (any, error) {
			outputs, err := directory.CompileOutputs(c, "outputs")
			return &localFiles{directory.NewInputs(c, "inputs"), outputs}, err
		},
	}
}

// localFiles is io.kestra.plugin.core.storage.LocalFiles.
type localFiles struct {
	inputs  *directory.Inputs  // nil: there are none
	outputs *directory.Outputs // likewise
}

func (l *localFiles) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	dir, err := open(ctx, c)
	if err != nil {
		return task.Result{}, err
	}
	defer dir.Close()
	if l.inputs != nil {
		if err := l.inputs.Put(ctx, c, dir); err != nil {
			return task.Result{}, err
		}
	}
	uris := value.NewMap(0)
	if l.outputs != nil {
		if uris, err = l.outputs.Keep(ctx, c, dir); err != nil {
			return task.Result{}, err
		}
	}
	return task.Result{Outputs: value.MapOf("uris", value.FromMap(uris))}, nil
}

// open opens the directory of the WorkingDirectory. Outside of one every task has a directory of its own, which goes with the execution.
func open(ctx context.Context, c *task.Context) (*task.Directory, error) {
	if c.Shared.Run == "" {
		return directory.Make(ctx, c)
	}
	return directory.Open(ctx, c, c.Shared)
}
