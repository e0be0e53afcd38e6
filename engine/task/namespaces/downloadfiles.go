package namespaces

import (
	"context"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func downloadSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.namespace.DownloadFiles",
		Summary: "Copy files of a namespace to those of the execution, so that they stay as they are.",
		Properties: []flow.Property{
			namespaceProperty,
			filesProperty,
			{Name: "destination", Type: flow.String, Dynamic: true, Summary: "A folder in which the copies are, in their URIs."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "files", Type: flow.TypeJSON, Summary: "The URIs of the copies, by the paths of the files, which begin with a slash."},
		},
		Example: `id: queries
type: io.kestra.plugin.core.namespace.DownloadFiles
namespace: company.data
files:
  - "queries/**.sql"
`,
		Compile: func(c *flow.Component) (any, error) {
			files, err := compilePatterns(c)
			return &download{namespace: c.Template("namespace"), files: files, destination: c.Template("destination")}, err
		},
	}
}

// download is io.kestra.plugin.core.namespace.DownloadFiles.
type download struct {
	namespace, destination *pebble.Template // may be nil
	files                  patterns
}

func (d *download) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	namespace, err := render(d.namespace, c, c.Origin.Namespace)
	if err != nil {
		return task.Result{}, err
	}
	destination, err := render(d.destination, c, "")
	if err != nil {
		return task.Result{}, err
	}
	paths, err := c.Files.ListNamespace(ctx, namespace)
	if err == nil {
		paths, err = d.files.among(c, paths)
	}
	if err != nil {
		return task.Result{}, err
	}
	files := value.NewMap(len(paths))
	for _, file := range paths {
		uri, err := copyFile(ctx, c, namespace, file, destination)
		if err != nil {
			return task.Result{}, err
		}
		c.Log.Log(task.Debug, "Downloaded "+uri)
		files.Set("/"+file, value.String(uri))
	}
	return task.Result{Outputs: value.MapOf("files", value.FromMap(files))}, nil
}

// copyFile copies a file of a namespace to those of the execution.
func copyFile(ctx context.Context, c *task.Context, namespace, file, destination string) (string, error) {
	if climbs(destination) {
		return "", fmt.Errorf("destination %q leads out of the files of the execution", destination)
	}
	from, err := c.Files.Open(ctx, c.Origin, task.NamespaceFile(namespace, file, 0))
	if err != nil {
		return "", err
	}
	defer from.Close()
	to, err := c.Files.Create(ctx, c.Origin, strings.TrimPrefix(path.Join(destination, file), "/"))
	if err != nil {
		return "", err
	}
	defer to.Close()
	if _, err := io.Copy(to, from); err != nil {
		return "", err
	}
	return to.Commit()
}
