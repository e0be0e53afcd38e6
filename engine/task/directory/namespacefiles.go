package directory

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/glob"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// What becomes of a file of a namespace whose name is taken.
const (
	overwrite = "OVERWRITE"
	fail      = "FAIL"
	warn      = "WARN"
	ignore    = "IGNORE"
)

// NamespaceFilesProperty returns a property for files of namespaces that are to be put into a directory.
func NamespaceFilesProperty(name string) flow.Property {
	return flow.Property{
		Name: name, Type: flow.Object, Summary: "Files of namespaces to be put into the directory before, and before `inputFiles`.",
		Properties: []flow.Property{
			{Name: "enabled", Type: flow.Boolean, Dynamic: true, Default: "true", Summary: "Whether there are any."},
			PatternsProperty("include", "Patterns of the files. One without a slash at its beginning is for files at any depth. Without it, they are all."),
			PatternsProperty("exclude", "Patterns of files that are left out."),
			{
				Name: "namespaces", Type: flow.StringList, Dynamic: true, JSONText: true,
				Summary: "The namespaces. A file of a later one replaces that of an earlier one. Without it, it is that of the flow.",
			},
			{
				Name: "ifExists", Type: flow.String, Dynamic: true, Default: overwrite, Values: []string{overwrite, fail, warn, ignore},
				Summary: "What becomes of a file whose name is taken: it replaces the other one, fails the task, or is left out, with a warning or without.",
			},
			{Name: "folderPerNamespace", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "Whether each namespace has a folder of its own, by its name."},
		},
	}
}

// NamespaceFiles are files of namespaces that are to be put into a directory.
type NamespaceFiles struct {
	enabled, apart   task.OnOff
	include, exclude *patterns         // nil: not written
	namespaces       *pebble.Structure // nil: that of the flow
	ifExists         *pebble.Template  // nil: overwrite
}

// anywhere lets a pattern match at any depth, unless it says where it begins.
func anywhere(pattern string) string {
	if glob.Named(pattern) || strings.HasPrefix(pattern, "/") || strings.HasPrefix(pattern, "**") {
		return pattern
	}
	return "**/" + pattern
}

// CompileNamespaceFiles compiles a property of [NamespaceFilesProperty]; nil when it was not written.
func CompileNamespaceFiles(c *flow.Component, property string) (*NamespaceFiles, error) {
	m := c.Object(property)
	if m == nil {
		return nil, nil
	}
	n := &NamespaceFiles{
		enabled: task.NewOnOff(m, "enabled", true), apart: task.NewOnOff(m, "folderPerNamespace", false),
		namespaces: m.Structure("namespaces"), ifExists: m.Template("ifExists"),
	}
	var errs [2]error
	n.include, errs[0] = compilePatterns(m, "include", anywhere)
	n.exclude, errs[1] = compilePatterns(m, "exclude", anywhere)
	return n, errors.Join(errs[:]...)
}

// Put puts the files into a directory.
func (n *NamespaceFiles) Put(ctx context.Context, c *task.Context, dir *task.Directory) error {
	if on, err := n.enabled.Render(c); !on || err != nil {
		return err
	}
	if c.Files == nil {
		return errNoPlace
	}
	p, namespaces, err := n.render(c)
	if err != nil {
		return err
	}
	count := 0
	for _, namespace := range namespaces {
		paths, err := c.Files.ListNamespace(ctx, namespace)
		if err != nil {
			return err
		}
		for _, path := range paths {
			put, err := p.put(ctx, c, dir, namespace, path)
			if err != nil {
				return err
			}
			if put {
				count++
			}
		}
	}
	c.Log.Log(task.Info, fmt.Sprintf("Loaded %d namespace files from '%s'", count, strings.Join(namespaces, ", ")))
	return nil
}

// putting is what the properties are for an attempt.
type putting struct {
	include, exclude glob.Set
	all              bool // there is no include
	ifExists         string
	apart            bool
	meter            *meter.Meter
}

// render returns what the properties are for an attempt, and the namespaces.
func (n *NamespaceFiles) render(c *task.Context) (p putting, namespaces []string, err error) {
	p = putting{ifExists: overwrite, all: n.include == nil, meter: newMeter(c)}
	namespaces = []string{c.Origin.Namespace}
	if n.namespaces != nil {
		if namespaces, err = renderTexts(c, "namespaces", n.namespaces); err != nil {
			return p, nil, err
		}
	}
	if n.include != nil {
		if p.include, err = n.include.render(c); err != nil {
			return p, nil, err
		}
	}
	if n.exclude != nil {
		if p.exclude, err = n.exclude.render(c); err != nil {
			return p, nil, err
		}
	}
	if p.apart, err = n.apart.Render(c); err != nil {
		return p, nil, err
	}
	if n.ifExists != nil {
		p.ifExists, err = n.ifExists.Render(c.Pebble)
	}
	switch p.ifExists {
	case overwrite, fail, warn, ignore:
	default:
		err = errors.Join(err, fmt.Errorf("ifExists is %q, none of %s, %s, %s, %s", p.ifExists, overwrite, fail, warn, ignore))
	}
	return p, namespaces, err
}

// put puts a file into a directory if it is one that is wanted, and reports whether it is there by that.
func (p *putting) put(ctx context.Context, c *task.Context, dir *task.Directory, namespace, path string) (bool, error) {
	wanted := p.all
	var err error
	if !wanted {
		wanted, err = p.include.Match("/"+path, p.meter)
	}
	if wanted && err == nil {
		var out bool
		out, err = p.exclude.Match("/"+path, p.meter)
		wanted = !out
	}
	if !wanted || err != nil {
		return false, err
	}
	name := path
	if p.apart {
		name = namespace + "/" + path
	}
	if p.ifExists != overwrite {
		if _, err := dir.Lstat(name); err == nil {
			return false, p.taken(c, name)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return false, pathless.Cause(err)
		}
	}
	f, err := c.Files.Open(ctx, c.Origin, task.NamespaceFile(namespace, path, 0))
	if err != nil {
		return false, err
	}
	defer f.Close()
	return true, write(dir, name, f)
}

// taken says what a file means whose name is taken.
func (p *putting) taken(c *task.Context, name string) error {
	switch text := fmt.Sprintf("File already exists: %s", name); p.ifExists {
	case fail:
		return errors.New(text)
	case warn:
		c.Log.Log(task.Warn, text)
	}
	return nil
}
