package secret

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The kinds of sources.
const (
	Env = "env" // the variable SECRET_X in Base64 is the secret X
	Dir = "dir" // the file x in a folder is the secret X
)

// envPrefix is how the names of the variables begin.
const envPrefix = "SECRET_"

// Source is a place where secrets are.
type Source struct {
	Kind string // [Env] or [Dir]
	Path string // of the folder, absolute; for Dir alone
}

// Set are the secrets of some sources, as they were at one time. It does not change. It implements [pebble.Secrets] with the same
// secrets in every namespace. The nil Set is empty.
type Set struct {
	sources  []Source
	entries  map[string]entry // by upper-case name
	former   []string         // values that secrets had before, the newest first
	problems []Problem
	mask     *mask.Mask // of all that Secret may give, and of former
}

type entry struct {
	text string
	err  error
}

// Problem is what is wrong with a file that should be a secret.
type Problem struct {
	Path string
	Err  error // without the path, and without what is in the file
}

// maxFormer is how many values that no secret has any more are still hidden, for what was kept or is under way with them.
const maxFormer = 1000

// Read reads sources, none of which stands for [Env] alone, and of which the first that has a name counts, with the variables of environ as of os.Environ. Values that only
// before had, which may be nil, are hidden as well. When nothing has changed since, it returns before itself.
//
// The error is about a folder that cannot be read; it says the path, and wraps [fs.ErrNotExist] if there is none. The set then has the
// secrets of the other sources.
func Read(sources []Source, environ []string, before *Set) (*Set, error) {
	if len(sources) == 0 {
		sources = []Source{{Kind: Env}}
	}
	s := &Set{sources: sources, entries: make(map[string]entry)}
	var errs []error
	for _, source := range sources {
		var found map[string]entry
		if source.Kind == Dir {
			var problems []Problem
			var err error
			found, problems, err = readDir(source.Path)
			s.problems = append(s.problems, problems...)
			if err != nil {
				errs = append(errs, fmt.Errorf("secrets folder %s: %w", source.Path, err))
			}
		} else {
			found = readEnviron(environ)
		}
		for name, e := range found {
			if _, taken := s.entries[name]; !taken {
				s.entries[name] = e
			}
		}
	}
	if s.same(before) {
		return before, errors.Join(errs...)
	}
	s.remember(before)
	var texts []string
	for _, e := range s.entries {
		texts = append(texts, e.texts()...)
	}
	s.mask = mask.New(slices.Concat(texts, s.former))
	return s, errors.Join(errs...)
}

// OfEnviron returns the secrets of variables alone, as of os.Environ.
func OfEnviron(environ []string) *Set {
	s, _ := Read(nil, environ, nil) // the error is about folders
	return s
}

// readEnviron returns the secrets of variables.
func readEnviron(environ []string) map[string]entry {
	found := make(map[string]entry)
	for _, pair := range environ {
		name, text, _ := strings.Cut(pair, "=")
		if rest, ok := strings.CutPrefix(name, envPrefix); ok {
			found[strings.ToUpper(rest)] = decode(name, text)
		}
	}
	return found
}

// decode accepts Base64 with line breaks in it, as `base64 <file` prints it; package base64 ignores them.
func decode(name, text string) entry {
	clear, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return entry{err: fmt.Errorf("environment variable %s is not valid Base64", name)}
	}
	return entry{text: string(clear)}
}

// same reports whether nothing differs, in secrets and in what is wrong with them.
func (s *Set) same(before *Set) bool {
	return before != nil && slices.Equal(s.sources, before.sources) && maps.EqualFunc(s.entries, before.entries, entry.same) &&
		slices.EqualFunc(s.problems, before.problems, func(a, b Problem) bool { return a.Path == b.Path && a.Err.Error() == b.Err.Error() })
}

func (e entry) same(other entry) bool {
	if e.err == nil || other.err == nil {
		return e.text == other.text && e.err == nil && other.err == nil
	}
	return e.err.Error() == other.err.Error()
}

// remember takes over the values that secrets had before.
func (s *Set) remember(before *Set) {
	if before == nil {
		return
	}
	for name, e := range before.entries {
		if !e.same(s.entries[name]) {
			s.former = append(s.former, e.texts()...)
		}
	}
	slices.Sort(s.former)
	for _, text := range before.former {
		if !slices.Contains(s.former, text) {
			s.former = append(s.former, text)
		}
	}
	s.former = s.former[:min(len(s.former), maxFormer)]
}

// texts returns what secret() may give of a secret: all of it, and the members of a JSON object.
func (e entry) texts() []string {
	texts := []string{e.text}
	if !strings.HasPrefix(strings.TrimSpace(e.text), "{") {
		return texts
	}
	v, _ := value.DecodeJSONText(e.text) // null, without members, when it is no JSON
	for _, member := range v.Map().All() {
		if member.Kind() == value.KindString {
			texts = append(texts, member.Str())
		} else {
			texts = append(texts, value.JSON(member))
		}
	}
	return texts
}

// Secret returns the secret with this name, in any case. The error is why it cannot be read.
func (s *Set) Secret(_, name string) (string, bool, error) {
	if s == nil {
		return "", false, nil
	}
	e, ok := s.entries[strings.ToUpper(name)]
	return e.text, ok, e.err
}

// Place returns where the first source would have a secret: the name of a variable, or the path of a file.
func (s *Set) Place(name string) string {
	if s != nil && s.sources[0].Kind == Dir {
		return filepath.Join(s.sources[0].Path, name)
	}
	return envPrefix + strings.ToUpper(name)
}

// Changed returns the upper-case names of the secrets that differ from those of before, sorted.
func (s *Set) Changed(before *Set) []string {
	var names []string
	for name, e := range s.entries {
		if was, ok := before.entries[name]; !ok || !e.same(was) {
			names = append(names, name)
		}
	}
	for name := range before.entries {
		if _, ok := s.entries[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Problems returns what is wrong with files, in the order of sources and names.
func (s *Set) Problems() []Problem { return s.problems }

// Mask hides the secrets in texts, those of before as well.
func (s *Set) Mask() *mask.Mask {
	if s == nil {
		return nil
	}
	return s.mask
}
