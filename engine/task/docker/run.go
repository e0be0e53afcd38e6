package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

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
	var out *printed
	if !c.Detach {
		if out, err = d.attach(ctx, id, command.Line); err != nil {
			return 0, orEnded(ctx, err)
		}
		defer out.close()
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
	exit, err = d.follow(ctx, id, out, command.Line)
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

// printed is what a container prints, while it is read.
type printed struct {
	ended chan struct{} // closed when all is read
	err   error         // then: why it is not all
	close func()        // ends it
}

// attach begins to read what a container prints, before it starts: a daemon may lose the lines of one that ends at once to whoever asks for its
// log later.
func (d *Docker) attach(ctx context.Context, id string, line func(task.CommandLine)) (*printed, error) {
	from, err := d.api.ContainerAttach(ctx, id, client.ContainerAttachOptions{Stream: true, Stdout: true, Stderr: true})
	if err != nil {
		return nil, fmt.Errorf("what the container prints cannot be read: %w", err)
	}
	stop := context.AfterFunc(ctx, from.Close)
	p := &printed{ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		p.err = readStreams(from.Reader, line)
	}()
	p.close = func() {
		stop()
		from.Close()
		<-p.ended
	}
	return p, nil
}

// follow waits until a container has ended and all is read that it has printed, and returns its exit code.
func (d *Docker) follow(ctx context.Context, id string, out *printed, line func(task.CommandLine)) (int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wait := d.api.ContainerWait(ctx, id, client.ContainerWaitOptions{Condition: api.WaitConditionNotRunning})
	var ended api.WaitResponse
	var err error
	select {
	case ended = <-wait.Result:
		if ended.Error != nil {
			err = errors.New(ended.Error.Message)
		}
	case err = <-wait.Error:
	}
	if err != nil {
		return 0, fmt.Errorf("the end of the container is not known: %w", err)
	}
	<-out.ended
	if out.err != nil {
		return 0, fmt.Errorf("what the container prints cannot be read: %w", out.err)
	}
	if ended.StatusCode != 0 {
		d.explain(ctx, id, line)
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

// readStreams reads both streams of a container, line by line.
func readStreams(from io.Reader, line func(task.CommandLine)) error {
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

// create makes the container, and pulls nothing. Its id is waited for even when ctx has ended meanwhile, for a time: a daemon makes the container
// also for somebody who has gone, and who knows its id removes it.
func (d *Docker) create(ctx context.Context, c *container.Container, command *task.Command) (string, error) {
	options, err := creation(c, command)
	if err != nil {
		return "", err
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	waited, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(endTime, cancel) })()
	made, err := d.api.ContainerCreate(waited, options)
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
