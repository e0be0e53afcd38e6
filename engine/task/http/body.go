package http

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// content is what a request sends, and the type it has.
type content struct {
	body *task.HTTPBody // nil: none
	typ  string         // empty: there is no such header
	text string         // for the log: what is sent, unless it has files
}

// content renders what the request sends. A form comes before a body.
func (q *call) content(ctx context.Context, c *task.Context) (content, error) {
	typ, err := q.contentType.Trimmed(c)
	if err != nil {
		return content{}, err
	}
	if typ == "" {
		typ = "application/json"
	}
	charset := charsetOf(typ)
	if charset == "" {
		if charset, err = q.options.charset.Trimmed(c); err != nil {
			return content{}, err
		}
		if charset == "" {
			charset = "UTF-8"
		}
	}
	form, err := setting.Map(c, "formData", q.formData)
	if err != nil {
		return content{}, err
	}
	if form.Len() > 0 {
		if media, _, _ := strings.Cut(typ, ";"); strings.EqualFold(strings.TrimSpace(media), "multipart/form-data") {
			return multipartOf(ctx, c, form)
		}
		return encodedForm(form, charset)
	}
	text, ok, err := q.bodyText(c)
	if err != nil || !ok {
		return content{typ: typ}, err
	}
	raw, err := encode(text, charset)
	if err != nil {
		return content{}, err
	}
	if charsetOf(typ) == "" {
		typ += "; charset=" + charset
	}
	return content{bodyOf(raw), typ, text}, nil
}

// bodyText returns the text of the body, and whether there is one.
func (q *call) bodyText(c *task.Context) (string, bool, error) {
	if q.body == nil {
		return "", false, nil
	}
	if t := q.body.Template(); t != nil {
		if text, constant := t.Constant(); constant {
			return text, true, nil
		}
		v, err := t.RenderTyped(c.Pebble)
		return value.Text(v), !v.IsNull(), err
	}
	v, err := q.body.Render(c.Pebble)
	if err != nil || v.IsNull() {
		return "", false, err
	}
	return value.Text(v), true, nil
}

func bodyOf(raw []byte) *task.HTTPBody {
	return &task.HTTPBody{Length: int64(len(raw)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(raw)), nil
	}}
}

// encodedForm returns a form as browsers send it.
func encodedForm(form *value.Map, charset string) (content, error) {
	var out strings.Builder
	for name, v := range form.All() {
		if v.IsNull() {
			continue
		}
		for i, part := range []string{name, value.Text(v)} {
			raw, err := encode(part, charset)
			if err != nil {
				return content{}, fmt.Errorf("formData.%s: %w", name, err)
			}
			switch {
			case i == 1:
				out.WriteByte('=')
			case out.Len() > 0:
				out.WriteByte('&')
			}
			out.WriteString(url.QueryEscape(string(raw)))
		}
	}
	text := out.String()
	return content{bodyOf([]byte(text)), "application/x-www-form-urlencoded; charset=" + charset, text}, nil
}
