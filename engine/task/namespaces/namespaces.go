package namespaces

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/glob"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Specs returns the specs of this package's tasks.
func Specs() []flow.Spec { return []flow.Spec{uploadSpec(), downloadSpec(), deleteSpec()} }

// namespaceProperty is the property of every task here.
var namespaceProperty = flow.Property{
	Name: "namespace", Type: flow.String, Dynamic: true, Default: "that of the flow", Summary: "The namespace.",
}

// filesProperty is the property for the files of a namespace that a task reads or removes.
var filesProperty = flow.Property{
	Name: "files", Type: flow.StringOrList, Required: true, Dynamic: true,
	Summary: "A path or a pattern, or a list of them. `**` crosses folders, and one that begins with a letter is looked for at any depth.",
}

// render renders a property; without one it is otherwise.
func render(t *pebble.Template, c *task.Context, otherwise string) (string, error) {
	if t == nil {
		return otherwise, nil
	}
	return t.Render(c.Pebble)
}

// patterns are paths and patterns of files of a namespace.
type patterns struct{ texts *pebble.Structure }

func compilePatterns(c *flow.Component) (patterns, error) {
	p := patterns{c.Structure(filesProperty.Name)}
	if v, constant := p.texts.Constant(); constant {
		for _, text := range textsOf(v) {
			if _, err := compile(text); err != nil {
				return p, c.Errorf(filesProperty.Name, "%w", err)
			}
		}
	}
	return p, nil
}

// startsPath matches a pattern that may stand at any depth.
var startsPath = regexp.MustCompile(`^\w`)

func compile(text string) (*glob.Pattern, error) {
	pattern := text
	if !glob.Named(text) && startsPath.MatchString(text) {
		pattern = "**/" + text
	}
	compiled, err := glob.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("%q is no pattern: %w", text, err)
	}
	return compiled, nil
}

// textsOf returns the texts of a text or a list.
func textsOf(v value.Value) []string {
	if v.Kind() != value.KindList {
		return []string{value.Text(v)}
	}
	texts := make([]string, v.List().Len())
	for i, item := range v.List().All() {
		texts[i] = value.Text(item)
	}
	return texts
}

// limits bound what it takes to find files.
var limits = meter.Limits{Steps: 50_000_000, Memory: 64 << 20}

// stepsPerFile is what looking at a file costs beside its patterns.
const stepsPerFile = 100

// among returns those of some paths that the patterns match.
func (p patterns) among(c *task.Context, paths []string) ([]string, error) {
	v, err := p.texts.Render(c.Pebble)
	if err != nil {
		return nil, err
	}
	var set glob.Set
	for _, text := range textsOf(v) {
		pattern, err := compile(text)
		if err != nil {
			return nil, err
		}
		set = append(set, pattern)
	}
	m := new(meter.Meter)
	m.Reset(&limits, c.Pebble.Memory)
	var matched []string
	for _, path := range paths {
		if err := m.Charge(stepsPerFile); err != nil {
			return nil, err
		}
		ok, err := set.Match("/"+path, m)
		if err != nil {
			return nil, err
		}
		if ok {
			matched = append(matched, path)
		}
	}
	return matched, nil
}

// exists reports whether a namespace has a file.
func exists(ctx context.Context, c *task.Context, namespace, file string) (bool, error) {
	_, err := c.Files.Size(ctx, c.Origin, task.NamespaceFile(namespace, file, 0))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// climbs reports whether a path has an element that leads to the folder above.
func climbs(path string) bool { return slices.Contains(strings.Split(path, "/"), "..") }
