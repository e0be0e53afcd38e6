package storage

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/lines"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func splitSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.storage.Split",
		Aliases: []string{"io.kestra.core.tasks.storages.Split"},
		Summary: "Write the lines of a file into several files. One of `bytes`, `partitions`, `rows` and `regexPattern` says how.",
		Properties: append([]flow.Property{
			{Name: "from", Type: flow.String, Required: true, Dynamic: true, Summary: "The URI of the file."},
		}, lines.SplitProperties()...),
		Outputs: []flow.TaskOutput{
			{Name: "uris", Type: flow.TypeArray, Summary: "The URIs of the files, in the order of their first lines."},
		},
		Example: `id: parts
type: io.kestra.plugin.core.storage.Split
from: "{{ trigger.body.file }}"
rows: 100
`,
		Compile: func(c *flow.Component) (any, error) {
			by, err := lines.NewSplit(&c.Members, 0)
			return &splitter{c.Template("from"), by}, err
		},
	}
}

// splitter is io.kestra.plugin.core.storage.Split.
type splitter struct {
	from *pebble.Template
	by   *lines.Split
}

func (s *splitter) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	from, err := s.from.Render(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	var uris []string
	err = s.by.Run(ctx, c, from, func(uri string) error {
		uris = append(uris, uri)
		return nil
	})
	return task.Result{Outputs: value.MapOf("uris", value.Strings(uris))}, err
}
