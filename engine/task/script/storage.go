package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// fileURI finds the URIs of files in a text, as Kestra does.
var fileURI = regexp.MustCompile(`kestra://[-\p{L}\p{N}._+~#=/,:;%]*`)

// copies makes copies of the files that a text names by their URIs, in the folder where a script works.
type copies struct {
	dir    *task.Directory
	named  func(name string) string // as commands name a file in it
	number int
	names  map[string]string // of copies, by URI
}

// local returns a text with the names of copies in place of URIs.
func (f *copies) local(ctx context.Context, c *task.Context, text string) (string, error) {
	found := fileURI.FindAllStringIndex(text, -1)
	if found == nil {
		return text, nil
	}
	var b strings.Builder
	from := 0
	for _, at := range found {
		name, err := f.copy(ctx, c, text[at[0]:at[1]])
		if err != nil {
			return "", err
		}
		b.WriteString(text[from:at[0]])
		b.WriteString(name)
		from = at[1]
	}
	b.WriteString(text[from:])
	return b.String(), nil
}

func (f *copies) copy(ctx context.Context, c *task.Context, uri string) (_ string, err error) {
	if name := f.names[uri]; name != "" {
		return name, nil
	}
	from, err := c.Files.Open(ctx, c.Origin, uri)
	if err != nil {
		return "", err
	}
	defer from.Close()
	f.number++
	name := task.FileName(c.Origin, -f.number, filepath.Ext(uri))
	if err := f.dir.Take(from.Size + fileBytes); err != nil {
		return "", err
	}
	to, err := f.dir.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return "", fmt.Errorf("a copy of %s cannot be made: %w", uri, pathless.Cause(err))
	}
	_, err = io.Copy(to, io.LimitReader(from, from.Size))
	if err = errors.Join(err, to.Close()); err != nil {
		return "", fmt.Errorf("a copy of %s cannot be made: %w", uri, pathless.Cause(err))
	}
	if f.names == nil {
		f.names = map[string]string{}
	}
	f.names[uri] = f.named(name)
	return f.names[uri], nil
}
