package email

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strings"

	"github.com/wneessen/go-mail"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// attached returns the files of a property, which are read while the mail is sent. s may be nil.
func attached(ctx context.Context, c *task.Context, property string, s *pebble.Structure) ([]*mail.File, error) {
	if s == nil {
		return nil, nil
	}
	list, err := listOf(c, s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", property, err)
	}
	out := make([]*mail.File, list.Len())
	for i, item := range list.All() {
		if out[i], err = fileOf(ctx, c, item); err != nil {
			return nil, fmt.Errorf("%s[%d]: %w", property, i, err)
		}
	}
	return out, nil
}

// listOf returns the list of a property, or the one whose JSON it gives; JSON text of such JSON text is taken too, as in Kestra.
func listOf(c *task.Context, s *pebble.Structure) (*value.List, error) {
	v, err := s.Render(c.Pebble)
	for i := 0; err == nil && v.Kind() == value.KindString && i < 2; i++ {
		if strings.TrimSpace(v.Str()) == "" {
			return nil, nil
		}
		if err = c.Pebble.ChargeJSON(v.Str()); err == nil {
			v, err = value.DecodeJSONText(v.Str())
		}
	}
	switch {
	case err != nil:
		return nil, err
	case v.IsNull():
		return nil, nil
	case v.Kind() == value.KindMap:
		return value.ListOf(v).List(), nil
	case v.Kind() != value.KindList:
		return nil, errors.New("must be a list, or JSON text of one")
	default:
		return v.List(), nil
	}
}

func fileOf(ctx context.Context, c *task.Context, item value.Value) (*mail.File, error) {
	text := func(name string) string {
		v, _ := item.Map().Get(name)
		return oneLine(value.Text(v))
	}
	name, uri, typ := text("name"), text("uri"), text("contentType")
	if name == "" || uri == "" {
		return nil, errors.New("must be a map with a name and a uri")
	}
	if typ == "" {
		typ = "application/octet-stream"
	}
	if _, err := c.Files.Size(ctx, c.Origin, uri); err != nil {
		return nil, err
	}
	return &mail.File{
		Name: name, ContentType: mail.ContentType(typ), Header: textproto.MIMEHeader{},
		Writer: func(to io.Writer) (int64, error) {
			f, err := c.Files.Open(ctx, c.Origin, uri)
			if err != nil {
				return 0, err
			}
			defer f.Close()
			return io.Copy(to, f)
		},
	}, nil
}
