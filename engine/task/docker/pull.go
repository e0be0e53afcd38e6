package docker

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/container"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
)

func pullSpec(d *Docker) flow.Spec {
	return flow.Spec{
		Type:       prefix + "Pull",
		Summary:    "Have the daemon pull an image from its registry.",
		Properties: withRegistry(flow.Property{Name: "image", Type: flow.String, Required: true, Dynamic: true, Summary: "The image. With a registry in `credentials`, the name begins with that."}),
		Example:    "id: pull\ntype: " + prefix + "Pull\nimage: alpine:3\n",
		Compile: func(c *flow.Component) (any, error) {
			return &pull{d, &c.Members}, container.CheckHost(&c.Members, d)
		},
	}
}

// pull is a task that pulls an image.
type pull struct {
	docker *Docker
	m      *flow.Members
}

// Run implements [task.Task].
func (t *pull) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	image, err := setting.Of(t.m, "image").Trimmed(c)
	if err == nil {
		image, err = container.Within(c, t.m, image)
	}
	if err != nil {
		return task.Result{}, err
	}
	all, err := container.RenderRegistries(c, t.m, image)
	if err != nil {
		return task.Result{}, err
	}
	if err := t.docker.pull(ctx, image, all, func(text string) { c.Log.Log(task.Debug, text) }); err != nil {
		return task.Result{}, orEnded(ctx, err)
	}
	c.Log.Log(task.Info, "Successfully pulled image "+image)
	return task.Result{}, nil
}
