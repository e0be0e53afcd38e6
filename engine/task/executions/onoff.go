package executions

import (
	"fmt"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// onOff is a Boolean property that may be an expression.
type onOff struct {
	name       string
	on         bool
	expression *pebble.Template // stands for it; nil: there is none
}

// newOnOff returns a property, with what it is when it is not written.
func newOnOff(c *flow.Component, name string, otherwise bool) onOff {
	o := onOff{name: name, on: otherwise, expression: c.Template(name)}
	if c.Has(name) {
		o.on = c.Bool(name)
	}
	return o
}

func (o onOff) render(c *task.Context) (bool, error) {
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
