package flow

import (
	"fmt"
	"slices"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// Members are the members of a mapping, checked against the properties that describe it and compiled: those of a component,
// or of an object inside of one.
type Members struct {
	Path string // where the mapping stands in the flow, as in triggers[0].conditions[1]
	Pos  Position

	properties []property    // in the order in which they were written
	others     []memberPlace // members that every component of the kind may have
}

// memberPlace is where the value of a member was written.
type memberPlace struct {
	name string
	pos  Position
}

// property is one property as it was written; which fields are set follows from the property's type.
type property struct {
	name      string
	pos       Position
	node      *yaml.Node        // of a String property, to find places inside of it while the flow is loaded
	value     value.Value       // the value as written
	template  *pebble.Template  // a dynamic string
	structure *pebble.Structure // a dynamic value of any other shape
	duration  time.Duration
	inside    *inside // nil: of a property that has nothing else in it
}

// secretText is a text that no finding may quote.
type secretText struct {
	pos      Position
	text     string           // as written
	template *pebble.Template // nil: it is not dynamic
}

// inside is what is in a property that has components, inputs or objects.
type inside struct {
	children []*Component
	cases    []Case
	inputs   []*Input
	objects  []*Members
	secrets  []secretText // of a Secret StringList
}

// Case is one member of a TaskCases property.
type Case struct {
	Key   string
	Tasks []*Component
}

// property returns the property with a name; one without anything when it was not written.
func (m *Members) property(name string) property {
	for i := range m.properties {
		if m.properties[i].name == name {
			return m.properties[i]
		}
	}
	return property{}
}

// inside returns what is in the property with a name; nothing when it was not written.
func (m *Members) inside(name string) inside {
	if in := m.property(name).inside; in != nil {
		return *in
	}
	return inside{}
}

// Has reports whether the property was written; null counts as not written.
func (m *Members) Has(name string) bool { return m.property(name).name != "" }

// Value returns the property as written; null when it was not. Of a MapOrList property it is a map, in either form.
func (m *Members) Value(name string) value.Value { return m.property(name).value }

// Text returns a String property as written; "" when it was not.
func (m *Members) Text(name string) string { return m.property(name).value.Str() }

// Bool returns a Boolean property; false when it was not written or is an expression.
func (m *Members) Bool(name string) bool { return m.property(name).value.Bool() }

// Int returns an Integer property; 0 when it was not written or is an expression.
func (m *Members) Int(name string) int64 { return m.property(name).value.Int() }

// Duration returns a Duration property; 0 when it was not written or is an expression.
func (m *Members) Duration(name string) time.Duration { return m.property(name).duration }

// Template returns a dynamic String property compiled; nil when it was not written. A dynamic Integer, Boolean or
// Duration has one too when it is an expression.
func (m *Members) Template(name string) *pebble.Template { return m.property(name).template }

// Templates returns the texts of a dynamic StringList that is Secret compiled; none when it was not written.
func (m *Members) Templates(name string) []*pebble.Template {
	secrets := m.inside(name).secrets
	all := make([]*pebble.Template, len(secrets))
	for i, s := range secrets {
		all[i] = s.template
	}
	return all
}

// Structure returns a dynamic property of any other type compiled; nil when it was not written.
func (m *Members) Structure(name string) *pebble.Structure { return m.property(name).structure }

// Children returns the compiled components of a Conditions, Task or Tasks property.
func (m *Members) Children(name string) []*Component { return m.inside(name).children }

// Cases returns a TaskCases property, in the order in which it was written.
func (m *Members) Cases(name string) []Case { return m.inside(name).cases }

// Inputs returns an Inputs property.
func (m *Members) Inputs(name string) []*Input { return m.inside(name).inputs }

// Object returns an Object property; nil when it was not written.
func (m *Members) Object(name string) *Members {
	if objects := m.inside(name).objects; len(objects) > 0 {
		return objects[0]
	}
	return nil
}

// Objects returns an Objects property.
func (m *Members) Objects(name string) []*Members { return m.inside(name).objects }

// components iterates over the components inside, parents before children.
func (m *Members) components(yield func(*Component) bool) bool {
	for _, p := range m.properties {
		in := p.inside
		if in == nil {
			continue
		}
		if !walk(in.children, yield) {
			return false
		}
		for _, c := range in.cases {
			if !walk(c.Tasks, yield) {
				return false
			}
		}
		for _, o := range in.objects {
			if !o.components(yield) {
				return false
			}
		}
	}
	return true
}

// secretTexts iterates over the texts of all Secret properties, which described has, also of those in objects inside.
func (m *Members) secretTexts(described []Property, yield func(secretText) bool) bool {
	for _, p := range m.properties {
		at := slices.IndexFunc(described, func(d Property) bool { return d.Name == p.name })
		if at < 0 {
			continue
		}
		if described[at].Secret && p.template != nil && !yield(secretText{p.pos, p.value.Str(), p.template}) {
			return false
		}
		if p.inside == nil {
			continue
		}
		for _, s := range p.inside.secrets {
			if !yield(s) {
				return false
			}
		}
		for _, o := range p.inside.objects {
			if !o.secretTexts(described[at].Properties, yield) {
				return false
			}
		}
	}
	return true
}

// propertyPos returns where the value of a property, or of another member, was written; the mapping's place when it was not.
func (m *Members) propertyPos(name string) Position {
	if p := m.property(name); p.name != "" {
		return p.pos
	}
	for _, p := range m.others {
		if p.name == name {
			return p.pos
		}
	}
	return m.Pos
}

// forgetNodes lets go of what only loading needs, which would hold the text of the flow as a tree.
func (m *Members) forgetNodes() {
	for i := range m.properties {
		p := &m.properties[i]
		p.node = nil
		if p.inside != nil {
			for _, o := range p.inside.objects {
				o.forgetNodes()
			}
		}
	}
}

// PropertyAt returns the place in the file of line and column of a String property's text, both counted from 1; the
// property's place when it has no text there, or the flow has been loaded.
func (m *Members) PropertyAt(name string, line, column int) Position {
	if p := m.property(name); p.node != nil {
		return p.pos.Source.within(p.node, line, column)
	}
	return m.propertyPos(name)
}

// Errorf returns an error at a property; an empty property means the mapping as a whole. A %w in the format gives the
// cause.
func (m *Members) Errorf(property, format string, args ...any) *Diagnostic {
	err := fmt.Errorf(format, args...)
	d := &Diagnostic{Pos: m.propertyPos(property), Path: m.Path, Message: err.Error()}
	if property != "" {
		d.Path += "." + property
	}
	if cause, ok := err.(interface{ Unwrap() error }); ok {
		d.Err = cause.Unwrap()
	}
	return d
}

// NotHere is [Members.Errorf] about what Kestra has and this server has not, or not as it is set up. A flow without other errors is handed
// on to the Kestra behind this server, if there is one.
func (m *Members) NotHere(property, format string, args ...any) *Diagnostic {
	d := m.Errorf(property, format, args...)
	d.kestras = true
	return d
}
