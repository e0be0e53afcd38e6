package caddymodule

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

// adminBackup is a copy of the store.
type adminBackup struct {
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`
}

// backUp copies the store into a new file on the server's machine.
func backUp(c *adminCall) error {
	var asked struct {
		Path string `json:"path"`
	}
	if err := c.object(&asked); err != nil {
		return err
	}
	if !filepath.IsAbs(asked.Path) {
		return badRequest(fmt.Errorf("path must be the absolute path of a new file, is %q", asked.Path))
	}
	size, err := c.engine.Backup(c.request.Context(), asked.Path)
	switch {
	case errors.Is(err, engine.ErrNoFile), errors.Is(err, fs.ErrExist):
		return refuse(http.StatusConflict, err)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return badRequest(err)
	case err != nil:
		return err
	}
	return c.answer(adminBackup{asked.Path, size})
}
