package directory

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/glob"
	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// CacheProperty returns a property for files that are kept of a directory for the next run of the task.
func CacheProperty(name string) flow.Property {
	return flow.Property{
		Name: name, Type: flow.Object,
		Summary: "Files to be kept for the next execution that runs the task, where they are put into the directory before.",
		Properties: []flow.Property{
			{Name: "patterns", Type: flow.StringList, Required: true, Summary: "Patterns of the files, such as `node_modules/**`."},
			{Name: "ttl", Type: flow.Duration, Summary: "After which time they are not used any more. Without it, they may be used for ever."},
		},
	}
}

// Cache is what a task keeps of its directory for its next run. It is an archive whose head says when it was made, and of which
// files: as long as these are the same it stays, and grows old.
type Cache struct {
	files glob.Set
	ttl   time.Duration // 0: for ever
}

// The records in the head of an archive.
const (
	recordAt    = "KESTRA.at"
	recordFiles = "KESTRA.files"
)

// CompileCache compiles a property of [CacheProperty]; nil when it was not written.
func CompileCache(c *flow.Component, property string) (*Cache, error) {
	m := c.Object(property)
	if m == nil {
		return nil, nil
	}
	cache := &Cache{files: glob.Set{}, ttl: m.Duration("ttl")}
	for _, text := range m.Value("patterns").List().All() {
		p, err := glob.Compile(from(text.Str()))
		if err != nil {
			return nil, m.Errorf("patterns", "%q is no pattern: %w", text.Str(), err)
		}
		cache.files = append(cache.files, p)
	}
	return cache, nil
}

// key is under which the cache of a task is kept: in a loop there is one for each value.
func key(c *task.Context) string {
	run, _ := c.Pebble.Vars.Get("taskrun")
	v, _ := run.Map().Get("value")
	return v.Str()
}

// open opens what was kept last, after its head; nil if there is none that is young enough.
func (cache *Cache) open(ctx context.Context, c *task.Context) (archive *tar.Reader, files string, closer io.Closer, err error) {
	kept, err := c.Directories.OpenCache(ctx, c.Origin, key(c))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil, nil
	}
	if err != nil {
		return nil, "", nil, err
	}
	archive = tar.NewReader(kept)
	head, err := archive.Next()
	if err != nil {
		return nil, "", nil, errors.Join(err, kept.Close())
	}
	at, err := time.Parse(time.RFC3339Nano, head.PAXRecords[recordAt])
	if err != nil || cache.ttl > 0 && c.Pebble.Now.Sub(at) > cache.ttl {
		return nil, "", nil, errors.Join(err, kept.Close())
	}
	return archive, head.PAXRecords[recordFiles], kept, nil
}

// Restore puts what was kept last into a directory. Without it the tasks begin with less, so that a failure is only logged.
func (cache *Cache) Restore(ctx context.Context, c *task.Context, dir *task.Directory) error {
	archive, _, closer, err := cache.open(ctx, c)
	if err == nil && archive != nil {
		c.Log.Log(task.Debug, "Cache exist, downloading it")
		err = errors.Join(restore(archive, dir), closer.Close())
	}
	return logged(ctx, c, "the cache cannot be restored", err)
}

func restore(archive *tar.Reader, dir *task.Directory) error {
	for {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := write(dir, head.Name, archive); err != nil {
			return err
		}
		if err := dir.Chmod(head.Name, fs.FileMode(head.Mode).Perm()); err != nil {
			return pathless.Cause(err)
		}
		if err := dir.Chtimes(head.Name, head.ModTime, head.ModTime); err != nil {
			return pathless.Cause(err)
		}
	}
}

// logged logs a failure of a cache, unless it comes of the end of the attempt.
func logged(ctx context.Context, c *task.Context, what string, err error) error {
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	c.Log.Log(task.Error, what+": "+err.Error())
	return nil
}

// Save keeps the files of a directory, unless they are those that were kept last. A failure is only logged: the next run has less.
func (cache *Cache) Save(ctx context.Context, c *task.Context, dir *task.Directory) error {
	return logged(ctx, c, "the cache cannot be kept", cache.save(ctx, c, dir))
}

func (cache *Cache) save(ctx context.Context, c *task.Context, dir *task.Directory) error {
	sum := sha256.New()
	count := 0
	err := each(ctx, c, dir, cache.files, func(name string, info fs.FileInfo) error {
		count++
		describe(sum, name, info)
		return nil
	})
	if err != nil || count == 0 {
		return err
	}
	files := hex.EncodeToString(sum.Sum(nil))
	archive, last, closer, err := cache.open(ctx, c)
	if archive != nil {
		err = closer.Close()
	}
	if err == nil && archive != nil && last == files { // what cannot be read is written anew
		c.Log.Log(task.Debug, "Cache files didn't change, skip updating it")
		return nil
	}
	c.Log.Log(task.Debug, "Cache files changed, we update the cache")
	return cache.write(ctx, c, dir, files)
}

// describe adds to a sum what tells a file from another one, and from what it was.
func describe(sum hash.Hash, name string, info fs.FileInfo) {
	fmt.Fprintf(sum, "%q %d %d %o\n", name, info.Size(), info.ModTime().UnixNano(), info.Mode().Perm())
}

// write writes an archive in place of that which was kept last.
func (cache *Cache) write(ctx context.Context, c *task.Context, dir *task.Directory, files string) (err error) {
	kept, err := c.Directories.CreateCache(ctx, c.Origin, key(c))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	archive := tar.NewWriter(kept)
	head := &tar.Header{
		Typeflag:   tar.TypeXGlobalHeader,
		PAXRecords: map[string]string{recordAt: c.Pebble.Now.UTC().Format(time.RFC3339Nano), recordFiles: files},
	}
	if err := archive.WriteHeader(head); err != nil {
		return err
	}
	err = each(ctx, c, dir, cache.files, func(name string, info fs.FileInfo) error { return pack(archive, dir, name, info) })
	if err := errors.Join(err, archive.Close()); err != nil {
		return err
	}
	_, err = kept.Commit()
	return err
}

// pack adds a file to an archive.
func pack(archive *tar.Writer, dir *task.Directory, name string, info fs.FileInfo) error {
	f, err := dir.Open(name)
	if err != nil {
		return pathless.Cause(err)
	}
	defer f.Close()
	head := &tar.Header{
		Name: name, Size: info.Size(), Mode: int64(info.Mode().Perm()), ModTime: info.ModTime(), Format: tar.FormatPAX,
	}
	if err := archive.WriteHeader(head); err != nil {
		return err
	}
	_, err = io.Copy(archive, f)
	return err
}
