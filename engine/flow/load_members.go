package flow

import (
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// noMembers returns the members of a mapping before they are read.
func (l *loader) noMembers(n *yaml.Node, path string) Members {
	return Members{Path: path, Pos: l.pos(n)}
}

// readMembers reads the members of a mapping that properties describe. Others gets the common ones, which are allowed beside.
func (l *loader) readMembers(
	m *Members, properties []Property, common map[string]memberState, n *yaml.Node, others func(name string, val *yaml.Node, path string),
) {
	known := memberSet{properties: properties, others: common}
	m.properties = make([]property, 0, known.count(n))
	written := make([]bool, len(properties))
	isMapping := l.membersOf(n, m.Path, known, func(name string, key, val *yaml.Node, path string) {
		i := known.property(name)
		if i < 0 {
			others(name, val, path)
			return
		}
		written[i] = true
		l.readMember(m, &properties[i], key, val, path)
	})
	for i := range properties {
		if p := &properties[i]; isMapping && p.Required && !written[i] {
			l.report(SeverityError, m.Pos, m.Path+"."+p.Name, "%s", p.whenMissing())
		}
	}
}

// memberSet is the names that the members of a mapping may have: of properties, and others.
type memberSet struct {
	properties []Property
	others     map[string]memberState
}

// property returns the index of the property with a name; -1 when there is none.
func (s memberSet) property(name string) int {
	for i := range s.properties {
		if s.properties[i].Name == name {
			return i
		}
	}
	return -1
}

func (s memberSet) state(name string) (state memberState, ok bool) {
	switch i := s.property(name); {
	case i < 0:
		state, ok = s.others[name]
		return state, ok
	case s.properties[i].NotYet:
		return notYet, true
	default:
		return supported, true
	}
}

// count returns how many members of a mapping are properties.
func (s memberSet) count(n *yaml.Node) int {
	count := 0
	for i := 0; i < len(n.Content) && n.Kind == yaml.MappingNode; i += 2 {
		if s.property(n.Content[i].Value) >= 0 {
			count++
		}
	}
	return count
}

// names returns all of them, sorted.
func (s memberSet) names() []string {
	names := sortedKeys(s.others)
	for i := range s.properties {
		names = append(names, s.properties[i].Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (l *loader) readMember(m *Members, p *Property, key, val *yaml.Node, path string) {
	if p.Extension {
		l.extension(key, path, "property `"+p.Name+"`")
	}
	if value, ok := l.property(p, val, path); ok {
		value.name = p.Name
		m.properties = append(m.properties, value)
	}
}

// whenMissing and whenEmpty say what is wrong with a required property; of tasks in Kestra's words.
func (p *Property) whenMissing() string {
	if p.Type == Tasks {
		return p.whenEmpty()
	}
	return "is missing"
}

func (p *Property) whenEmpty() string {
	if p.Type == Tasks {
		return "The '" + p.Name + "' property cannot be empty"
	}
	return "must not be empty"
}

// insideOf reads a property that has components, inputs or objects inside of it.
func (l *loader) insideOf(p *Property, n *yaml.Node, path string) *inside {
	before, in := l.errors, new(inside)
	switch p.Type {
	case Conditions:
		in.children = l.components(KindCondition, n, path)
	case Task:
		if c := l.component(KindTask, n, path); c != nil {
			in.children = []*Component{c}
		}
	case Tasks:
		in.children = l.components(KindTask, n, path)
	case TaskCases:
		in.cases = l.cases(n, path)
	case Inputs:
		in.inputs = l.inputs(n, path)
	case Object:
		in.objects = []*Members{l.object(p, n, path)}
	case Objects:
		items, _ := l.list(n, path)
		for i, item := range items {
			in.objects = append(in.objects, l.object(p, item, index(path, i)))
		}
	default: // nothing inside
	}
	if p.Required && p.Type != Object && len(n.Content) == 0 && l.errors == before {
		l.errorAt(n, path, "%s", p.whenEmpty())
	}
	return in
}

// object reads a mapping that the Properties of p describe.
func (l *loader) object(p *Property, n *yaml.Node, path string) *Members {
	m := l.noMembers(n, path)
	l.readMembers(&m, p.Properties, nil, n, nil)
	return &m
}

// cases reads a mapping of lists of tasks.
func (l *loader) cases(n *yaml.Node, path string) []Case {
	if n.Kind != yaml.MappingNode {
		l.errorAt(n, path, "must be a mapping, is %s", kindName(n))
		return nil
	}
	cases := make([]Case, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i].Value
		cases = append(cases, Case{Key: key, Tasks: l.components(KindTask, n.Content[i+1], path+"."+shorten(key))})
	}
	return cases
}
