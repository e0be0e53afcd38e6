package compress

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

const (
	// maxEntries is how many entries an archive may have.
	maxEntries = 10_000

	// maxUnpacked is how many bytes are unpacked of an archive, those of entries included that no file is made of. What becomes files
	// counts against the limit for the files of an execution, too, which is mostly lower.
	maxUnpacked = 16 << 30
)

func archiveDecompressSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.compress.ArchiveDecompress",
		Summary: "Make files of an archive.",
		Properties: append([]flow.Property{
			{Name: "from", Type: flow.String, Required: true, Dynamic: true, Summary: "The URI of the archive."},
		}, properties...),
		Outputs: []flow.TaskOutput{{Name: "files", Type: flow.TypeJSON, Summary: "The URIs of the files, by their names in the archive."}},
		Example: `id: unpack
type: io.kestra.plugin.compress.ArchiveDecompress
from: "{{ trigger.body.file }}"
algorithm: ZIP
`,
		Compile: func(c *flow.Component) (any, error) {
			a, err := newArchive(c, false)
			return &archiveDecompress{a, setting.Of(&c.Members, "from")}, err
		},
	}
}

// archiveDecompress is io.kestra.plugin.compress.ArchiveDecompress.
type archiveDecompress struct {
	archive
	from setting.Setting
}

func (t *archiveDecompress) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	format, way, err := t.render(c, false)
	if err != nil {
		return task.Result{}, err
	}
	uri, err := t.from.Trimmed(c)
	if err != nil {
		return task.Result{}, err
	}
	u := &unpacker{context: ctx, task: c, files: value.NewMap(0), left: maxUnpacked}
	if format == zipFormat || format == jarFormat {
		err = u.zip(uri, way) //nolint:contextcheck // it is that of the attempt
	} else {
		err = u.stream(format, uri, way)
	}
	return task.Result{Outputs: value.MapOf("files", value.FromMap(u.files))}, err
}

// unpacker makes files of the entries of an archive.
type unpacker struct {
	context context.Context //nolint:containedctx // of the attempt
	task    *task.Context
	files   *value.Map // their URIs, by name
	entries int
	left    int64 // bytes that may still be unpacked
}

// counted reads what may still be unpacked.
type counted struct {
	u    *unpacker
	from io.Reader
}

// Read implements [io.Reader].
func (r counted) Read(p []byte) (int, error) {
	if err := r.u.context.Err(); err != nil {
		return 0, err
	}
	n, err := r.from.Read(p)
	if r.u.left -= int64(n); r.u.left < 0 {
		return 0, fmt.Errorf("the archive has more than %d bytes", int64(maxUnpacked))
	}
	return n, err
}

// open opens an archive, and undoes its compression as a whole. It is to be closed.
func (u *unpacker) open(uri, way string) (io.Reader, func(), error) {
	f, err := u.task.Files.Open(u.context, u.task.Origin, uri)
	if err != nil {
		return nil, nil, err
	}
	in, err := unpacked(u.task, way, bufio.NewReaderSize(f, 64<<10))
	if err != nil {
		_ = f.Close()
		return nil, nil, fmt.Errorf("%s: %w", way, err)
	}
	return counted{u, in}, func() { _ = in.Close(); _ = f.Close() }, nil
}

// entry is one of an archive.
type entry struct {
	name string
	kind int
	from io.Reader // what it has, if it is a file
}

// What an entry can be.
const (
	fileEntry = iota
	folderEntry
	otherEntry // a link, a device
)

// entries reads an archive from its beginning to its end, which is [io.EOF]. What is not read of an entry is left out.
type entries interface{ next() (entry, error) }

// stream unpacks an archive that has no list of its entries.
func (u *unpacker) stream(format, uri, way string) error {
	in, closing, err := u.open(uri, way)
	if err != nil {
		return err
	}
	defer closing()
	var all entries
	switch format {
	case arFormat:
		all = &arReader{from: in}
	case cpioFormat:
		all = &cpioReader{from: in}
	default:
		all = tarReader{tar.NewReader(in)}
	}
	for {
		e, err := all.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", format, err)
		}
		if err := u.count(); err != nil {
			return err
		}
		switch e.kind {
		case fileEntry:
			if err := u.file(e.name, e.from); err != nil {
				return err
			}
		case folderEntry:
		default:
			u.task.Log.Log(task.Warn, fmt.Sprintf("entry %q is left out: it is no file", e.name))
		}
	}
}

// tarReader reads an archive of tar.
type tarReader struct{ *tar.Reader }

func (r tarReader) next() (entry, error) {
	h, err := r.Next()
	if err != nil {
		return entry{}, err
	}
	e := entry{name: h.Name, kind: otherEntry, from: r}
	switch h.Typeflag {
	case tar.TypeReg:
		e.kind = fileEntry
	case tar.TypeDir, tar.TypeXGlobalHeader:
		e.kind = folderEntry
	}
	return e, nil
}

func (u *unpacker) zip(uri, way string) error {
	if way != "" { // its list of entries is at the end, so that it must be there as a whole
		whole, err := u.undone(uri, way)
		if err != nil {
			return err
		}
		defer func() { _, _ = u.task.Files.Delete(context.WithoutCancel(u.context), u.task.Origin, whole) }()
		uri = whole
	}
	f, err := u.task.Files.Open(u.context, u.task.Origin, uri)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	list := &listing{from: f, task: u.task}
	r, err := zip.NewReader(list, f.Size)
	if err != nil {
		return fmt.Errorf("ZIP: %w", err)
	}
	list.listed = true
	for _, e := range r.File {
		if err := u.count(); err != nil {
			return err
		}
		if err := u.entry(e); err != nil {
			return err
		}
	}
	return nil
}

// undone makes a file of an archive that was compressed as a whole.
func (u *unpacker) undone(uri, way string) (string, error) {
	in, closing, err := u.open(uri, way)
	if err != nil {
		return "", err
	}
	defer closing()
	f, err := u.task.Files.Create(u.context, u.task.Origin, task.FileName(u.task.Origin, 0, ".zip"))
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	if _, err := io.Copy(f, in); err != nil {
		return "", fmt.Errorf("%s: %w", way, err)
	}
	return f.Commit()
}

func (u *unpacker) entry(e *zip.File) error {
	switch {
	case e.FileInfo().IsDir():
		return nil
	case !e.Mode().IsRegular():
		u.task.Log.Log(task.Warn, fmt.Sprintf("entry %q is left out: it is no file", e.Name))
		return nil
	case e.Flags&1 != 0:
		return fmt.Errorf("entry %q is encrypted", e.Name)
	}
	in, err := e.Open()
	if err != nil {
		return fmt.Errorf("entry %q: %w", e.Name, err)
	}
	defer func() { _ = in.Close() }()
	return u.file(e.Name, counted{u, in})
}

// count counts an entry.
func (u *unpacker) count() error {
	if u.entries++; u.entries > maxEntries {
		return fmt.Errorf("the archive has more than %d entries", maxEntries)
	}
	return u.context.Err()
}

// nameBytes is what a file takes in the outputs beside its name.
const nameBytes = 256

// file makes the file of an entry.
func (u *unpacker) file(name string, in io.Reader) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := hold(u.task, nameBytes+2*int64(len(name))); err != nil { // it and the URI
		return err
	}
	f, err := u.task.Files.Create(u.context, u.task.Origin, path.Clean(name))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if _, err := io.Copy(f, in); err != nil {
		return fmt.Errorf("entry %q: %w", name, err)
	}
	uri, err := f.Commit()
	if err != nil {
		return err
	}
	u.files.Set(name, value.String(uri))
	return nil
}

// The bounds of the name of an entry, each folder of which is made on the disk: as long as Linux takes paths, and deeper than any that is meant.
const (
	maxName    = 4096 // bytes
	maxFolders = 100
)

// checkName refuses names of entries that would lead out of the folder that an archive is unpacked in, on any system, and those that are too
// long.
func checkName(name string) error {
	if len(name) > maxName || strings.Count(name, "/") > maxFolders {
		return fmt.Errorf("the name %.40q… of an entry has more than %d bytes or %d folders", name, maxName, maxFolders)
	}
	if name == "" || strings.ContainsAny(name, "\\\x00") || path.IsAbs(name) || len(name) > 1 && name[1] == ':' {
		return fmt.Errorf("%q is no name for an entry of an archive: it must be a path within it", name)
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return fmt.Errorf("%q is no name for an entry of an archive: it leads out", name)
		}
	}
	return nil
}
