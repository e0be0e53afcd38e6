package docker

import (
	"context"
	"fmt"
	"strings"

	"github.com/moby/moby/api/types/jsonstream"
	"github.com/moby/moby/client"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/container"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
)

func pushSpec(d *Docker) flow.Spec {
	return flow.Spec{
		Type:       prefix + "Push",
		Summary:    "Have the daemon push images to their registry.",
		Properties: withRegistry(tags("The images that are pushed, as in `registry.example.com/shop:1.0`.")),
		Example: "id: push\ntype: " + prefix + "Push\ntags: [\"registry.example.com/shop:1.0\"]\ncredentials:\n  registry: registry.example.com\n" +
			"  username: robot\n  password: \"{{ secret('REGISTRY_PASSWORD') }}\"\n",
		Compile: func(c *flow.Component) (any, error) {
			return &push{d, &c.Members}, container.CheckHost(&c.Members, d)
		},
	}
}

// push is a task that pushes images.
type push struct {
	docker *Docker
	m      *flow.Members
}

// Run implements [task.Task].
func (t *push) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	images, err := imagesOf(c, t.m)
	if err != nil {
		return task.Result{}, err
	}
	all, err := container.RenderRegistries(c, t.m, images[0])
	if err != nil {
		return task.Result{}, err
	}
	return task.Result{}, t.docker.push(ctx, c, images, all)
}

// imagesOf returns what `tags` says.
func imagesOf(c *task.Context, m *flow.Members) ([]string, error) {
	images, err := setting.Texts(c, "tags", m.Structure("tags"))
	if err == nil && len(images) == 0 {
		err = errNoTag
	}
	for i := range images {
		images[i] = withoutScheme(strings.TrimSpace(images[i]))
	}
	return images, err
}

// push pushes images, one after the other.
func (d *Docker) push(ctx context.Context, c *task.Context, images []string, all container.Registries) error {
	for _, image := range images {
		auth, err := authFor(all, image)
		if err != nil {
			return err
		}
		answer, err := d.api.ImagePush(ctx, image, client.ImagePushOptions{RegistryAuth: auth})
		if err == nil {
			err = read(answer.JSONMessages(ctx), func(m *jsonstream.Message) {
				if m.Status != "" && (m.Progress == nil || m.Progress.Total == 0) {
					c.Log.Log(task.Info, strings.TrimSpace(m.ID+" "+m.Status))
				}
			})
		}
		if err != nil {
			return orEnded(ctx, fmt.Errorf("image %s cannot be pushed: %w", image, err))
		}
	}
	return nil
}
