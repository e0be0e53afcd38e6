package namespaces

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

func deleteSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.namespace.DeleteFiles",
		Summary: "Remove files of a namespace that tasks have written, with their older versions. Those beside the flows stay, with a warning.",
		Properties: []flow.Property{
			namespaceProperty,
			filesProperty,
			{Name: "deleteParentFolder", Type: flow.Boolean, Default: "true", Summary: "Accepted without effect: folders that are left empty have no meaning."},
		},
		Example: `id: clean
type: io.kestra.plugin.core.namespace.DeleteFiles
namespace: company.data
files: "results/**"
`,
		Compile: func(c *flow.Component) (any, error) {
			files, err := compilePatterns(c)
			return &remove{namespace: c.Template("namespace"), files: files}, err
		},
	}
}

// remove is io.kestra.plugin.core.namespace.DeleteFiles.
type remove struct {
	namespace *pebble.Template // may be nil
	files     patterns
}

func (r *remove) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	namespace, err := render(r.namespace, c, c.Origin.Namespace)
	if err != nil {
		return task.Result{}, err
	}
	paths, err := c.Files.ListNamespace(ctx, namespace)
	if err == nil {
		paths, err = r.files.among(c, paths)
	}
	if err != nil {
		return task.Result{}, err
	}
	for _, file := range paths {
		deleted, err := c.Files.Delete(ctx, c.Origin, task.NamespaceFile(namespace, file, 0))
		switch {
		case errors.Is(err, task.ErrBeside):
			c.Log.Log(task.Warn, err.Error())
		case err != nil:
			return task.Result{}, err
		case deleted:
			c.Log.Log(task.Debug, "Deleted "+file)
		}
	}
	return task.Result{}, nil
}
