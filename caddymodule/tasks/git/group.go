package git

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/caddy-kestra/kestra-webhook/caddymodule/knownhosts"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	work "github.com/caddy-kestra/kestra-webhook/engine/task/git"
)

func init() { caddy.RegisterModule(new(Group)) }

// Group is the module kestra.tasks.git: clones of repositories.
//
//	tasks git {
//		known_hosts <file>
//		allow_local <folder>...
//	}
//
// The file is for servers of ssh; without it, any server is trusted. Flows may clone repositories of this machine by file:// that are in
// one of the folders; without them, none. Links that lead out of a folder are not followed.
type Group struct {
	knownhosts.Option

	// AllowLocal are folders of this machine in which are repositories that flows may clone by file://. A path in a Caddyfile is that of
	// its folder. Placeholders such as `{env.REPOSITORIES}` are replaced when the configuration is loaded.
	AllowLocal []string `json:"allow_local,omitempty"`
}

// CaddyModule returns the Caddy module information.
func (*Group) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "kestra.tasks.git", New: func() caddy.Module { return new(Group) }}
}

// UnmarshalCaddyfile implements [caddyfile.Unmarshaler].
func (g *Group) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	return g.Unmarshal(d, func(option string) (bool, error) {
		if option != "allow_local" {
			return false, nil
		}
		folders := d.RemainingArgs()
		if len(folders) == 0 {
			return true, d.ArgErr()
		}
		for _, folder := range folders {
			path, err := knownhosts.Path(d, folder)
			if err != nil {
				return true, err
			}
			g.AllowLocal = append(g.AllowLocal, path)
		}
		return true, nil
	})
}

// Provision implements [caddy.Provisioner].
func (g *Group) Provision(ctx caddy.Context) error {
	if err := g.Option.Provision(ctx); err != nil {
		return err
	}
	for i, folder := range g.AllowLocal {
		name := caddy.NewReplacer().ReplaceKnown(folder, "")
		if name == "" {
			return fmt.Errorf("allow_local: %q is empty text", folder)
		}
		path, err := filepath.Abs(name)
		if err != nil {
			return fmt.Errorf("allow_local: %w", err)
		}
		if info, err := os.Stat(path); err != nil || !info.IsDir() {
			return fmt.Errorf("allow_local: %s is no folder", path)
		}
		g.AllowLocal[i] = path
	}
	return nil
}

// Specs implements caddymodule.TaskGroup.
func (g *Group) Specs() []flow.Spec {
	return work.Specs(work.Options{KnownHosts: g.KnownHosts, Local: g.AllowLocal})
}

var (
	_ caddyfile.Unmarshaler = (*Group)(nil)
	_ caddy.Provisioner     = (*Group)(nil)
)
