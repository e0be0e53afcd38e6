package script

import (
	"context"
	_ "embed" // how an environment is made
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

//go:embed modules/venv.py
var makeVenv string

// modulesName is the folder of packages for Node.
const modulesName = "node_modules"

// mayLink reports whether the folder in which the script works is its own, and has no packages for Node: it can have a link to some.
func (f *folders) mayLink() bool {
	_, err := f.work.Lstat(modulesName)
	return !f.shared && errors.Is(err, os.ErrNotExist)
}

// sumManifest adds what a file package.json names in the directory. What it has done when packages are installed may be anything.
func sumManifest(to hash.Hash, dir *task.Directory, text string) bool {
	var manifest struct {
		Dependencies, DevDependencies, OptionalDependencies map[string]string
		Scripts                                             map[string]string
		Workspaces                                          json.RawMessage
	}
	if json.Unmarshal([]byte(text), &manifest) != nil || manifest.Workspaces != nil {
		return false
	}
	for _, name := range []string{"preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"} {
		if manifest.Scripts[name] != "" {
			return false
		}
	}
	for _, all := range []map[string]string{manifest.Dependencies, manifest.DevDependencies, manifest.OptionalDependencies} {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if text, ok := strings.CutPrefix(all[name], "file:"); ok {
				if info, err := dir.Lstat(path.Clean(text)); err != nil || !info.Mode().IsRegular() || !sumTree(to, dir, text) {
					return false // to a folder there would be a link
				}
			} else if strings.ContainsAny(all[name], "/:") && !strings.HasPrefix(all[name], "npm:") {
				return false // of a repository, which changes
			}
		}
	}
	return true
}

// installs finds commands that install packages of Python.
var installs = regexp.MustCompile(`\bpip[0-9.]*\s+install\b`)

// packages has the packages installed that a run needs, and returns the virtual environment for Python; empty: there is none. With
// dependencies, or commands that can be taken from the script, it is that which all runs with the same ones have; for other commands that
// install packages by pip it is one of this run, so that they do not come into the machine's. The text is that of the script.
func (s *script) packages(ctx context.Context, c *task.Context, f *folders, set *setting, text string, env map[string]string) (string, error) {
	if s.old != nil { // it installs into its own
		return "", nil
	}
	if err := s.modules(ctx, c, f, set, env); err != nil {
		return "", err
	}
	all := set.installs[pip]
	if len(set.dependencies) > 0 {
		sorted := slices.Sorted(slices.Values(set.dependencies))
		all = slices.Concat([]installation{append(installation{"install", "--"}, sorted...)}, all)
	}
	build := func(folder string) error {
		if err := s.install(ctx, c, f, []string{set.interpreter(), "-c", makeVenv, folder}, env); err != nil {
			return err
		}
		for _, words := range all {
			args := append([]string{filepath.Join(folder, "bin", "python"), "-m", "pip", words[0], "--quiet"}, words[1:]...)
			if err := s.install(ctx, c, f, args, env); err != nil {
				return err
			}
		}
		return nil
	}
	switch {
	case len(all) > 0 && set.cached:
		return f.environment(ctx, c, pip.key(f.work, "python", set.interpreter(), all, set.env), build)
	case len(all) > 0 || installs.MatchString(text):
		folder := f.path(venvName)
		if err := f.own.Mkdir(venvName, 0o700); err != nil {
			return "", pathless.Cause(err)
		}
		return folder, build(folder)
	default:
		return "", nil
	}
}

// environment returns a folder of packages, which is there until the folders are closed.
func (f *folders) environment(ctx context.Context, c *task.Context, name string, build func(folder string) error) (string, error) {
	folder, release, err := c.Commands.Environment(ctx, name, build)
	if err == nil {
		f.releases = append(f.releases, release)
	}
	return folder, err
}

// modules has the packages for Node installed that can be kept. They are in a folder that the directory of the run has a link to.
func (s *script) modules(ctx context.Context, c *task.Context, f *folders, set *setting, env map[string]string) error {
	all := set.installs[npm]
	if len(all) == 0 {
		return nil
	}
	changed := npm.files[:2] // files that the program changes
	folder, err := f.environment(ctx, c, npm.key(f.work, "node", "", all, set.env), func(folder string) error {
		for _, words := range all {
			// A link to a folder of this run would lead nowhere later.
			args := append([]string{"npm", words[0], "--install-links"}, words[1:]...)
			if err := s.install(ctx, c, f, args, env); err != nil {
				return err
			}
		}
		root, err := os.OpenRoot(folder)
		if err != nil {
			return pathless.Cause(err)
		}
		defer root.Close()
		for _, name := range changed {
			if text, ok := readText(f.work, name); ok {
				if err := root.WriteFile(name, []byte(text), 0o600); err != nil {
					return pathless.Cause(err)
				}
			}
		}
		err = os.Rename(filepath.Join(f.work.Path, modulesName), filepath.Join(folder, modulesName))
		if errors.Is(err, os.ErrNotExist) { // nothing was to be installed
			err = root.Mkdir(modulesName, 0o755)
		}
		if err != nil {
			return fmt.Errorf("the packages of the script cannot be kept: %w", pathless.Cause(err))
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range changed {
		text, err := os.ReadFile(path.Join(folder, name))
		if err == nil {
			err = write(f.work, name, string(text))
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("file %s of the packages cannot be written: %w", name, pathless.Cause(err))
		}
	}
	if err := f.work.Symlink(filepath.Join(folder, modulesName), modulesName); err != nil {
		return fmt.Errorf("the packages of the script cannot be linked: %w", pathless.Cause(err))
	}
	return nil
}
