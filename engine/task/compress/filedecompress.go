package compress

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func fileDecompressSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.compress.FileDecompress",
		Summary: "Undo the compression of a file.",
		Properties: []flow.Property{
			{Name: "from", Type: flow.String, Required: true, Dynamic: true, Summary: "The URI of the file."},
			{Name: "compression", Type: flow.String, Required: true, Dynamic: true, Summary: "How it is compressed: " + strings.Join(waysToRead, ", ") + "."},
		},
		Outputs: []flow.TaskOutput{{Name: "uri", Type: flow.TypeURI, Summary: "The URI of the file that was in it."}},
		Example: `id: unpack
type: io.kestra.plugin.compress.FileDecompress
from: "{{ trigger.body.file }}"
compression: Z
`,
		Compile: func(c *flow.Component) (any, error) {
			f, err := newSingle(c, false)
			return &fileDecompress{f}, err
		},
	}
}

// fileDecompress is io.kestra.plugin.compress.FileDecompress.
type fileDecompress struct{ single }

func (t *fileDecompress) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	f, way, err := t.open(ctx, c, false)
	if err != nil {
		return task.Result{}, err
	}
	defer func() { _ = f.Close() }()
	in, err := unpacked(c, way, bufio.NewReaderSize(f, 64<<10))
	if err != nil {
		return task.Result{}, fmt.Errorf("%s: %w", way, err)
	}
	defer func() { _ = in.Close() }()
	file, err := c.Files.Create(ctx, c.Origin, task.FileName(c.Origin, 0, ""))
	if err != nil {
		return task.Result{}, err
	}
	defer func() { _ = file.Close() }()
	u := &unpacker{context: ctx, task: c, left: maxUnpacked}
	if _, err := io.Copy(file, counted{u, in}); err != nil {
		return task.Result{}, fmt.Errorf("%s: %w", way, err)
	}
	uri, err := file.Commit()
	return task.Result{Outputs: value.MapOf("uri", value.String(uri))}, err
}
