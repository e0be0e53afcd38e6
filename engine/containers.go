package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/filelock"
	"github.com/caddy-kestra/kestra-webhook/engine/task/container"
	"github.com/caddy-kestra/kestra-webhook/engine/task/script"
)

// Containers runs commands in containers.
type Containers = container.Runner

// ContainerOptions say where scripts run, see [script.Options].
type ContainerOptions = script.Options

// ContainerPolicy says where a script runs that names no runner, see [script.Policies].
type ContainerPolicy = script.Policy

// ContainerPolicies are all of them.
func ContainerPolicies() []ContainerPolicy { return script.Policies }

// RequireContainers is the policy by which scripts run in containers or not at all.
const RequireContainers = script.Require

// WithContainers returns a catalog of the same types whose scripts run as o says. It is asked for what [Catalog.WithoutCommands] and
// [Catalog.HandingOn] return, and not the other way round.
func (c *Catalog) WithContainers(o ContainerOptions) (*Catalog, error) {
	return newCatalog(o, c.groups)
}

// owner is the name under which this process has containers. The file with its name is locked as long as the process lives, so that the next
// one sees which containers nobody waits for any more, also where several processes have one folder for files.
type owner struct {
	name string

	mu     sync.Mutex
	folder string     // of the locks; empty: there is none
	lock   *os.File   // nil: it has no containers
	last   Containers // that it may have some in

	sweeps sync.WaitGroup
	ctx    context.Context    //nolint:containedctx // of all sweeps
	stop   context.CancelFunc // ends them; nil: there were none
}

const (
	ownerSuffix = ".lock"

	// endTime is how long the end of an engine waits for what is left of its containers.
	endTime = 10 * time.Second
)

// take takes the lock, in a folder below that for files.
func (o *owner) take(files string, c Containers) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = c
	if o.lock != nil || files == "" {
		return nil
	}
	o.folder = filepath.Join(files, "containers")
	if err := os.MkdirAll(o.folder, 0o700); err != nil {
		return err
	}
	var err error
	o.lock, err = filelock.Open(filepath.Join(o.folder, o.name+ownerSuffix))
	return err
}

// dead calls f for the owners in the folder whose processes have ended, and forgets those for which it returns nil.
func (o *owner) dead(f func(name string) error) error {
	o.mu.Lock()
	folder := o.folder
	o.mu.Unlock()
	if folder == "" {
		return nil
	}
	entries, err := os.ReadDir(folder)
	errs := []error{err}
	for _, entry := range entries {
		name, isLock := strings.CutSuffix(entry.Name(), ownerSuffix)
		if !isLock || name == o.name {
			continue
		}
		path := filepath.Join(folder, entry.Name())
		lock, err := filelock.Open(path)
		if errors.Is(err, filelock.ErrLocked) {
			continue
		}
		if err == nil {
			if err = f(name); err == nil {
				err = os.Remove(path)
			}
			err = errors.Join(err, lock.Close())
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// sweep removes what dead owners have left, in the background, since a daemon may take seconds for each container.
func (o *owner) sweep(c Containers, logger *zap.Logger) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.stop == nil {
		o.ctx, o.stop = context.WithCancel(context.Background())
	}
	ctx := o.ctx
	o.sweeps.Go(func() {
		err := o.dead(func(name string) error {
			n, err := c.Remove(ctx, name)
			if err == nil && n > 0 {
				logger.Warn("removed containers of a server that ended without doing so", zap.Int("containers", n))
			}
			return err
		})
		if err != nil && ctx.Err() == nil { // those of the next start are these, too
			logger.Error("containers of a server that has ended cannot be removed", zap.Error(err))
		}
	})
}

// end gives up the name when nothing of it is left, which it sees to. Else the next process does.
func (o *owner) end() error {
	o.mu.Lock()
	if o.stop != nil {
		o.stop()
	}
	o.mu.Unlock()
	o.sweeps.Wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lock == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	_, err := o.last.Remove(ctx, o.name)
	if err == nil {
		err = os.Remove(o.lock.Name())
	}
	err = errors.Join(err, o.lock.Close())
	o.lock = nil
	return err
}

// Contain sees to it that containers can run, and begins to remove those that processes left which ended without doing so. The error is that
// the daemon does not answer.
func (e *Engine) Contain(ctx context.Context, c Containers, logger *zap.Logger) error {
	if c == nil {
		return nil
	}
	if err := c.Check(ctx); err != nil {
		return err
	}
	if err := e.owner.take(e.files.Folder(), c); err != nil {
		return fmt.Errorf("the mark of this server's containers cannot be made: %w", err)
	}
	logger.Info("flows use a Docker daemon", zap.String("host", c.Host()))
	e.owner.sweep(c, logger) //nolint:contextcheck // it goes on when the start is over
	return nil
}

func newOwner() *owner { return &owner{name: rand.Text()} }
