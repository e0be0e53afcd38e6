package docker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/caddy-kestra/kestra-webhook/engine/task/container"
)

// Runner is [container.Runner].
type Runner = container.Runner

// Dangers are what containers may have if it is allowed.
func Dangers() []string { return container.Dangers }

// Options say where the daemon is, and what containers may have.
type Options struct {
	Host  string   // as in unix:///var/run/docker.sock or tcp://docker.example.com:2376
	Allow []string // of [container.Dangers]

	// CA, Certificate and Key are files by which a daemon over TCP and this server know each other; empty: they do not.
	CA, Certificate, Key string
}

// Docker is a daemon.
type Docker struct {
	options Options
	api     *client.Client
}

var _ container.Runner = (*Docker)(nil)

// New returns the daemon at a host, to which it makes no connection yet.
func New(o Options) (*Docker, error) {
	for _, danger := range o.Allow {
		if !slices.Contains(container.Dangers, danger) {
			return nil, fmt.Errorf("allow %s is none of %s", danger, strings.Join(container.Dangers, ", "))
		}
	}
	u, err := client.ParseHostURL(o.Host)
	if err != nil || !slices.Contains([]string{"unix", "tcp", "npipe"}, u.Scheme) {
		return nil, fmt.Errorf("%q is no host of Docker: write unix:///var/run/docker.sock, or tcp://name:port", o.Host)
	}
	options := []client.Opt{client.WithHost(o.Host), client.WithUserAgent("kestra_webhook")}
	if o.CA != "" || o.Certificate != "" || o.Key != "" {
		options = append(options, client.WithTLSClientConfig(o.CA, o.Certificate, o.Key))
	}
	api, err := client.New(options...)
	if err != nil {
		return nil, fmt.Errorf("docker %s: %w", o.Host, err)
	}
	return &Docker{o, api}, nil
}

// Allows implements [container.Runner].
func (d *Docker) Allows(danger string) bool { return slices.Contains(d.options.Allow, danger) }

// Host implements [container.Runner].
func (d *Docker) Host() string { return d.options.Host }

const (
	// answerTime is how long a daemon may take to answer that has nothing to do.
	answerTime = 10 * time.Second

	// endTime is how long it may take to end and remove a container, beside the time that the container is given to end.
	endTime = 30 * time.Second
)

// Check implements [container.Runner].
func (d *Docker) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if _, err := d.api.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true}); err != nil {
		return fmt.Errorf("the Docker daemon at %s does not answer: %w", d.options.Host, err)
	}
	return nil
}

// The labels of a container.
const (
	ownerLabel = "kestra_webhook.owner" // the mark of the server that waits for it
	keepLabel  = "kestra_webhook.keep"  // it is not to be removed
)

// Remove implements [container.Runner].
func (d *Docker) Remove(ctx context.Context, owner string) (int, error) {
	found, err := d.api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: make(client.Filters).Add("label", ownerLabel+"="+owner)})
	if err != nil {
		return 0, err
	}
	errs := make([]error, 0, len(found.Items))
	for _, c := range found.Items {
		errs = append(errs, d.end(ctx, c.ID, c.Labels[keepLabel] != "", 0))
	}
	return len(found.Items), errors.Join(errs...)
}

// end kills a container that may run, and removes it, unless it is to be kept, whatever comes of asking it to end. One that is not there has
// ended.
func (d *Docker) end(ctx context.Context, id string, keep bool, grace time.Duration) error {
	ctx = context.WithoutCancel(ctx)
	if grace > 0 {
		asked, cancel := context.WithTimeout(ctx, endTime+grace)
		seconds := int(max(grace, time.Second) / time.Second)
		_, _ = d.api.ContainerStop(asked, id, client.ContainerStopOptions{Timeout: &seconds}) // it is killed below
		cancel()
	}
	ctx, cancel := context.WithTimeout(ctx, endTime)
	defer cancel()
	if keep {
		_, err := d.api.ContainerKill(ctx, id, client.ContainerKillOptions{})
		if errdefs.IsNotFound(err) || errdefs.IsConflict(err) { // it does not run
			return nil
		}
		return err
	}
	_, err := d.api.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	if errdefs.IsNotFound(err) || errdefs.IsConflict(err) { // somebody removes it
		return nil
	}
	return err
}
