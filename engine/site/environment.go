package site

import (
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/secret"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// envPrefix is how the names of the variables begin that expressions can read as envs.x, as in Kestra.
const envPrefix = "ENV_"

// Environment is what the surroundings of a process give to expressions: its secrets, and variables.
type Environment struct {
	*secret.Set

	envs value.Value // of ENV_X, by lower-case name
}

// NewEnvironment reads variables as of os.Environ. Without secrets they are those of the variables.
func NewEnvironment(environ []string, secrets *secret.Set) *Environment {
	if secrets == nil {
		secrets = secret.OfEnviron(environ)
	}
	envs := make(map[string]string)
	for _, pair := range environ {
		name, text, _ := strings.Cut(pair, "=")
		if rest, ok := strings.CutPrefix(name, envPrefix); ok {
			envs[strings.ToLower(rest)] = text
		}
	}
	names := make([]string, 0, len(envs))
	for name := range envs {
		names = append(names, name)
	}
	slices.Sort(names)
	m := value.NewMap(len(names))
	for _, name := range names {
		m.Set(name, value.String(envs[name]))
	}
	return &Environment{secrets, value.FromMap(m)}
}

// Envs returns the variable `envs`.
func (e *Environment) Envs() value.Value { return e.envs }
