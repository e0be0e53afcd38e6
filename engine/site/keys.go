package site

import (
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/secret"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// Keys renders the keys of triggers, and the secrets of their signatures, out of an environment.
type Keys struct {
	environment *Environment
	variables   *scope.Environment
}

// NewKeys returns the keys of an environment and secrets as of [NewEnvironment], and a base URL as of [Options].
func NewKeys(environ []string, secrets *secret.Set, baseURL string) *Keys {
	env := NewEnvironment(environ, secrets)
	return &Keys{env, &scope.Environment{Envs: env.envs, Secrets: env, BaseURL: baseURL, DecodeTrigger: webhook.DecodeVariables}}
}

// Context is what the key and the secrets of a trigger may read: no request and no execution, and of its flow the revision is not
// known yet. Without expressions in them it is nil.
func (k *Keys) Context(t *webhook.Trigger) *pebble.Context {
	if t.HasConstantSecrets() {
		return nil
	}
	constant := scope.NewFlow(execution.NewPlan(t.Flow, 1), k.variables)
	vars := value.NewMap(constant.Constants().Len() + 2)
	for name, v := range constant.Constants().All() {
		vars.Set(name, v)
	}
	vars.Set("labels", value.FromMap(flow.NestLabels(t.Flow.Labels)))
	vars.Set("trigger", value.MapOf("id", value.String(t.ID()), "type", value.String(t.Type())))
	c := constant.Context(vars)
	return &c
}

// Lacks returns the environment variables that the key of a trigger reads and that are not set, as in SECRET_X, or the files of secrets.
func (k *Keys) Lacks(t *webhook.Trigger) []string {
	var names []string
	for _, name := range t.KeySecrets() {
		if _, ok, _ := k.environment.Secret(t.Flow.Namespace, name); !ok {
			names = append(names, k.environment.Place(name))
		}
	}
	for _, name := range t.KeyEnvs() {
		if _, ok := k.environment.envs.Map().Get(name); !ok {
			names = append(names, envPrefix+strings.ToUpper(name))
		}
	}
	return names
}
