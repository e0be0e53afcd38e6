package process

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/filelock"
	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

var (
	// errNoPlace is why environments cannot be kept.
	errNoPlace = errors.New("the server has no folder for the packages of scripts: see the option files")

	// errAgain is why an environment is asked for again: somebody else has built or removed it meanwhile.
	errAgain = errors.New("the environment is to be asked for again")
)

// elsewhere is after which time it is looked again what another process has done to an environment.
const elsewhere = 50 * time.Millisecond

// Environment implements [task.Commands].
func (r *Runner) Environment(ctx context.Context, name string, build func(folder string) error) (folder string, release func(), err error) {
	s := r.settings.Load()
	if s == nil {
		return "", nil, ErrOff
	}
	if s.Environments == "" {
		return "", nil, errNoPlace
	}
	folder = filepath.Join(s.Environments, name)
	for {
		lock, err := r.take(ctx, s, folder, build)
		if err == nil {
			return folder, func() { r.leave(s, lock) }, nil
		}
		if !errors.Is(err, errAgain) {
			return "", nil, err
		}
	}
}

// take gets hold of an environment, which is built if it is not there.
func (r *Runner) take(ctx context.Context, s *settings, folder string, build func(folder string) error) (*os.File, error) {
	if lock, err := hold(folder); err == nil {
		return lock, nil
	}
	done, mine := r.claim(folder)
	if !mine {
		return nil, wait(ctx, done)
	}
	defer r.unclaim(folder)
	lock, err := hold(folder) // it may have been built just now
	if errors.Is(err, fs.ErrNotExist) {
		if err := r.build(s, folder, build); err != nil && !errors.Is(err, filelock.ErrLocked) {
			return nil, err
		}
		lock, err = hold(folder)
		r.startSweep(s)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist): // another process has removed it
		return nil, errAgain
	case errors.Is(err, filelock.ErrLocked):
		return nil, wait(ctx, time.After(elsewhere))
	case err != nil:
		return nil, fmt.Errorf("the folder for packages cannot be used: %w", err)
	default:
		return lock, nil
	}
}

// wait waits until something can have changed.
func wait[T any](ctx context.Context, done <-chan T) error {
	select {
	case <-done:
		return errAgain
	case <-ctx.Done():
		return ctx.Err()
	}
}

// build makes a folder and has it built, while nobody else has it. What was built is the server's, so that scripts of another user cannot
// change it. The error is [filelock.ErrLocked] if somebody has it.
func (r *Runner) build(s *settings, folder string, build func(folder string) error) error {
	const through = 0o711
	if err := os.MkdirAll(s.Environments, through); err != nil {
		return fmt.Errorf("the folder for packages cannot be made: %w", pathless.Cause(err))
	}
	lock, err := lockAlone(folder)
	if err != nil {
		return fmt.Errorf("the folder for packages cannot be made: %w", err)
	}
	if _, built := sizeIn(lock); built {
		return lock.Close()
	}
	err = os.RemoveAll(folder) // of one that was not completed
	if err == nil {
		err = os.Mkdir(folder, 0o755) //nolint:gosec // commands read it
	}
	if err == nil {
		err = own(folder, s.Options.User)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("the folder for packages cannot be made: %w", pathless.Cause(err)), remove(folder, lock))
	}
	if err := build(folder); err != nil {
		_ = remove(folder, lock) // otherwise the next sweep does
		return err
	}
	err = disown(folder, s.Options.User)
	var size int64
	if err == nil {
		size, err = sizeOf(folder)
	}
	if err == nil && size > s.EnvironmentsSize {
		_ = remove(folder, lock) // otherwise the next sweep does
		return fmt.Errorf("the packages of the script take %d bytes, and those of all scripts may take %d: see the option environments of allow_commands", size, s.EnvironmentsSize)
	}
	if err == nil {
		err = writeSize(lock, size)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("the folder for packages cannot be kept: %w", pathless.Cause(err)), remove(folder, lock))
	}
	return lock.Close()
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
