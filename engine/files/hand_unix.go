//go:build unix

package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// hand gives a directory below root to a user, and what is in it that belongs to the server. The folders on the way to it can then be passed
// through by those who know the names. What has a second name is left alone: a command may have made it, for a file of somebody else's.
func hand(root *os.Root, name string, u *task.User) error {
	if u == nil || u.UID == os.Getuid() {
		return nil
	}
	const through = 0o711 // names of executions cannot be guessed, nor listed by others
	err := errors.Join(passable(filepath.Dir(root.Name())), passable(root.Name()))
	for at := 0; err == nil && at < len(name); {
		next := strings.IndexByte(name[at:], '/')
		if next < 0 {
			break
		}
		at += next
		err = root.Chmod(name[:at], through)
		at++
	}
	if err == nil {
		err = giveAll(root, name, u)
	}
	if err != nil {
		return fmt.Errorf("the directory cannot be given to user %s: %w", u.Name, pathless.Cause(err))
	}
	return nil
}

// passable lets everybody pass through a folder.
func passable(name string) error {
	const pass = 0o111
	info, err := os.Stat(name)
	if err != nil || info.Mode()&pass == pass {
		return err
	}
	return os.Chmod(name, info.Mode().Perm()|pass)
}

func giveAll(root *os.Root, name string, u *task.User) error {
	dir, err := root.OpenRoot(name)
	if err != nil {
		return err
	}
	defer dir.Close()
	return fs.WalkDir(dir.FS(), ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := dir.Lstat(file)
		if err != nil {
			return err
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok || int(stat.Uid) != os.Getuid() || !entry.IsDir() && (stat.Nlink > 1 || !info.Mode().IsRegular()) {
			return nil
		}
		return dir.Lchown(path.Clean(file), u.UID, u.GID)
	})
}
