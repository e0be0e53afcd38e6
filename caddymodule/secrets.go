package caddymodule

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// The kinds of places where secrets are.
const (
	secretsEnv = "env"
	secretsDir = "dir"
)

// SecretSource is a place where the secrets of `secret('X')` are.
type SecretSource struct {
	// `env`: the secret X is the environment variable `SECRET_X`, in Base64. `dir`: the secret X is the file in a folder whose name is
	// X in any case, as Docker, Kubernetes and systemd make them; a line end at its end is dropped. Names that begin with a dot are
	// skipped, and symbolic links are followed inside the folder alone.
	Kind string `json:"kind"`

	// The folder, of kind `dir`. A relative one is taken from the working directory of the process. A missing folder is an error.
	// Placeholders such as `{env.CREDENTIALS_DIRECTORY}` are replaced when the configuration is loaded.
	Path string `json:"path,omitempty"`
}

// parseSecrets reads one place of secrets.
func (a *App) parseSecrets(d *caddyfile.Dispenser) error {
	const usage = "secrets takes a place: write `secrets env`, or `secrets dir <folder>`"
	args := d.RemainingArgs()
	switch {
	case len(args) == 1 && args[0] == secretsEnv:
		a.Secrets = append(a.Secrets, SecretSource{Kind: secretsEnv})
	case len(args) == 2 && args[0] == secretsDir && args[1] != "":
		a.Secrets = append(a.Secrets, SecretSource{Kind: secretsDir, Path: resolveDirs(d, args[1:])[0]})
	default:
		return d.Err(usage)
	}
	return nil
}

// placeSecrets returns the places of secrets with absolute paths. For a command, a path that is nothing without the environment of the
// server stays as it is written.
func placeSecrets(sources []SecretSource, command bool) ([]engine.SecretSource, error) {
	placed := make([]engine.SecretSource, len(sources))
	for i, s := range sources {
		placed[i].Kind = s.Kind
		switch {
		case s.Kind == secretsEnv && s.Path != "":
			return nil, errors.New("secrets of kind env have no path")
		case s.Kind == secretsEnv:
			continue
		case s.Kind != secretsDir:
			return nil, fmt.Errorf("secrets are of kind env or dir, not %q", s.Kind)
		}
		name := caddy.NewReplacer().ReplaceKnown(s.Path, "")
		switch {
		case name == "" && command:
			placed[i].Path = s.Path
			continue
		case name == "":
			return nil, fmt.Errorf("secrets folder %q is empty text", s.Path)
		}
		var err error
		if placed[i].Path, err = filepath.Abs(name); err != nil {
			return nil, fmt.Errorf("secrets folder %s: %w", name, err)
		}
	}
	return placed, nil
}

// commandSecrets returns the secrets of a configuration for a command. Folders that are not there are the server's, and their secrets
// are missing.
func commandSecrets(app *App) (*engine.Secrets, error) {
	sources, err := placeSecrets(app.Secrets, true)
	if err != nil {
		return nil, err
	}
	secrets, err := engine.ReadSecrets(sources, os.Environ(), nil)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return secrets, nil
}

// readSecrets are secrets as they were read at one time, and what is wrong with their places.
type readSecrets struct {
	set   *engine.Secrets
	found flow.Diagnostics
}

// secretLoader has the secrets of one configuration.
type secretLoader struct {
	sources []engine.SecretSource
	read    atomic.Pointer[readSecrets] // that serve
}

// loadSecrets reads the secrets at first. Values that the configuration before had stay hidden.
func (a *App) loadSecrets(before *engine.Secrets) error {
	l := &a.secrets
	var err error
	if l.sources, err = placeSecrets(a.Secrets, false); err != nil {
		return err
	}
	set, err := engine.ReadSecrets(l.sources, os.Environ(), before)
	if err != nil {
		return err
	}
	read := newReadSecrets(set)
	l.read.Store(read)
	return a.flows.report(read.found)
}

func newReadSecrets(set *engine.Secrets) *readSecrets {
	read := &readSecrets{set: set}
	for _, p := range set.Problems() {
		read.found = append(read.found, badSecrets(p.Path, p.Err.Error()+"; the secret has this error"))
	}
	return read
}

func badSecrets(path, message string) *flow.Diagnostic {
	return &flow.Diagnostic{Severity: flow.SeverityError, Pos: flow.Position{Source: &flow.Source{Name: path}}, Message: message}
}

// used returns the secrets that serve; none as long as they were not read.
func (l *secretLoader) used() *readSecrets {
	if read := l.read.Load(); read != nil {
		return read
	}
	return new(readSecrets)
}

// again reads the secrets again, and returns those that serve when nothing has changed. All stay as they were when a folder cannot be
// read: it may be back in a moment.
func (l *secretLoader) again() *readSecrets {
	before := l.used()
	set, err := engine.ReadSecrets(l.sources, os.Environ(), before.set)
	read := before
	switch {
	case err != nil:
		read = newReadSecrets(before.set)
		read.found = append(read.found, badSecrets("secrets", strings.TrimPrefix(err.Error(), "secrets ")+"; all secrets stay as they were"))
	case set != before.set || len(before.found) > len(set.Problems()): // or a folder is back
		read = newReadSecrets(set)
	}
	same := func(a, b *flow.Diagnostic) bool { return a.Error() == b.Error() }
	if read.set == before.set && slices.EqualFunc(read.found, before.found, same) {
		return before
	}
	return read
}

// use says that these serve from now on, and returns the names of those that differ from the ones before.
func (l *secretLoader) use(read *readSecrets) []string {
	before := l.read.Swap(read)
	return read.set.Changed(before.set)
}

// folders returns the folders in which secrets are.
func (l *secretLoader) folders() []string {
	var dirs []string
	for _, s := range l.sources {
		if s.Kind == secretsDir {
			dirs = append(dirs, s.Path)
		}
	}
	return dirs
}
