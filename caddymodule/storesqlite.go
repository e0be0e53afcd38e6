package caddymodule

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

func init() {
	caddy.RegisterModule(new(SQLiteStore))
}

// SQLiteStore keeps executions in a file: what was answered with 200 or 202 is on disk, and goes on after a crash. One process at a
// time has the file open. It must be on a disk of this machine: network file systems let go of locks, and lose what they said is on disk.
type SQLiteStore struct {
	// The file, which is made if it is missing, with the folder that it is in. A relative name is taken from the working directory of
	// the process. Placeholders such as `{env.STATE_DIRECTORY}` are replaced when the configuration is loaded. Default:
	// `kestra/kestra.db` in Caddy's data directory.
	Path string `json:"path,omitempty"`

	// How long another process that has the file open is waited for when the server starts, so that a new version can take over from
	// the old one. Default: `10s`.
	LockTimeout caddy.Duration `json:"lock_timeout,omitempty"`

	logger *zap.Logger
	path   string
}

// CaddyModule returns the Caddy module information.
func (*SQLiteStore) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  storeNamespace + "." + engine.StoreSQLite,
		New: func() caddy.Module { return new(SQLiteStore) },
	}
}

// Provision finds out which file it is, and does not touch it.
func (s *SQLiteStore) Provision(ctx caddy.Context) error {
	s.logger = ctx.Logger()
	if s.LockTimeout < 0 {
		return errors.New("lock_timeout must not be negative")
	}
	return s.place()
}

// place says which file it is.
func (s *SQLiteStore) place() error {
	if s.Path == "" {
		s.path = filepath.Join(caddy.AppDataDir(), "kestra", "kestra.db")
		return nil
	}
	name := caddy.NewReplacer().ReplaceKnown(s.Path, "")
	if name == "" {
		return fmt.Errorf("path %q is empty text", s.Path)
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return fmt.Errorf("path %s: %w", name, err)
	}
	s.path = path
	return nil
}

// StoreOptions implements [Store].
func (s *SQLiteStore) StoreOptions() engine.StoreOptions {
	return engine.StoreOptions{Kind: engine.StoreSQLite, Path: s.path, LockTimeout: time.Duration(s.LockTimeout), Logger: s.logger}
}

// UnmarshalCaddyfile reads the store. Its syntax:
//
//	store sqlite [<path>] {
//		lock_timeout <duration>
//	}
//
// A relative path is taken from the folder of the Caddyfile.
func (s *SQLiteStore) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // consume the store's name
	if d.NextArg() {
		s.Path = d.Val()
		if s.Path == "" || d.NextArg() {
			return d.Err("store sqlite takes one file: write `store sqlite ./kestra.db`, or leave it out")
		}
		s.Path = resolveDirs(d, []string{s.Path})[0]
	}
	return parseOptions(d, nil, func(name string) error {
		if name != "lock_timeout" {
			return d.Errf("unrecognized option %q of store sqlite: there is lock_timeout", name)
		}
		return parseTime(d, &s.LockTimeout)
	})
}

// explainStore says what can be done about a store that cannot be opened because its file or folder cannot be made or used.
func explainStore(o engine.StoreOptions, err error) error {
	if _, ok := errors.AsType[*fs.PathError](err); o.Kind == engine.StoreSQLite && ok {
		return fmt.Errorf("store sqlite: %w; let this process write there, name another file by `store sqlite <path>`, or write `store memory`, "+
			"which forgets executions when the process ends", err)
	}
	return fmt.Errorf("store %s: %w", o.Kind, err)
}

// Interface guards
var (
	_ Store                 = (*SQLiteStore)(nil)
	_ caddy.Provisioner     = (*SQLiteStore)(nil)
	_ caddyfile.Unmarshaler = (*SQLiteStore)(nil)
)
