//go:build !unix

package files

import (
	"errors"
	"os"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// hand gives nothing: here commands run as the server does.
func hand(_ *os.Root, _ string, u *task.User) error {
	if u == nil {
		return nil
	}
	return errors.ErrUnsupported
}
