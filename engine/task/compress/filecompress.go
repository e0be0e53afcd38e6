package compress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
)

func fileCompressSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.compress.FileCompress",
		Summary: "Compress a file.",
		Properties: []flow.Property{
			{Name: "from", Type: flow.String, Required: true, Dynamic: true, Summary: "The URI of the file."},
			{Name: "compression", Type: flow.String, Required: true, Dynamic: true, Summary: "How: " + strings.Join(waysToWrite, ", ") + "."},
		},
		Outputs: []flow.TaskOutput{{Name: "uri", Type: flow.TypeURI, Summary: "The URI of the compressed file."}},
		Example: `id: pack
type: io.kestra.plugin.compress.FileCompress
from: "{{ trigger.body.file }}"
compression: XZ
`,
		Compile: func(c *flow.Component) (any, error) {
			f, err := newSingle(c, true)
			return &fileCompress{f}, err
		},
	}
}

// single is what the tasks for one file have in common.
type single struct{ from, way setting.Setting }

func newSingle(c *flow.Component, written bool) (single, error) {
	s := single{setting.Of(&c.Members, "from"), setting.Of(&c.Members, "compression")}
	if way, constant := s.way.Constant(); constant {
		if err := s.check(way, written); err != nil {
			return s, c.Errorf("compression", "%w", err)
		}
	}
	return s, nil
}

func (s *single) check(way string, written bool) error {
	if way == "" {
		return errors.New("must not be empty")
	}
	return checkWay(way, written)
}

// open opens the file, and returns in which way it is compressed. It is to be closed.
func (s *single) open(ctx context.Context, c *task.Context, written bool) (*task.File, string, error) {
	if c.Services == nil || c.Files == nil {
		return nil, "", errNoServer
	}
	uri, err := s.from.Trimmed(c)
	if err != nil {
		return nil, "", err
	}
	way, err := s.way.Trimmed(c)
	if err != nil {
		return nil, "", err
	}
	if err := s.check(way, written); err != nil {
		return nil, "", fmt.Errorf("compression %w", err)
	}
	f, err := c.Files.Open(ctx, c.Origin, uri)
	return f, way, err
}

// fileCompress is io.kestra.plugin.compress.FileCompress.
type fileCompress struct{ single }

func (t *fileCompress) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	in, way, err := t.open(ctx, c, true)
	if err != nil {
		return task.Result{}, err
	}
	defer func() { _ = in.Close() }()
	return compressed(ctx, c, extensions[way], way, func(to io.Writer) error {
		_, err := io.Copy(to, task.Interruptible(ctx, in))
		return err
	})
}
