package git

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/directory"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Options are what the tasks of a server have in common.
type Options struct {
	KnownHosts string   // file of the keys of servers of SSH; empty: any server is trusted
	Local      []string // absolute paths of folders of this machine in which are repositories that flows may clone; none: no flow may
}

// Specs returns the specs of this package's tasks.
func Specs(o Options) []flow.Spec { return []flow.Spec{cloneSpec(o)} }

func cloneSpec(o Options) flow.Spec {
	const noSupport = "Not supported here."
	return flow.Spec{
		Kind:      flow.KindTask,
		Type:      "io.kestra.plugin.git.Clone",
		Summary:   "Clone a repository of git into the directory of the WorkingDirectory that the task is in, which may have other files.",
		Directory: true,
		Properties: []flow.Property{
			{Name: "url", Type: flow.String, Required: true, Dynamic: true, Summary: "Where the repository is: an address of https, http or ssh, or as in git@github.com:owner/name; or file:///, with a folder of the server that it allows."},
			{Name: "directory", Type: flow.String, Dynamic: true, Summary: "The folder that it is cloned into, within the directory. Default: the directory itself."},
			{Name: "branch", Type: flow.String, Dynamic: true, Summary: "The branch. Default: the one that the server names."},
			{Name: "tag", Type: flow.String, Dynamic: true, Summary: "A tag in its place."},
			{Name: "commit", Type: flow.String, Dynamic: true, Summary: "The hash of a commit, or how it begins, in their place; all history is fetched for it."},
			{Name: "depth", Type: flow.Integer, Dynamic: true, Default: "1", Summary: "How many commits are fetched of a branch; 0: all."},
			{Name: "username", Type: flow.String, Dynamic: true, Summary: "Who asks."},
			{Name: "password", Type: flow.String, Dynamic: true, Secret: true, Summary: "The password or token."},
			{Name: "privateKey", Type: flow.String, Dynamic: true, Secret: true, Summary: "The private key for ssh, as text of OpenSSH or PEM."},
			{Name: "passphrase", Type: flow.String, Dynamic: true, Secret: true, Summary: "What the key is encrypted with."},
			{Name: "cloneSubmodules", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "Submodules are cloned too, each at its commit with its history; `username`, `password` and `privateKey` are for those of the same server alone."},
			{Name: "cloneAllBranches", Type: flow.Boolean, Dynamic: true, Summary: "It has no effect here: what is checked out is fetched."},
			{Name: "noTags", Type: flow.Boolean, Dynamic: true, Summary: "It has no effect here: what is checked out is fetched."},
			{Name: "cache", Type: flow.Boolean, NotYet: true, Summary: noSupport},
			{Name: "cacheTtl", Type: flow.Duration, NotYet: true, Summary: noSupport},
			{Name: "gitConfig", Type: flow.Map, Dynamic: true, JSONText: true, Summary: "Settings of git for the clone, as in `user.name: Flow`; null or an empty text takes one away."},
			{Name: "trustedCaPemPath", Type: flow.String, NotYet: true, Summary: noSupport},
			{Name: "noProxy", Type: flow.Boolean, Dynamic: true, Summary: "It has no effect here: there is no proxy."},
			{Name: "connectTimeout", Type: flow.Integer, Dynamic: true, Summary: "It has no effect here: see `timeout`."},
			{Name: "readTimeout", Type: flow.Integer, Dynamic: true, Summary: "It has no effect here: see `timeout`."},
		},
		Outputs: []flow.TaskOutput{{Name: "directory", Type: flow.TypeString, Summary: "The folder that it was cloned into."}},
		Example: `id: clone
type: io.kestra.plugin.git.Clone
url: https://github.com/company/reports
branch: main
username: reports
password: "{{ secret('GITHUB_TOKEN') }}"
`,
		Compile: func(c *flow.Component) (any, error) { return compileClone(c, o) },
	}
}

func compileClone(c *flow.Component, o Options) (any, error) {
	of := func(name string) setting.Setting { return setting.Of(&c.Members, name) }
	t := &clone{
		o, of("url"), of("directory"), of("branch"), of("tag"), of("commit"), of("depth"), of("username"), of("password"), of("privateKey"), of("passphrase"),
		of("cloneSubmodules"), c.Structure("gitConfig"),
	}
	if text, constant := t.url.Constant(); constant {
		e, err := parseURL(text)
		if err == nil && e.Protocol == localScheme {
			_, _, err = allowed(o.Local, e.Path)
		}
		if err != nil {
			return nil, c.Errorf("url", "%w", err)
		}
	}
	if folder, constant := t.directory.Constant(); constant {
		if err := checkFolder(folder); err != nil {
			return nil, c.Errorf("directory", "%w", err)
		}
	}
	return t, nil
}

func checkFolder(folder string) error {
	if folder != "" && !filepath.IsLocal(filepath.FromSlash(folder)) {
		return errors.New("must be a folder within the directory")
	}
	return nil
}

// clone is io.kestra.plugin.git.Clone.
type clone struct {
	options                                                                              Options
	url, directory, branch, tag, commit, depth, user, password, key, passphrase, modules setting.Setting
	config                                                                               *pebble.Structure // may be nil
}

// what is what is to be checked out, and from where.
type what struct {
	remote
	folder, branch, tag, commit string
	depth                       int64 // 0: all
	modules                     bool  // submodules are cloned too
	config                      *value.Map
}

func (t *clone) render(c *task.Context) (w what, err error) {
	var url string
	for _, p := range []struct {
		of      setting.Setting
		to      *string
		trimmed bool
	}{
		{t.url, &url, true},
		{t.directory, &w.folder, true},
		{t.branch, &w.branch, true},
		{t.tag, &w.tag, true},
		{t.commit, &w.commit, true},
		{t.user, &w.user, false},
		{t.password, &w.password, false},
		{t.key, &w.key, false},
		{t.passphrase, &w.passphrase, false},
	} {
		render := p.of.Text
		if p.trimmed {
			render = p.of.Trimmed
		}
		if *p.to, err = render(c); err != nil {
			return w, err
		}
	}
	if w.endpoint, err = parseURL(url); err != nil {
		return w, fmt.Errorf("url %w", err)
	}
	if err := checkFolder(w.folder); err != nil {
		return w, fmt.Errorf("directory %w", err)
	}
	if w.endpoint.Protocol != "ssh" && w.user == "" && w.password == "" {
		w.user, w.password = w.endpoint.User, w.endpoint.Password
	}
	w.knownKeys, w.local = t.options.KnownHosts, t.options.Local
	if w.modules, err = t.modules.OnOff(c, false); err != nil {
		return w, err
	}
	if w.config, err = setting.Map(c, "gitConfig", t.config); err != nil {
		return w, err
	}
	w.depth = 1
	if text, err := t.depth.Trimmed(c); err != nil || text == "" {
		return w, err
	} else if text == "0" {
		w.depth = 0
		return w, nil
	}
	w.depth, err = t.depth.Number(c)
	return w, err
}

func (t *clone) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	if c.Services == nil || c.Network == nil {
		return task.Result{}, errors.New("the task cannot run here: it needs a server")
	}
	w, err := t.render(c)
	if err != nil {
		return task.Result{}, err
	}
	dir, err := open(ctx, c)
	if err != nil {
		return task.Result{}, err
	}
	defer func() { _ = dir.Close() }()
	if account := c.Pebble.Memory; account != nil {
		if err := account.Take(held); err != nil {
			return task.Result{}, err
		}
	}
	c.Log.Log(task.Info, "Start cloning from '"+w.address()+"'")
	m := &modules{left: maxModules, network: c.Network, log: c.Log}
	if err := w.fetch(ctx, m, &tree{dir: dir, base: path.Clean(filepath.ToSlash(w.folder)), blank: true}, 0); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return task.Result{}, fmt.Errorf("%s: %w", w.address(), err)
	}
	return task.Result{Outputs: value.MapOf("directory", value.String(filepath.Join(dir.Name(), filepath.FromSlash(w.folder))))}, nil
}

// address returns where the repository is, without who asks for it.
func (w *what) address() string {
	e := *w.endpoint
	if e.Password != "" || e.Protocol != "ssh" {
		e.User, e.Password = "", ""
	}
	return e.String()
}

// open opens the directory of the WorkingDirectory. Outside of one every task has a directory of its own, which goes with the execution.
func open(ctx context.Context, c *task.Context) (*task.Directory, error) {
	if c.Shared.Run == "" {
		return directory.Make(ctx, c)
	}
	return directory.Open(ctx, c, c.Shared)
}
