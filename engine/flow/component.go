package flow

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Component is one task, trigger or condition of a flow, checked against its [Spec] and compiled.
type Component struct {
	Spec     *Spec
	ID       string // empty for conditions, which have none
	Type     string // as written, an alias stays an alias
	Path     string // where it stands in the flow, as in triggers[0].conditions[1]
	Pos      Position
	Compiled any // what Spec.Compile returned

	properties map[string]property
}

// property is one property as it was written; which fields are set follows from the property's type.
type property struct {
	pos       Position
	value     value.Value       // the value as written
	template  *pebble.Template  // a dynamic string
	structure *pebble.Structure // a dynamic value of any other shape
	duration  time.Duration
	children  []*Component
}

// Has reports whether the property was written.
func (c *Component) Has(name string) bool { _, ok := c.properties[name]; return ok }

// Value returns the property as written; null when it was not.
func (c *Component) Value(name string) value.Value { return c.properties[name].value }

// Text returns a String property as written; "" when it was not.
func (c *Component) Text(name string) string { return c.properties[name].value.Str() }

// Bool returns a Boolean property; false when it was not written.
func (c *Component) Bool(name string) bool { return c.properties[name].value.Bool() }

// Int returns an Integer property; 0 when it was not written.
func (c *Component) Int(name string) int64 { return c.properties[name].value.Int() }

// Duration returns a Duration property; 0 when it was not written.
func (c *Component) Duration(name string) time.Duration { return c.properties[name].duration }

// Template returns a dynamic String property compiled; nil when it was not written.
func (c *Component) Template(name string) *pebble.Template { return c.properties[name].template }

// Structure returns a dynamic property of any other type compiled; nil when it was not written.
func (c *Component) Structure(name string) *pebble.Structure { return c.properties[name].structure }

// Children returns the compiled components of a Conditions or Tasks property.
func (c *Component) Children(name string) []*Component { return c.properties[name].children }
