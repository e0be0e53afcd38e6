package postgresql

import (
	"github.com/caddyserver/caddy/v2"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	work "github.com/caddy-kestra/kestra-webhook/engine/task/postgresql"
)

func init() { caddy.RegisterModule(new(Group)) }

// Group is the module kestra.tasks.postgresql: SQL in PostgreSQL. It has no options.
type Group struct{}

// CaddyModule returns the Caddy module information.
func (*Group) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "kestra.tasks.postgresql", New: func() caddy.Module { return new(Group) }}
}

// Specs implements caddymodule.TaskGroup.
func (*Group) Specs() []flow.Spec { return work.Specs() }
