package task

import (
	"fmt"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

// OnOff is a Boolean property that may be an expression.
type OnOff struct {
	name       string
	on         bool
	expression *pebble.Template // stands for it; nil: there is none
}

// Members are the properties of a component, or of an object inside of one.
type Members interface {
	Has(name string) bool
	Bool(name string) bool
	Template(name string) *pebble.Template
}

// NewOnOff returns a property, with what it is when it is not written.
func NewOnOff(m Members, name string, otherwise bool) OnOff {
	o := OnOff{name: name, on: otherwise, expression: m.Template(name)}
	if m.Has(name) {
		o.on = m.Bool(name)
	}
	return o
}

// Render returns what the property is for an attempt.
func (o OnOff) Render(c *Context) (bool, error) {
	if o.expression == nil {
		return o.on, nil
	}
	text, err := o.expression.Render(c.Pebble)
	if err != nil {
		return false, err
	}
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	default:
		return false, fmt.Errorf("%s must be true or false", o.name)
	}
}
