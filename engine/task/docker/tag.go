package docker

import (
	"context"
	"fmt"

	"github.com/moby/moby/client"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/container"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
)

func tagSpec(d *Docker) flow.Spec {
	return flow.Spec{
		Type:    prefix + "Tag",
		Summary: "Give an image that the daemon has another name.",
		Properties: withRegistry(
			flow.Property{Name: "sourceImage", Type: flow.String, Required: true, Dynamic: true, Summary: "The image, by name or id."},
			flow.Property{Name: "targetImage", Type: flow.String, Required: true, Dynamic: true, Summary: "The other name; without a tag, `latest`."},
		),
		Example: "id: tag\ntype: " + prefix + "Tag\nsourceImage: shop:build\ntargetImage: registry.example.com/shop:1.0\n",
		Compile: func(c *flow.Component) (any, error) {
			return &tag{d, setting.Of(&c.Members, "sourceImage"), setting.Of(&c.Members, "targetImage")}, container.CheckHost(&c.Members, d)
		},
	}
}

// tag is a task that names an image.
type tag struct {
	docker         *Docker
	source, target setting.Setting
}

// Run implements [task.Task].
func (t *tag) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	source, err := t.source.Trimmed(c)
	if err != nil {
		return task.Result{}, err
	}
	target, err := t.target.Trimmed(c)
	if err != nil {
		return task.Result{}, err
	}
	if _, err := t.docker.api.ImageTag(ctx, client.ImageTagOptions{Source: source, Target: target}); err != nil {
		return task.Result{}, orEnded(ctx, fmt.Errorf("image %s cannot be named %s: %w", source, target, err))
	}
	c.Log.Log(task.Info, fmt.Sprintf("Tagged image %s as %s", source, target))
	return task.Result{}, nil
}
