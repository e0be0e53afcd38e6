package scope

import (
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Environment is what surrounds flows: the same for all flows of a site.
type Environment struct {
	Envs    value.Value    // a map: envs
	Secrets pebble.Secrets // nil: there are none
	BaseURL string         // kestra.url; empty: there is no such variable

	// DecodeTrigger returns the variable `trigger` of an execution that was loaded.
	DecodeTrigger func(execution.Datum) *value.Map
}

// Flow is the variables that do not depend on an execution.
type Flow struct {
	plan      *execution.Plan
	env       *Environment
	constants *value.Map
}

// NewFlow returns the variables of the flow of a plan.
func NewFlow(p *execution.Plan, env *Environment) *Flow {
	f := p.Flow()
	vars := value.NewMap(6)
	vars.Set("flow", f.Variable(int64(p.Revision())))
	if f.Variables.Len() > 0 {
		vars.Set("vars", value.FromMap(f.Variables))
	}
	vars.Set("envs", env.Envs)
	vars.Set("globals", value.FromMap(value.NewMap(0))) // Kestra fills it from its server's configuration
	if env.BaseURL != "" {
		vars.Set("kestra", value.MapOf("url", value.String(strings.TrimRight(env.BaseURL, "/"))))
	}
	return &Flow{plan: p, env: env, constants: vars}
}

// Plan returns the plan.
func (f *Flow) Plan() *execution.Plan { return f.plan }

// Constants returns the variables that do not depend on a request, for reading.
func (f *Flow) Constants() *value.Map { return f.constants }

// Context returns what an evaluation with these variables sees. Clock, seed and account are the caller's to set.
func (f *Flow) Context(vars *value.Map) pebble.Context {
	return pebble.Context{Vars: vars, Secrets: f.env.Secrets, Namespace: f.plan.Flow().Namespace}
}

// join returns all members of the constants, followed by these variables.
func (f *Flow) join(names []string, get func(name string) (value.Value, bool)) *value.Map {
	all := value.NewMap(f.constants.Len() + len(names))
	for name, v := range f.constants.All() {
		all.Set(name, v)
	}
	for _, name := range names {
		if v, ok := get(name); ok {
			all.Set(name, v)
		}
	}
	return all
}
