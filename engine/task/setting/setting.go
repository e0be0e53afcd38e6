package setting

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Setting is a property that may be an expression.
type Setting struct {
	name     string
	written  bool
	value    value.Value
	duration time.Duration
	template *pebble.Template // stands for the others; nil: there is none
}

// Of returns the first of some properties that is written: one and its older names. m may be nil.
func Of(m *flow.Members, names ...string) Setting {
	for _, name := range names {
		if m != nil && m.Has(name) {
			return Setting{name: name, written: true, value: m.Value(name), duration: m.Duration(name), template: m.Template(name)}
		}
	}
	return Setting{name: names[0]}
}

// OfValue returns the first of some members of a map that is there, and not null.
func OfValue(m *value.Map, names ...string) Setting {
	for _, name := range names {
		if v, _ := m.Get(name); !v.IsNull() {
			return Setting{name: name, written: true, value: v}
		}
	}
	return Setting{name: names[0]}
}

// Or returns a setting unless it was not written, and then another.
func (s Setting) Or(other Setting) Setting {
	if s.written {
		return s
	}
	return other
}

// Text returns a text; "" when it was not written.
func (s Setting) Text(c *task.Context) (string, error) {
	if s.template == nil {
		return value.Text(s.value), nil
	}
	return s.template.Render(c.Pebble)
}

// Trimmed returns a text without the blanks around it.
func (s Setting) Trimmed(c *task.Context) (string, error) {
	text, err := s.Text(c)
	return strings.TrimSpace(text), err
}

// OnOff returns true or false, which it is when it was not written or renders to nothing.
func (s Setting) OnOff(c *task.Context, otherwise bool) (bool, error) {
	if !s.written {
		return otherwise, nil
	}
	if s.template == nil && s.value.Kind() == value.KindBool {
		return s.value.Bool(), nil
	}
	text, err := s.Trimmed(c)
	if err != nil {
		return false, err
	}
	switch strings.ToLower(text) {
	case "":
		return otherwise, nil
	case "true":
		return true, nil
	case "false":
		return false, nil
	default:
		return false, fmt.Errorf("%s must be true or false", s.name)
	}
}

// Time returns a duration; 0 when it was not written or renders to nothing.
func (s Setting) Time(c *task.Context) (time.Duration, error) {
	if !s.written {
		return 0, nil
	}
	d := s.duration
	if s.template != nil || d == 0 {
		text, err := s.Trimmed(c)
		if err != nil || text == "" {
			return 0, err
		}
		if d, err = flow.ParseSeconds(text); err != nil {
			return 0, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	if d <= 0 {
		return 0, fmt.Errorf("%s must be longer than 0", s.name)
	}
	return d, nil
}

// Number returns a whole number above 0; 0 when it was not written or renders to nothing.
func (s Setting) Number(c *task.Context) (int64, error) {
	if !s.written {
		return 0, nil
	}
	text, err := s.Trimmed(c)
	if err != nil || text == "" {
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("%s must be a whole number above 0", s.name)
	}
	return n, nil
}

// Written reports whether the property is there.
func (s Setting) Written() bool { return s.written }

// Name is the property, by the name that it is written with.
func (s Setting) Name() string { return s.name }

// Constant returns the text of a property that has no expression, and whether that is so; "" when it was not written.
func (s Setting) Constant() (string, bool) {
	if s.template == nil {
		return value.Text(s.value), true
	}
	return s.template.Constant()
}

// Texts returns a list of texts, which may be JSON text of one; nil when it was not written, which is a nil structure.
func Texts(c *task.Context, name string, s *pebble.Structure) ([]string, error) {
	if s == nil {
		return nil, nil
	}
	v, err := s.RenderJSON(c.Pebble)
	if err != nil || v.IsNull() {
		return nil, err
	}
	if v.Kind() != value.KindList {
		return nil, fmt.Errorf("%s must be a list, or JSON text of one", name)
	}
	texts := make([]string, v.List().Len())
	for i, item := range v.List().All() {
		texts[i] = value.Text(item)
	}
	return texts, nil
}

// Map renders a map, which may be JSON text; expressions in it keep their types. It is empty when it was not written, which is a nil
// structure.
func Map(c *task.Context, name string, s *pebble.Structure) (*value.Map, error) {
	if s == nil {
		return value.NewMap(0), nil
	}
	render := s.RenderTyped
	if s.Template() != nil {
		render = s.RenderJSON
	}
	v, err := render(c.Pebble)
	switch {
	case err != nil:
		return nil, err
	case v.IsNull():
		return value.NewMap(0), nil
	case v.Kind() != value.KindMap:
		return nil, fmt.Errorf("%s must be a map, or JSON text of one", name)
	}
	return v.Map(), nil
}
