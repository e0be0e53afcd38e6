package docker

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/authconfig"
	"github.com/moby/moby/api/types/jsonstream"
	"github.com/moby/moby/api/types/registry"
	"github.com/moby/moby/client"

	"github.com/caddy-kestra/kestra-webhook/engine/task/container"
)

// provide sees to it that the daemon has the image of a container, as its pull policy says.
func (d *Docker) provide(ctx context.Context, c *container.Container) error {
	switch c.Pull {
	case container.PullNever:
		return nil
	case container.PullAlways:
	default:
		if _, err := d.api.ImageInspect(ctx, c.Image); !errdefs.IsNotFound(err) {
			if err != nil {
				err = fmt.Errorf("image %s cannot be looked at: %w", c.Image, err)
			}
			return err
		}
	}
	return d.pull(ctx, c.Image, c.Registries, c.Log)
}

// pull pulls an image. What the daemon says goes to log, if that is not nil.
func (d *Docker) pull(ctx context.Context, image string, all container.Registries, log func(string)) error {
	auth, err := authFor(all, image)
	if err != nil {
		return err
	}
	answer, err := d.api.ImagePull(ctx, image, client.ImagePullOptions{RegistryAuth: auth})
	if err == nil {
		err = read(answer.JSONMessages(ctx), func(m *jsonstream.Message) {
			if log != nil && m.Progress == nil && m.ID == "" && m.Status != "" {
				log(m.Status)
			}
		})
	}
	if err != nil {
		return fmt.Errorf("image %s cannot be pulled: %w", image, err)
	}
	return nil
}

// read reads what the daemon says of its work, of which an error may be a part.
func read(messages iter.Seq2[jsonstream.Message, error], take func(*jsonstream.Message)) error {
	for m, err := range messages {
		switch {
		case err != nil:
			return fmt.Errorf("the connection to the daemon was lost: %w", err)
		case m.Error != nil:
			return m.Error
		}
		take(&m)
	}
	return nil
}

// authConfig returns credentials as the daemon takes them.
func authConfig(c container.Credentials) registry.AuthConfig {
	return registry.AuthConfig{Username: c.Username, Password: c.Password, ServerAddress: c.Address, IdentityToken: c.IdentityToken, RegistryToken: c.RegistryToken}
}

// authFor returns the credentials for the registry of an image as a header has them; empty: there are none.
func authFor(all container.Registries, image string) (string, error) {
	one, found := all.For(image)
	if !found {
		return "", nil
	}
	return authconfig.Encode(authConfig(one))
}

// auxID returns the id of an image that a message tells beside its text; empty: it tells none.
func auxID(m *jsonstream.Message) string {
	var told struct{ ID string }
	if m.Aux == nil || json.Unmarshal(*m.Aux, &told) != nil {
		return ""
	}
	return told.ID
}
