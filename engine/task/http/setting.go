package http

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

// setting is a property that may be an expression.
type setting struct {
	name     string
	written  bool
	value    value.Value
	duration time.Duration
	template *pebble.Template // stands for the others; nil: there is none
}

// settingOf returns the first of some properties that is written: one and its older names. m may be nil.
func settingOf(m *flow.Members, names ...string) setting {
	for _, name := range names {
		if m != nil && m.Has(name) {
			return setting{name: name, written: true, value: m.Value(name), duration: m.Duration(name), template: m.Template(name)}
		}
	}
	return setting{name: names[0]}
}

// valueSetting returns the first of some members of a map that is there, and not null.
func valueSetting(m *value.Map, names ...string) setting {
	for _, name := range names {
		if v, _ := m.Get(name); !v.IsNull() {
			return setting{name: name, written: true, value: v}
		}
	}
	return setting{name: names[0]}
}

// or returns a setting unless it was not written, and then another.
func (s setting) or(other setting) setting {
	if s.written {
		return s
	}
	return other
}

// text returns a text; "" when it was not written.
func (s setting) text(c *task.Context) (string, error) {
	if s.template == nil {
		return value.Text(s.value), nil
	}
	return s.template.Render(c.Pebble)
}

// trimmed returns a text without the blanks around it.
func (s setting) trimmed(c *task.Context) (string, error) {
	text, err := s.text(c)
	return strings.TrimSpace(text), err
}

// onOff returns true or false, which it is when it was not written or renders to nothing.
func (s setting) onOff(c *task.Context, otherwise bool) (bool, error) {
	if !s.written {
		return otherwise, nil
	}
	if s.template == nil && s.value.Kind() == value.KindBool {
		return s.value.Bool(), nil
	}
	text, err := s.trimmed(c)
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

// time returns a duration; 0 when it was not written or renders to nothing.
func (s setting) time(c *task.Context) (time.Duration, error) {
	if !s.written {
		return 0, nil
	}
	d := s.duration
	if s.template != nil || d == 0 {
		text, err := s.trimmed(c)
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

// number returns a whole number above 0; 0 when it was not written or renders to nothing.
func (s setting) number(c *task.Context) (int64, error) {
	if !s.written {
		return 0, nil
	}
	text, err := s.trimmed(c)
	if err != nil || text == "" {
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("%s must be a whole number above 0", s.name)
	}
	return n, nil
}
