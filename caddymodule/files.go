package caddymodule

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/caddyserver/caddy/v2"
)

// placeFiles says where the files of executions are.
func (a *App) placeFiles() error {
	if a.Files == "" {
		a.store.Files = filepath.Join(caddy.AppDataDir(), "kestra", "files")
		return nil
	}
	name := caddy.NewReplacer().ReplaceKnown(a.Files, "")
	if name == "" {
		return fmt.Errorf("files folder %q is empty text", a.Files)
	}
	dir, err := filepath.Abs(name)
	if err != nil {
		return fmt.Errorf("files folder %s: %w", name, err)
	}
	a.store.Files = dir
	return nil
}

// namespaceFiles is the folder for files of namespaces that tasks write.
func namespaceFiles() string { return filepath.Join(caddy.AppDataDir(), "kestra", "namespaces") }

// makeFiles makes a folder that the configuration names: one that cannot be is to be known before a flow needs it. The folder of
// the default is made when it is needed.
func (a *App) makeFiles() error {
	if a.Files == "" {
		return nil
	}
	if err := os.MkdirAll(a.store.Files, 0o700); err != nil {
		return fmt.Errorf("files folder: %w", err)
	}
	return nil
}
