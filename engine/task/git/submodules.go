package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/transport"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

const (
	maxModules     = 100     // submodules of a clone, those of submodules included
	maxNested      = 10      // submodules within each other
	maxModulesFile = 1 << 20 // bytes of .gitmodules
)

// modules clones the submodules of a repository that was checked out, and those of them in turn. They are cloned as a flow would clone
// them: what no request may reach, no submodule is fetched from.
type modules struct {
	left    int // how many may still be cloned
	network task.Network
	log     task.Logger
}

// clone clones the submodules of a repository. The folder holds it.
func (m *modules) clone(ctx context.Context, of *what, repository *gogit.Repository, at *tree, nested int) error {
	listed, err := listedModules(at)
	if err != nil || len(listed) == 0 {
		return err
	}
	index, err := repository.Storer.Index()
	if err != nil {
		return err
	}
	for _, e := range index.Entries {
		if e.Mode != filemode.Submodule {
			continue
		}
		i := slices.IndexFunc(listed, func(s *config.Submodule) bool { return path.Clean(s.Path) == e.Name })
		if i < 0 {
			continue // as git does, which knows no address
		}
		switch m.left--; {
		case m.left < 0:
			return fmt.Errorf("there are more than %d submodules", maxModules)
		case nested >= maxNested:
			return fmt.Errorf("submodules are more than %d deep within each other", maxNested)
		}
		if err := m.one(ctx, of, listed[i], e.Hash, at, nested); err != nil {
			return fmt.Errorf("submodule %s: %w", e.Name, err)
		}
	}
	return nil
}

func (m *modules) one(ctx context.Context, of *what, s *config.Submodule, commit plumbing.Hash, at *tree, nested int) error {
	if err := s.Validate(); err != nil {
		return err
	}
	name := path.Clean(s.Path)
	if err := checkModulePath(at, name); err != nil {
		return err
	}
	endpoint, err := of.module(s.URL)
	if err != nil {
		return err
	}
	w := *of
	w.endpoint, w.branch, w.tag, w.commit, w.depth = endpoint, "", "", commit.String(), 0
	if !sameServer(endpoint, of.endpoint) { // what opens one server is none of another's business
		w.user, w.password, w.key, w.passphrase = endpoint.User, endpoint.Password, "", ""
	}
	m.log.Log(task.Info, "Start cloning from '"+w.address()+"' into "+name)
	return w.fetch(ctx, m, &tree{dir: at.dir, base: at.at(name), blank: true}, nested+1)
}

func sameServer(a, b *transport.Endpoint) bool {
	return a.Protocol == b.Protocol && strings.EqualFold(a.Host, b.Host) && a.Port == b.Port
}

// module returns where a submodule is, whose address may be relative to that of its repository. Repositories on the disk of the server
// are only those of repositories that are there too.
func (w *what) module(address string) (*transport.Endpoint, error) {
	if strings.HasPrefix(address, "./") || strings.HasPrefix(address, "../") {
		e := *w.endpoint
		e.Path = path.Join(e.Path, address)
		if strings.HasPrefix(e.Path, "..") {
			return nil, errors.New("its address leads out of the server")
		}
		return &e, nil
	}
	if strings.HasPrefix(address, "/") && w.endpoint.Protocol == localScheme {
		address = localScheme + "://" + address
	}
	e, err := parseURL(address)
	switch {
	case err != nil:
		return nil, fmt.Errorf("its address %w", err)
	case e.Protocol == localScheme && w.endpoint.Protocol != localScheme:
		return nil, errors.New("its address is on the disk of this server, and that of the repository is not")
	}
	return e, nil
}

// listedModules returns what .gitmodules says.
func listedModules(at *tree) ([]*config.Submodule, error) {
	const file = ".gitmodules"
	info, err := at.Lstat(file)
	if err != nil || !info.Mode().IsRegular() {
		return nil, nil // there are none
	}
	if info.Size() > maxModulesFile {
		return nil, fmt.Errorf("%s has more than %d bytes", file, maxModulesFile)
	}
	f, err := at.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxModulesFile))
	if err != nil {
		return nil, err
	}
	m := config.NewModules()
	if err := m.Unmarshal(text); err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", file, err)
	}
	var listed []*config.Submodule
	for _, s := range m.Submodules {
		listed = append(listed, s)
	}
	return listed, nil
}

// checkModulePath refuses folders that are no place for a submodule: those of git itself, and what a link leads to.
func checkModulePath(at *tree, name string) error {
	if !filepath.IsLocal(filepath.FromSlash(name)) || strings.ContainsAny(name, "\\:") {
		return errors.New("its folder must be within the repository")
	}
	sofar := ""
	for part := range strings.SplitSeq(name, "/") {
		if strings.EqualFold(strings.TrimRight(part, ". "), dotGit) || strings.EqualFold(part, "git~1") {
			return errors.New("its folder must not be one of git")
		}
		sofar = path.Join(sofar, part)
		if info, err := at.Lstat(sofar); err == nil && !info.IsDir() {
			return errors.New("its folder is none")
		}
	}
	return nil
}
