package http

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"path"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// multipartOf returns a form with files. The files are read while it is sent, and each time that it is.
func multipartOf(ctx context.Context, c *task.Context, form *value.Map) (content, error) {
	var fixed bytes.Buffer // what stands between the files
	w := multipart.NewWriter(&fixed)
	m := &multipartBody{ctx: ctx, context: c}
	for name, v := range form.All() {
		if v.IsNull() {
			continue
		}
		uri, file := fileOf(v)
		header := textproto.MIMEHeader{"Content-Disposition": {disposition(name, file)}, "Content-Type": {"application/octet-stream"}}
		if uri == "" {
			header.Set("Content-Type", "text/plain; charset=UTF-8")
		}
		part, err := w.CreatePart(header)
		if err != nil {
			return content{}, err
		}
		if uri == "" {
			if _, err := io.WriteString(part, value.Text(v)); err != nil {
				return content{}, err
			}
			continue
		}
		if err := m.add(&fixed, uri); err != nil {
			return content{}, fmt.Errorf("formData.%s: %w", name, err)
		}
	}
	if err := w.Close(); err != nil {
		return content{}, err
	}
	m.end(&fixed)
	return content{&task.HTTPBody{Open: m.open, Length: m.length}, w.FormDataContentType(), ""}, nil
}

// fileOf returns the URI of the file that a value of a form stands for, and its name; "" if it stands for none.
func fileOf(v value.Value) (uri, name string) {
	if v.Kind() == value.KindMap {
		given, _ := v.Map().Get("name")
		from, _ := v.Map().Get("content")
		if given.IsNull() || from.IsNull() {
			return "", ""
		}
		return value.Text(from), value.Text(given)
	}
	if text := v.Str(); strings.HasPrefix(text, "kestra://") || strings.HasPrefix(text, "nsfile://") {
		return text, path.Base(text)
	}
	return "", ""
}

// disposition returns the header of a part.
func disposition(name, file string) string {
	quote := strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A").Replace
	out := `form-data; name="` + quote(name) + `"`
	if file != "" {
		out += `; filename="` + quote(file) + `"`
	}
	return out
}

// multipartBody is a form with files: pieces of text and files in turn.
type multipartBody struct {
	ctx     context.Context //nolint:containedctx // that of the attempt, which lasts as long
	context *task.Context
	pieces  []string
	uris    []string // each comes after the piece with its index
	length  int64
}

func (m *multipartBody) add(fixed *bytes.Buffer, uri string) error {
	if m.context.Services == nil || m.context.Files == nil {
		return errNoServer
	}
	size, err := m.context.Files.Size(m.ctx, m.context.Origin, uri)
	if err != nil {
		return err
	}
	m.end(fixed)
	m.uris = append(m.uris, uri)
	m.length += size
	return nil
}

func (m *multipartBody) end(fixed *bytes.Buffer) {
	m.pieces = append(m.pieces, fixed.String())
	m.length += int64(fixed.Len())
	fixed.Reset()
}

func (m *multipartBody) open() (io.ReadCloser, error) { return &multipartReader{of: m}, nil }

// multipartReader reads a form. Files are opened one after the other.
type multipartReader struct {
	of   *multipartBody
	next int // of pieces
	now  io.Reader
	file *task.File // that is open; nil: none
}

// Read implements [io.Reader].
func (r *multipartReader) Read(p []byte) (int, error) {
	for {
		if r.now != nil {
			n, err := r.now.Read(p)
			if err == nil || err != io.EOF {
				return n, err
			}
			r.now = nil
			if n > 0 {
				return n, nil
			}
		}
		switch {
		case r.file == nil && r.next > 0 && r.next <= len(r.of.uris):
			file, err := r.of.context.Files.Open(r.of.ctx, r.of.context.Origin, r.of.uris[r.next-1])
			if err != nil {
				return 0, err
			}
			r.file, r.now = file, file
		case r.next < len(r.of.pieces):
			if err := r.Close(); err != nil {
				return 0, err
			}
			r.now = strings.NewReader(r.of.pieces[r.next])
			r.next++
		default:
			return 0, io.EOF
		}
	}
}

// Close implements [io.Closer].
func (r *multipartReader) Close() error {
	if r.file == nil {
		return nil
	}
	file := r.file
	r.file = nil
	return file.Close()
}
