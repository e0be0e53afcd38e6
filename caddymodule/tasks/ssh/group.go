package ssh

import (
	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/caddy-kestra/kestra-webhook/caddymodule/knownhosts"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	work "github.com/caddy-kestra/kestra-webhook/engine/task/ssh"
)

func init() { caddy.RegisterModule(new(Group)) }

// Group is the module kestra.tasks.ssh: commands by SSH.
//
//	tasks ssh {
//		known_hosts <file>
//	}
//
// The file is for tasks with strictHostKeyChecking.
type Group struct{ knownhosts.Option }

// CaddyModule returns the Caddy module information.
func (*Group) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "kestra.tasks.ssh", New: func() caddy.Module { return new(Group) }}
}

// Specs implements caddymodule.TaskGroup.
func (g *Group) Specs() []flow.Spec { return work.Specs(work.Options{KnownHosts: g.KnownHosts}) }

var (
	_ caddyfile.Unmarshaler = (*Group)(nil)
	_ caddy.Provisioner     = (*Group)(nil)
)
