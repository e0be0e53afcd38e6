package directory

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/glob"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// PatternsProperty returns a property for patterns of names of files.
func PatternsProperty(name, summary string) flow.Property {
	return flow.Property{Name: name, Type: flow.StringList, Dynamic: true, JSONText: true, Summary: summary}
}

// patterns are those of a property, each as it is to be compiled.
type patterns struct {
	property string
	texts    *pebble.Structure
	anchor   func(pattern string) string
}

// from is where the patterns of a directory begin: "*.txt" are files of the directory itself. One with its syntax stands for whole
// paths, which begin with a slash.
func from(pattern string) string {
	if glob.Named(pattern) || strings.HasPrefix(pattern, "/") {
		return pattern
	}
	return "/" + pattern
}

// compilePatterns compiles a property of [PatternsProperty]; nil when it was not written.
func compilePatterns(m *flow.Members, property string, anchor func(string) string) (*patterns, error) {
	if !m.Has(property) {
		return nil, nil
	}
	p := &patterns{property, m.Structure(property), anchor}
	for _, item := range p.texts.Items() {
		if text, constant := item.Constant(); constant {
			if _, err := glob.Compile(anchor(text.Str())); err != nil {
				return nil, m.Errorf(property, "%q is no pattern: %w", text.Str(), err)
			}
		}
	}
	return p, nil
}

// render returns the patterns compiled.
func (p *patterns) render(c *task.Context) (glob.Set, error) {
	texts, err := renderTexts(c, p.property, p.texts)
	if err != nil {
		return nil, err
	}
	set := make(glob.Set, len(texts))
	for i, text := range texts {
		if set[i], err = glob.Compile(p.anchor(text)); err != nil {
			return nil, fmt.Errorf("%s: %q is no pattern: %w", p.property, text, err)
		}
	}
	return set, nil
}

// renderTexts returns the texts of a list, or of JSON text of one.
func renderTexts(c *task.Context, property string, s *pebble.Structure) ([]string, error) {
	v, err := s.RenderJSON(c.Pebble)
	if err == nil && v.Kind() != value.KindList {
		err = fmt.Errorf("%s must be a list, or JSON text of one", property)
	}
	if err != nil {
		return nil, err
	}
	texts := make([]string, v.List().Len())
	for i, item := range v.List().All() {
		texts[i] = value.Text(item)
	}
	return texts, nil
}

// limits bound what it takes to find files.
var limits = meter.Limits{Steps: 50_000_000, Memory: 64 << 20, RegexTime: time.Second}

// newMeter returns what it may take to find files.
func newMeter(c *task.Context) *meter.Meter {
	m := new(meter.Meter)
	m.Reset(&limits, c.Pebble.Memory)
	return m
}

// stepsPerFile is what looking at a file costs beside its patterns.
const stepsPerFile = 100

// each calls f for the files of a directory that match a set, in their order. A link counts as the file that it names, if it does
// not lead out. A nil set stands for all files.
func each(ctx context.Context, c *task.Context, dir *task.Directory, set glob.Set, f func(name string, info fs.FileInfo) error) error {
	m := newMeter(c)
	return fs.WalkDir(dir.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return pathless.Cause(err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := m.Charge(stepsPerFile); err != nil {
			return err
		}
		if entry.IsDir() {
			return nil
		}
		if set != nil {
			if ok, err := set.Match("/"+name, m); !ok || err != nil {
				return err
			}
		}
		info, err := dir.Stat(name)
		switch {
		case err != nil:
			c.Log.Log(task.Warn, fmt.Sprintf("file %s is left out: %v", name, pathless.Cause(err)))
			return nil
		case !info.Mode().IsRegular():
			return nil
		}
		return f(name, info)
	})
}
