package discord

import (
	"github.com/caddyserver/caddy/v2"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	work "github.com/caddy-kestra/kestra-webhook/engine/task/discord"
)

func init() { caddy.RegisterModule(new(Group)) }

// Group is the module kestra.tasks.discord: messages to Discord. It has no options.
type Group struct{}

// CaddyModule returns the Caddy module information.
func (*Group) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "kestra.tasks.discord", New: func() caddy.Module { return new(Group) }}
}

// Specs implements caddymodule.TaskGroup.
func (*Group) Specs() []flow.Spec { return work.Specs() }
