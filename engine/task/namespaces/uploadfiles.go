package namespaces

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/directory"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// What UploadFiles does with a file that is there.
const (
	overwrite = "OVERWRITE"
	fails     = "ERROR"
	skips     = "SKIP"
)

func uploadSpec() flow.Spec {
	return flow.Spec{
		Kind:      flow.KindTask,
		Type:      "io.kestra.plugin.core.namespace.UploadFiles",
		Summary:   "Write files into a namespace, for all flows and later executions.",
		Directory: true,
		Properties: []flow.Property{
			namespaceProperty,
			{Name: "filesMap", Type: flow.Map, Dynamic: true, JSONText: true, Summary: "The URIs of files, by the paths that they get; or text that gives JSON of it, as the outputs of tasks are."},
			directory.PatternsProperty("files", "Patterns of files of the WorkingDirectory around the task."),
			{Name: "destination", Type: flow.String, Dynamic: true, Default: "/", Summary: "The folder that the paths begin in."},
			{Name: "conflict", Type: flow.String, Default: overwrite, Values: []string{overwrite, fails, skips}, Summary: "What becomes of a file that is there: with `OVERWRITE` it stays as an older version, with `ERROR` the task fails, with `SKIP` it stays."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "files", Type: flow.TypeJSON, Summary: "The URIs of the files in the namespace, by their paths, which begin with a slash."},
		},
		Example: `id: publish
type: io.kestra.plugin.core.namespace.UploadFiles
namespace: company.data
destination: results
filesMap:
  latest.json: "{{ trigger.body.file }}"
`,
		Compile: func(c *flow.Component) (any, error) {
			u := &upload{
				namespace: c.Template("namespace"), destination: c.Template("destination"), files: c.Structure("filesMap"), conflict: c.Text("conflict"),
			}
			var err error
			if u.shared, err = directory.CompileOutputs(c, "files"); err == nil && u.shared == nil && u.files == nil {
				err = errors.New("files or filesMap is required")
			}
			return u, err
		},
	}
}

// upload is io.kestra.plugin.core.namespace.UploadFiles.
type upload struct {
	namespace, destination *pebble.Template   // may be nil
	files                  *pebble.Structure  // likewise
	shared                 *directory.Outputs // likewise
	conflict               string             // empty: OVERWRITE
}

func (u *upload) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	namespace, err := render(u.namespace, c, c.Origin.Namespace)
	if err != nil {
		return task.Result{}, err
	}
	destination, err := render(u.destination, c, "/")
	if err != nil {
		return task.Result{}, err
	}
	to := &target{namespace: namespace, destination: destination, conflict: u.conflict, uris: value.NewMap(0)}
	if u.shared != nil {
		if err := u.putShared(ctx, c, to); err != nil {
			return task.Result{}, err
		}
	}
	if u.files != nil {
		if err := u.putFiles(ctx, c, to); err != nil {
			return task.Result{}, err
		}
	}
	return task.Result{Outputs: value.MapOf("files", value.FromMap(to.uris))}, nil
}

// putShared writes files of the directory that the task works in.
func (u *upload) putShared(ctx context.Context, c *task.Context, to *target) error {
	if c.Shared.Run == "" {
		return nil // the directory of a task that shares none is empty
	}
	dir, err := directory.Open(ctx, c, c.Shared)
	if err != nil {
		return err
	}
	defer dir.Close()
	return u.shared.Each(ctx, c, dir, func(name string) error {
		return to.put(ctx, c, name, func() (io.ReadCloser, error) { return dir.Open(name) })
	})
}

// putFiles writes the files that are named by their URIs.
func (u *upload) putFiles(ctx context.Context, c *task.Context, to *target) error {
	files, err := u.files.RenderJSON(c.Pebble)
	if err != nil {
		return err
	}
	if files.Kind() != value.KindMap {
		return errors.New("filesMap must be a map, or JSON text of one")
	}
	for name, uri := range files.Map().All() {
		if uri.Kind() != value.KindString {
			return fmt.Errorf("filesMap: %q has no URI but %s", name, uri.Kind())
		}
		err := to.put(ctx, c, name, func() (io.ReadCloser, error) { return c.Files.Open(ctx, c.Origin, uri.Str()) })
		if err != nil {
			return err
		}
	}
	return nil
}

// target is where files are written to.
type target struct {
	namespace, destination, conflict string
	uris                             *value.Map // of those that are there, by their paths
}

// put writes one file into the namespace.
func (to *target) put(ctx context.Context, c *task.Context, name string, open func() (io.ReadCloser, error)) error {
	file := to.destination + "/" + name
	if climbs(file) {
		return fmt.Errorf("%q leads out of the namespace", name)
	}
	file = strings.TrimPrefix(path.Clean("/"+file), "/")
	to.uris.Set("/"+file, value.String(task.NamespaceFile(to.namespace, file, 0)))
	if to.conflict == fails || to.conflict == skips {
		there, err := exists(ctx, c, to.namespace, file)
		switch {
		case err != nil:
			return err
		case there && to.conflict == fails:
			return fmt.Errorf("File '%s' already exists in namespace '%s' and conflict is set to %s", file, to.namespace, fails) //nolint:staticcheck // Kestra's words
		case there:
			c.Log.Log(task.Debug, fmt.Sprintf("File '%s' already exists in namespace '%s' and conflict is set to %s. Skipping.", file, to.namespace, skips))
			return nil
		}
	}
	from, err := open()
	if err != nil {
		return err
	}
	defer from.Close()
	f, err := c.Files.CreateNamespaceFile(ctx, to.namespace, file)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(f, from); err != nil {
		return err
	}
	if _, err = f.Commit(); err == nil {
		c.Log.Log(task.Debug, fmt.Sprintf("File '%s' added to namespace '%s'.", file, to.namespace))
	}
	return err
}
