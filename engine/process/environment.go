package process

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// environments are folders that are built once, and kept.
type environments struct {
	mu    sync.Mutex
	built map[string]chan struct{} // names of those that are being built; a channel is closed when one has been
}

// errNoPlace is why environments cannot be kept.
var errNoPlace = errors.New("the server has no folder for the packages of scripts: see the option files")

// Environment implements [task.Commands].
func (r *Runner) Environment(ctx context.Context, name string, build func(folder string) error) (string, error) {
	s := r.settings.Load()
	if s == nil {
		return "", ErrOff
	}
	if s.Environments == "" {
		return "", errNoPlace
	}
	folder := filepath.Join(s.Environments, name)
	for {
		if _, err := os.Stat(folder + readySuffix); err == nil {
			return folder, nil
		}
		done, mine := r.environments.claim(folder)
		if mine {
			err := r.build(s, folder, build)
			r.environments.release(folder)
			if err != nil {
				return "", err
			}
			return folder, nil
		}
		select {
		case <-done:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// readySuffix ends the name of a file beside a folder that was built. Only the server can make it.
const readySuffix = ".ready"

// claim reports whether the caller is the one who builds a folder; otherwise the channel is closed when that was tried.
func (e *environments) claim(folder string) (done chan struct{}, mine bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if done, ok := e.built[folder]; ok {
		return done, false
	}
	if e.built == nil {
		e.built = map[string]chan struct{}{}
	}
	e.built[folder] = make(chan struct{})
	return nil, true
}

func (e *environments) release(folder string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	close(e.built[folder])
	delete(e.built, folder)
}

// build makes a folder and has it built. What was built is the server's, so that scripts of another user cannot change it.
func (r *Runner) build(s *settings, folder string, build func(folder string) error) error {
	const through = 0o711
	err := os.RemoveAll(folder) // of one that was not completed
	if err == nil {
		err = os.MkdirAll(s.Environments, through)
	}
	if err == nil {
		err = os.Mkdir(folder, 0o755) //nolint:gosec // commands read it
	}
	if err == nil {
		err = own(folder, s.Options.User)
	}
	if err != nil {
		return fmt.Errorf("the folder for packages cannot be made: %w", pathless(err))
	}
	if err := build(folder); err != nil {
		_ = os.RemoveAll(folder) // the next one removes it else
		return err
	}
	if err := errors.Join(disown(folder, s.Options.User), os.WriteFile(folder+readySuffix, nil, 0o600)); err != nil {
		return fmt.Errorf("the folder for packages cannot be kept: %w", pathless(err))
	}
	return nil
}

// own gives a folder to a user.
func own(folder string, u *task.User) error {
	if u == nil {
		return nil
	}
	return os.Lchown(folder, u.UID, u.GID)
}

// disown takes what a user has made back.
func disown(folder string, u *task.User) error {
	if u == nil || u.UID == os.Getuid() {
		return nil
	}
	return filepath.WalkDir(folder, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(name, os.Getuid(), os.Getgid()) //nolint:gosec // nothing of the user runs any more, and no link is followed
	})
}

// pathless returns the cause of a file error: where files are on the disk concerns no flow.
func pathless(err error) error {
	if at, ok := errors.AsType[*os.PathError](err); ok {
		return at.Err
	}
	return err
}
