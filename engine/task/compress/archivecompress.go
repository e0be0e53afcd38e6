package compress

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func archiveCompressSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.compress.ArchiveCompress",
		Summary: "Make an archive of files.",
		Properties: append([]flow.Property{
			{Name: "from", Type: flow.Map, Required: true, Dynamic: true, JSONText: true, Summary: "The URIs of the files, by the names that they get in the archive."},
		}, properties...),
		Outputs: []flow.TaskOutput{{Name: "uri", Type: flow.TypeURI, Summary: "The URI of the archive."}},
		Example: `id: pack
type: io.kestra.plugin.compress.ArchiveCompress
algorithm: TAR
compression: GZIP
from:
  data/orders.csv: "{{ trigger.body.file }}"
`,
		Compile: func(c *flow.Component) (any, error) {
			a, err := newArchive(c, true)
			return &archiveCompress{a, c.Structure("from")}, err
		},
	}
}

// archiveCompress is io.kestra.plugin.compress.ArchiveCompress.
type archiveCompress struct {
	archive
	from *pebble.Structure
}

func (t *archiveCompress) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	format, way, err := t.render(c, true)
	if err != nil {
		return task.Result{}, err
	}
	from, err := setting.Map(c, "from", t.from)
	if err != nil {
		return task.Result{}, err
	}
	return compressed(ctx, c, extensionOf(format, way), way, func(to io.Writer) error { return pack(ctx, c, format, to, from) })
}

// compressed makes a file, whose name ends in extension, of what write writes, compressed in a way.
func compressed(ctx context.Context, c *task.Context, extension, way string, write func(to io.Writer) error) (task.Result, error) {
	file, err := c.Files.Create(ctx, c.Origin, task.FileName(c.Origin, 0, extension))
	if err != nil {
		return task.Result{}, err
	}
	defer func() { _ = file.Close() }()
	buffered := bufio.NewWriterSize(file, 64<<10)
	out, err := packed(c, way, buffered)
	if err != nil {
		return task.Result{}, err
	}
	if err := errors.Join(write(out), out.Close()); err != nil {
		return task.Result{}, err
	}
	if err := buffered.Flush(); err != nil {
		return task.Result{}, err
	}
	uri, err := file.Commit()
	return task.Result{Outputs: value.MapOf("uri", value.String(uri))}, err
}

// extensions are what the names of files end in that are compressed.
var extensions = map[string]string{gzipWay: ".gz", zstdWay: ".zst", deflateWay: ".zz", xzWay: ".xz", lzmaWay: ".lzma", lz4Way: ".lz4", snappyFrameWay: ".sz"}

// extensionOf returns what the name of an archive ends in.
func extensionOf(format, way string) string {
	return "." + strings.ToLower(format) + extensions[way]
}

// packer writes the entries of an archive.
type packer interface {
	begin(name string, size int64, at time.Time) (io.Writer, error)
	Close() error
}

// pack writes an archive of files.
func pack(ctx context.Context, c *task.Context, format string, to io.Writer, from *value.Map) error {
	var p packer
	switch format {
	case tarFormat:
		p = tarPacker{tar.NewWriter(to)}
	case arFormat:
		p = &arPacker{to: to}
	case cpioFormat:
		p = &cpioPacker{to: to}
	default:
		p = zipPacker{zip.NewWriter(to)}
	}
	for name, uri := range from.All() {
		if err := checkName(name); err != nil {
			return err
		}
		if err := add(ctx, c, p, name, value.Text(uri)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return p.Close()
}

func add(ctx context.Context, c *task.Context, p packer, name, uri string) error {
	f, err := c.Files.Open(ctx, c.Origin, uri)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	w, err := p.begin(name, f.Size, c.Pebble.Now)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, task.Interruptible(ctx, f))
	return err
}

type zipPacker struct{ *zip.Writer }

func (p zipPacker) begin(name string, _ int64, at time.Time) (io.Writer, error) {
	return p.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at})
}

type tarPacker struct{ *tar.Writer }

func (p tarPacker) begin(name string, size int64, at time.Time) (io.Writer, error) {
	const mode = 0o644
	err := p.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: mode, ModTime: at.Truncate(time.Second)})
	return p, err
}
