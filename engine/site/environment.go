package site

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The prefixes of environment variables that expressions can read, as in Kestra: secret('X') and envs.x.
const (
	secretPrefix = "SECRET_"
	envPrefix    = "ENV_"
)

// Environment is what a process environment gives to expressions. It implements [pebble.Secrets] with the secrets of
// Kestra's open-source edition: secret('X') is the environment variable SECRET_X in Base64, in every namespace.
type Environment struct {
	secrets map[string]secret // by upper-case name
	mask    *mask.Mask        // of all that secret() may give
	envs    value.Value       // of ENV_X, by lower-case name
}

type secret struct {
	text string
	err  error
}

// NewEnvironment reads variables as of os.Environ.
func NewEnvironment(environ []string) *Environment {
	e := &Environment{secrets: make(map[string]secret)}
	envs := make(map[string]string)
	for _, pair := range environ {
		name, text, _ := strings.Cut(pair, "=")
		if rest, ok := strings.CutPrefix(name, secretPrefix); ok {
			e.secrets[strings.ToUpper(rest)] = decodeSecret(name, text)
		} else if rest, ok := strings.CutPrefix(name, envPrefix); ok {
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
	e.envs = value.FromMap(m)
	var texts []string
	for _, s := range e.secrets {
		texts = append(texts, s.texts()...)
	}
	e.mask = mask.New(texts)
	return e
}

// texts returns what secret() may give of a secret: all of it, and the members of a JSON object.
func (s secret) texts() []string {
	texts := []string{s.text}
	if !strings.HasPrefix(strings.TrimSpace(s.text), "{") {
		return texts
	}
	v, _ := value.DecodeJSONText(s.text) // null, without members, when it is no JSON
	for _, member := range v.Map().All() {
		if member.Kind() == value.KindString {
			texts = append(texts, member.Str())
		} else {
			texts = append(texts, value.JSON(member))
		}
	}
	return texts
}

// decodeSecret accepts Base64 with line breaks in it, as `base64 <file` prints it; package base64 ignores them.
func decodeSecret(name, text string) secret {
	clear, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return secret{err: fmt.Errorf("environment variable %s is not valid Base64", name)}
	}
	return secret{text: string(clear)}
}

// Secret returns the secret with this name, in any case.
func (e *Environment) Secret(_, name string) (string, bool, error) {
	s, ok := e.secrets[strings.ToUpper(name)]
	return s.text, ok, s.err
}

// Envs returns the variable `envs`.
func (e *Environment) Envs() value.Value { return e.envs }

// Mask hides the secrets in texts.
func (e *Environment) Mask() *mask.Mask { return e.mask }
