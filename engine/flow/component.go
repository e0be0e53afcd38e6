package flow

import (
	"fmt"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// Component is one task, trigger or condition of a flow, checked against its [Spec] and compiled.
//
// The fields from Description on are the members that every task or trigger may have. The members version, logToFile,
// failOnTriggerError and allowConcurrent are accepted and have no effect: the first selects a plugin's version, the second
// writes logs to a file of Kestra's storage, the others concern polling triggers.
type Component struct {
	Spec     *Spec  // without Compile for a trigger that never fires here
	ID       string // empty for conditions, which have none
	Type     string // as written, an alias stays an alias
	Path     string // where it stands in the flow, as in triggers[0].conditions[1]
	Pos      Position
	Compiled any // what Spec.Compile returned

	Description  string
	Disabled     bool
	LogLevel     string           // TRACE, DEBUG, INFO, WARN, ERROR; empty when not written
	RunIf        *pebble.Template // tasks; nil when not written
	AllowFailure bool             // tasks
	AllowWarning bool             // tasks
	StopAfter    []string         // triggers: states of execution

	properties map[string]property
	order      []string              // names of properties as they were written
	nodes      map[string]*yaml.Node // of the properties, while the component is compiled
}

// property is one property as it was written; which fields are set follows from the property's type.
type property struct {
	pos       Position
	node      *yaml.Node        // of a String property, to find places inside of it
	value     value.Value       // the value as written
	template  *pebble.Template  // a dynamic string
	structure *pebble.Structure // a dynamic value of any other shape
	duration  time.Duration
	children  []*Component
}

// Has reports whether the property was written; null counts as not written.
func (c *Component) Has(name string) bool { _, ok := c.properties[name]; return ok }

// Value returns the property as written; null when it was not. Of a MapOrList property it is a map, in either form.
func (c *Component) Value(name string) value.Value { return c.properties[name].value }

// Text returns a String property as written; "" when it was not.
func (c *Component) Text(name string) string { return c.properties[name].value.Str() }

// Bool returns a Boolean property; false when it was not written or is an expression.
func (c *Component) Bool(name string) bool { return c.properties[name].value.Bool() }

// Int returns an Integer property; 0 when it was not written or is an expression.
func (c *Component) Int(name string) int64 { return c.properties[name].value.Int() }

// Duration returns a Duration property; 0 when it was not written or is an expression.
func (c *Component) Duration(name string) time.Duration { return c.properties[name].duration }

// Template returns a dynamic String property compiled; nil when it was not written. A dynamic Integer, Boolean or
// Duration has one too when it is an expression.
func (c *Component) Template(name string) *pebble.Template { return c.properties[name].template }

// Structure returns a dynamic property of any other type compiled; nil when it was not written.
func (c *Component) Structure(name string) *pebble.Structure { return c.properties[name].structure }

// Children returns the compiled components of a Conditions or Tasks property.
func (c *Component) Children(name string) []*Component { return c.properties[name].children }

// propertyPos returns where the value of a property was written; the component's place when it was not.
func (c *Component) propertyPos(name string) Position {
	if p, ok := c.properties[name]; ok {
		return p.pos
	}
	return c.Pos
}

// PropertyAt returns the place in the file of line and column of a String property's text, both counted from 1; the
// property's place when it has no text there.
func (c *Component) PropertyAt(name string, line, column int) Position {
	if p := c.properties[name]; p.node != nil {
		return p.pos.Source.within(p.node, line, column)
	}
	return c.propertyPos(name)
}

// Errorf returns an error at a property; an empty property means the component as a whole. A %w in the format gives the
// cause.
func (c *Component) Errorf(property, format string, args ...any) *Diagnostic {
	err := fmt.Errorf(format, args...)
	d := &Diagnostic{Pos: c.propertyPos(property), Path: c.Path, Message: err.Error()}
	if property != "" {
		d.Path += "." + property
	}
	if cause, ok := err.(interface{ Unwrap() error }); ok {
		d.Err = cause.Unwrap()
	}
	return d
}
