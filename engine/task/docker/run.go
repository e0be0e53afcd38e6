package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/stdcopy"
	api "github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/caddy-kestra/kestra-webhook/engine/process"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/container"
)

// Run implements [container.Runner].
func (d *Docker) Run(ctx context.Context, c *container.Container, command *task.Command) (exit int, err error) {
	if err := d.provide(ctx, c); err != nil {
		return 0, orEnded(ctx, err)
	}
	id, err := d.create(ctx, c, command)
	if err != nil {
		return 0, orEnded(ctx, err)
	}
	left := false // as it is, for nobody waits for it
	defer func() {
		if left {
			return
		}
		grace := c.Grace
		if ctx.Err() == nil {
			grace = 0
		}
		if ended := d.end(ctx, id, c.Keep, grace); ended != nil && c.Log != nil {
			c.Log(fmt.Sprintf("container %s cannot be removed: %v", id, ended))
		}
	}()
	if err := d.copyIn(ctx, id, c.Folders); err != nil {
		return 0, orEnded(ctx, fmt.Errorf("the files cannot be copied into the container: %w", err))
	}
	if _, err := d.api.ContainerStart(ctx, id, client.ContainerStartOptions{}); err != nil {
		return 0, orEnded(ctx, fmt.Errorf("the container cannot be started: %w", err))
	}
	if c.Started != nil {
		c.Started(id)
	}
	if c.Detach {
		left = true
		return 0, nil
	}
	exit, err = d.follow(ctx, id, command)
	if err == nil {
		err = d.copyBack(ctx, id, c.Folders)
	}
	return exit, orEnded(ctx, err)
}

// orEnded returns the error of a context that has ended, which is the cause of the other one.
func orEnded(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// follow reads what a container prints until it has ended, and returns its exit code.
func (d *Docker) follow(ctx context.Context, id string, command *task.Command) (int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	logs, err := d.api.ContainerLogs(ctx, id, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true, Follow: true})
	if err != nil {
		return 0, fmt.Errorf("what the container prints cannot be read: %w", err)
	}
	defer logs.Close()
	printed := make(chan error, 1)
	go func() { printed <- readLogs(logs, command.Line) }()
	wait := d.api.ContainerWait(ctx, id, client.ContainerWaitOptions{Condition: api.WaitConditionNotRunning})
	var ended api.WaitResponse
	select {
	case ended = <-wait.Result:
		err = nil
		if ended.Error != nil {
			err = errors.New(ended.Error.Message)
		}
	case err = <-wait.Error:
	}
	if err != nil {
		cancel()
		_ = <-printed // it is cut short
		return 0, fmt.Errorf("the end of the container is not known: %w", err)
	}
	if err := <-printed; err != nil {
		return 0, fmt.Errorf("what the container prints cannot be read: %w", err)
	}
	if ended.StatusCode != 0 {
		d.explain(ctx, id, command.Line)
	}
	return int(ended.StatusCode), nil
}

// explain says why a container was killed, where that is not its own doing.
func (d *Docker) explain(ctx context.Context, id string, line func(task.CommandLine)) {
	found, err := d.api.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err == nil && found.Container.State != nil && found.Container.State.OOMKilled {
		line(task.CommandLine{Text: "the container was killed: it needed more memory than it may have", Stderr: true})
	}
}

// readLogs reads both streams of a container, line by line.
func readLogs(from io.Reader, line func(task.CommandLine)) error {
	var readers sync.WaitGroup
	var one sync.Mutex
	var into [2]*io.PipeWriter
	for i := range into {
		out, in := io.Pipe()
		into[i] = in
		readers.Go(func() {
			process.ReadLines(out, i == 1, func(l task.CommandLine) {
				one.Lock()
				defer one.Unlock()
				line(l)
			})
		})
	}
	_, err := stdcopy.StdCopy(into[0], into[1], from)
	for _, in := range into {
		_ = in.Close() // always nil
	}
	readers.Wait()
	return err
}

// create makes the container, and pulls nothing.
func (d *Docker) create(ctx context.Context, c *container.Container, command *task.Command) (string, error) {
	options, err := creation(c, command)
	if err != nil {
		return "", err
	}
	made, err := d.api.ContainerCreate(ctx, options)
	switch {
	case errdefs.IsNotFound(err) && c.Pull == container.PullNever:
		return "", fmt.Errorf("the daemon has no image %s, and pullPolicy is %s: %w", c.Image, container.PullNever, err)
	case err != nil:
		return "", fmt.Errorf("the container cannot be made: %w", err)
	}
	for _, text := range made.Warnings {
		if c.Log != nil {
			c.Log(text)
		}
	}
	return made.ID, nil
}
