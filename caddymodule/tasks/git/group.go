package git

import (
	"fmt"
	"path/filepath"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	work "github.com/caddy-kestra/kestra-webhook/engine/task/git"
)

func init() { caddy.RegisterModule(new(Group)) }

// Group is the module kestra.tasks.git: clones of repositories.
//
//	tasks git {
//		known_hosts <file>
//	}
type Group struct {
	// KnownHosts is the file of the keys of servers, as ssh writes it, for servers of ssh; without it, any server is trusted. A path in a Caddyfile is that of its folder.
	KnownHosts string `json:"known_hosts,omitempty"`
}

// CaddyModule returns the Caddy module information.
func (*Group) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "kestra.tasks.git", New: func() caddy.Module { return new(Group) }}
}

// UnmarshalCaddyfile implements caddyfile.Unmarshaler.
func (g *Group) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the group's name
	for nesting := d.Nesting(); d.NextBlock(nesting); {
		if d.Val() != "known_hosts" {
			return d.Errf("unrecognized option %q of tasks git", d.Val())
		}
		if g.KnownHosts != "" {
			return d.Err("known_hosts is there twice")
		}
		if !d.AllArgs(&g.KnownHosts) {
			return d.ArgErr()
		}
		if !filepath.IsAbs(g.KnownHosts) {
			folder, err := filepath.Abs(filepath.Dir(d.File()))
			if err != nil {
				return fmt.Errorf("known_hosts: %w", err)
			}
			g.KnownHosts = filepath.Join(folder, g.KnownHosts)
		}
	}
	return nil
}

// Specs implements caddymodule.TaskGroup.
func (g *Group) Specs() []flow.Spec { return work.Specs(work.Options{KnownHosts: g.KnownHosts}) }

var _ caddyfile.Unmarshaler = (*Group)(nil)
