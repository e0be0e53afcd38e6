package github

import (
	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	work "github.com/caddy-kestra/kestra-webhook/engine/task/github"
)

func init() { caddy.RegisterModule(new(Group)) }

// Group is the module kestra.tasks.github: issues, pull requests and workflows of GitHub.
//
//	tasks github {
//		endpoint <url>
//	}
type Group struct {
	// Endpoint is the address of the API for tasks that name none, as in https://github.example.com/api/v3. Default: that of github.com.
	Endpoint string `json:"endpoint,omitempty"`
}

// CaddyModule returns the Caddy module information.
func (*Group) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "kestra.tasks.github", New: func() caddy.Module { return new(Group) }}
}

// Provision implements caddy.Provisioner.
func (g *Group) Provision(caddy.Context) error {
	if g.Endpoint == "" {
		return nil
	}
	return work.CheckEndpoint(g.Endpoint)
}

// UnmarshalCaddyfile implements caddyfile.Unmarshaler.
func (g *Group) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the group's name
	for nesting := d.Nesting(); d.NextBlock(nesting); {
		if d.Val() != "endpoint" {
			return d.Errf("unrecognized option %q of tasks github", d.Val())
		}
		if g.Endpoint != "" {
			return d.Err("endpoint is there twice")
		}
		if !d.AllArgs(&g.Endpoint) {
			return d.ArgErr()
		}
	}
	return nil
}

// Specs implements caddymodule.TaskGroup.
func (g *Group) Specs() []flow.Spec { return work.Specs(work.Options{Endpoint: g.Endpoint}) }

var (
	_ caddy.Provisioner     = (*Group)(nil)
	_ caddyfile.Unmarshaler = (*Group)(nil)
)
