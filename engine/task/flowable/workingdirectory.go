package flowable

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/directory"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func workingDirectorySpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.flow.WorkingDirectory",
		Aliases: []string{"io.kestra.core.tasks.flows.WorkingDirectory", "io.kestra.core.tasks.flows.Worker"},
		Summary: "Run tasks one after the other in one directory for files.",
		Properties: withEnds(
			flow.Property{Name: "tasks", Type: flow.Tasks, Required: true, Summary: "The tasks, none of which has tasks inside or changes the execution."},
			directory.InputsProperty("inputFiles"),
			directory.OutputsProperty("outputFiles"),
			directory.NamespaceFilesProperty("namespaceFiles"),
			directory.CacheProperty("cache"),
		),
		Outputs: []flow.TaskOutput{
			{Name: "outputFiles", Type: flow.TypeJSON, Summary: "The URIs of the files that are kept, by their names in the directory."},
		},
		Example: `id: in_one_place
type: io.kestra.plugin.core.flow.WorkingDirectory
inputFiles:
  order.json: "{{ trigger.body | toJson }}"
outputFiles:
  - "*.json"
tasks:
  - id: first
    type: io.kestra.plugin.core.debug.Return
    format: "{{ trigger.body.name }}"
  - id: second
    type: io.kestra.plugin.core.log.Log
    message: "Hello {{ outputs.first.value }}"
`,
		Shape: flow.ShapeSequence,
		Branches: func(c *flow.Component) flow.Branches {
			b := branches(c, c.Children("tasks"))
			works := func(child *flow.Component) bool { return child.Spec.Directory }
			b.Shared = c.Compiled.(*workingDirectory).hasFiles() || slices.ContainsFunc(c.Children("tasks"), works)
			return b
		},
		Compile: compileWorkingDirectory,
	}
}

// workingDirectory is io.kestra.plugin.core.flow.WorkingDirectory. It makes a directory only if it has files, or tasks that work on
// files.
type workingDirectory struct {
	inputs     *directory.Inputs // nil: there are none; likewise the others
	namespaces *directory.NamespaceFiles
	outputs    *directory.Outputs
	cache      *directory.Cache
}

func compileWorkingDirectory(c *flow.Component) (any, error) {
	var errs []error
	for _, child := range c.Children("tasks") {
		if !child.Spec.Runnable() {
			errs = append(errs, child.Errorf("", "Only runnable tasks are allowed as children of a WorkingDirectory task"))
		}
	}
	w := &workingDirectory{inputs: directory.NewInputs(c, "inputFiles")}
	var err error
	w.outputs, err = directory.CompileOutputs(c, "outputFiles")
	errs = append(errs, err)
	w.namespaces, err = directory.CompileNamespaceFiles(c, "namespaceFiles")
	errs = append(errs, err)
	w.cache, err = directory.CompileCache(c, "cache")
	return w, errors.Join(append(errs, err)...)
}

func (w *workingDirectory) hasFiles() bool {
	return w.inputs != nil || w.namespaces != nil || w.outputs != nil || w.cache != nil
}

// Prepare implements [task.Shared].
func (w *workingDirectory) Prepare(ctx context.Context, c *task.Context) error {
	if err := w.prepare(ctx, c); err != nil {
		return fmt.Errorf("Failed preExecuteTasks on WorkingDirectory: %w", err) //nolint:staticcheck // Kestra's words
	}
	return nil
}

func (w *workingDirectory) prepare(ctx context.Context, c *task.Context) error {
	dir, err := directory.Make(ctx, c)
	if err != nil {
		return err
	}
	defer dir.Close()
	if w.cache != nil {
		if err := w.cache.Restore(ctx, c, dir); err != nil {
			return err
		}
	}
	if w.namespaces != nil {
		if err := w.namespaces.Put(ctx, c, dir); err != nil {
			return err
		}
	}
	if w.inputs != nil {
		return w.inputs.Put(ctx, c, dir)
	}
	return nil
}

// Collect implements [task.Shared].
func (w *workingDirectory) Collect(ctx context.Context, c *task.Context) (value.Value, error) {
	outputs, err := w.collect(ctx, c)
	if err != nil {
		return value.Null, fmt.Errorf("Failed postExecuteTasks on WorkingDirectory: %w", err) //nolint:staticcheck // Kestra's words
	}
	return outputs, nil
}

func (w *workingDirectory) collect(ctx context.Context, c *task.Context) (value.Value, error) {
	if w.outputs == nil && w.cache == nil {
		return value.Null, nil
	}
	dir, err := directory.Open(ctx, c, c.Origin)
	if err != nil {
		return value.Null, err
	}
	defer dir.Close()
	outputs := value.Null
	if w.outputs != nil {
		uris, err := w.outputs.Keep(ctx, c, dir)
		if err != nil {
			return value.Null, err
		}
		if uris.Len() > 0 {
			outputs = value.MapOf("outputFiles", value.FromMap(uris))
		}
	}
	if w.cache != nil {
		err = w.cache.Save(ctx, c, dir)
	}
	return outputs, err
}
