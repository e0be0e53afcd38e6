package engine

import (
	"strings"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// constantVars returns the variables of a flow that do not depend on the request (spec/expressions.md §3.1).
func constantVars(f *flow.Flow, revision int, env *environment, baseURL string) *value.Map {
	vars := value.NewMap(6)
	f.AddScope(vars, int64(revision))
	vars.Set("envs", env.envs)
	vars.Set("globals", value.FromMap(value.NewMap(0))) // Kestra fills it from its server's configuration
	if baseURL != "" {
		vars.Set("kestra", value.MapOf("url", value.String(strings.TrimRight(baseURL, "/"))))
	}
	return vars
}

// keyContext is what the key of a trigger may read: no request and no execution (spec/expressions.md §3.3).
func keyContext(t *webhook.Trigger, constant *value.Map, env *environment) *pebble.Context {
	vars := copyVars(constant, 1)
	vars.Set("trigger", value.MapOf("id", value.String(t.ID()), "type", value.String(t.Type())))
	return &pebble.Context{Vars: vars, Secrets: env, Namespace: t.Flow.Namespace}
}

// copyVars returns a copy of vars with room for more.
func copyVars(vars *value.Map, more int) *value.Map {
	c := value.NewMap(vars.Len() + more)
	for name, v := range vars.All() {
		c.Set(name, v)
	}
	return c
}

// requestVars returns the variables that conditions see, and on which tasks build. What costs something is made when an
// expression first reads it.
func (c *call) requestVars() *value.Map {
	f := c.trigger.Flow
	vars := copyVars(c.served.vars, 8)
	vars.Set("trigger", value.FromMap(c.delivery.Trigger()))
	vars.SetLazy("execution", func() value.Value { return c.execution().Variable() })
	vars.SetLazy("labels", func() value.Value {
		labels, _ := c.trigger.Labels(nil, c.execution().ID) // fails only where it renders
		return value.FromMap(flow.NestLabels(labels))
	})
	if f.HasInputDefaults() {
		vars.SetLazy("inputs", func() value.Value {
			defaults, err := f.InputDefaults(c.context)
			if err != nil {
				c.log().Warn("defaults of inputs cannot be rendered", zap.Error(err))
				return value.Null
			}
			return value.FromMap(defaults)
		})
	}
	return vars
}
