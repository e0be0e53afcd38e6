package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// recipe is xcaddy.json: the members of xcaddy's Builder that we use, and a description for people and indexes.
type recipe struct {
	CaddyVersion string        `json:"caddy_version"`
	Plugins      []plugin      `json:"plugins"`
	Replacements []replacement `json:"replacements"`

	Name          string        `json:"name"`
	Description   string        `json:"description"`
	License       string        `json:"license"`
	Repository    string        `json:"repository"`
	Caddy         offer         `json:"caddy"`
	Compatibility compatibility `json:"compatibility"`
}

// plugin is a package that the built Caddy imports.
type plugin struct {
	ModulePath string `json:"module_path"` // a package path; the name is xcaddy's
	Version    string `json:"version,omitempty"`
}

// replacement is a module that is taken from a folder.
type replacement struct {
	Old string `json:"old"`
	New string `json:"new"` // relative to xcaddy.json, or absolute
}

// offer says what the built Caddy can do more than a standard one.
type offer struct {
	Modules      []string `json:"modules"` // Caddy module ids, sorted
	Directive    string   `json:"directive"`
	GlobalOption string   `json:"global_option"`
}

// compatibility names the lowest versions.
type compatibility struct {
	Caddy  string `json:"caddy"`
	Go     string `json:"go"`
	XCaddy string `json:"xcaddy"`
}

// readRecipe reads xcaddy.json in folder. A member that it does not know is an error: neither xcaddy nor this program
// would heed it.
func readRecipe(folder string) (*recipe, error) {
	name := filepath.Join(folder, "xcaddy.json")
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var r recipe
	if err := d.Decode(&r); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if r.CaddyVersion == "" || len(r.Plugins) == 0 || len(r.Replacements) == 0 {
		return nil, fmt.Errorf("%s: caddy_version, plugins and replacements are required", name)
	}
	return &r, nil
}

// arguments are those of `xcaddy build` for the published module.
func (r *recipe) arguments() []string {
	args := make([]string, 0, 2+2*len(r.Plugins)+2*len(r.Replacements))
	args = append(args, "build", r.CaddyVersion)
	for _, p := range r.Plugins {
		with := p.ModulePath
		if p.Version != "" {
			with += "@" + p.Version
		}
		args = append(args, "--with", with)
	}
	return args
}

// checkoutArguments are those of `xcaddy build` for the checkout in folder.
//
// The plugin is a package below the module's root, so it cannot be replaced itself: --with names the package, --replace
// the module.
func (r *recipe) checkoutArguments(folder string) []string {
	args := r.arguments()
	for _, p := range r.Replacements {
		place := p.New
		if !filepath.IsAbs(place) {
			place = filepath.Join(folder, place)
		}
		args = append(args, "--replace", p.Old+"="+place)
	}
	return args
}

// add adds another Go module, given as module=folder, which is a plugin as a whole.
func (r *recipe) add(with string) error {
	module, folder, ok := strings.Cut(with, "=")
	if !ok || module == "" || folder == "" {
		return fmt.Errorf("-with %s: must be module=folder", with)
	}
	folder, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	r.Plugins = append(r.Plugins, plugin{ModulePath: module})
	r.Replacements = append(r.Replacements, replacement{Old: module, New: folder})
	return nil
}

// promised returns those of ids that the recipe promises, and the others.
func (r *recipe) promised(ids []string) (promised, others []string) {
	for _, id := range ids {
		if slices.Contains(r.Caddy.Modules, id) {
			promised = append(promised, id)
		} else {
			others = append(others, id)
		}
	}
	return promised, others
}

// listed returns, sorted, the Caddy module ids in what `caddy list-modules --skip-standard` printed: one a line, and a
// count below.
func listed(output string) ([]string, error) {
	var ids []string
	for line := range strings.Lines(output) {
		if words := strings.Fields(line); len(words) == 1 {
			ids = append(ids, words[0])
		}
	}
	if len(ids) == 0 {
		return nil, errors.New("list-modules shows no module that Caddy does not have itself")
	}
	slices.Sort(ids)
	return ids, nil
}
