package flow

import (
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/nearest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// pluginDefault is one entry of the member pluginDefaults: values for the components of a type, or of all types of a package.
type pluginDefault struct {
	typ    string
	spec   *Spec      // of the type; nil for a package, and for a type that is unknown here
	ref    string     // not empty: only for the components that ask for it
	forced bool       // the component's own values give way
	values *yaml.Node // a mapping
	size   int        // nodes that it adds to a component
}

// maxDefaults bounds the entries of pluginDefaults, each of which is held against every type in the flow.
const maxDefaults = 200

var defaultMembers = map[string]memberState{"type": supported, "forced": supported, "ref": supported, "values": supported}

// readDefaults returns the defaults of a flow, the most important first. An older name of pluginDefaults is taskDefaults; where
// both are written, pluginDefaults comes first.
func (l *loader) readDefaults(root *yaml.Node) []pluginDefault {
	var defaults []pluginDefault
	for _, name := range []string{"pluginDefaults", "taskDefaults"} {
		_, n := memberNode(root, name)
		if n == nil || yaml.IsNull(n) {
			continue
		}
		items, _ := l.list(n, name)
		if len(items) > maxDefaults {
			l.errorAt(n, name, "may have %d entries at most", maxDefaults)
			continue
		}
		for i, item := range items {
			if d, ok := l.readDefault(item, index(name, i)); ok {
				defaults = append(defaults, d)
			}
		}
	}
	return defaults
}

func (l *loader) readDefault(n *yaml.Node, path string) (pluginDefault, bool) {
	before := l.errors
	var d pluginDefault
	var typeNode *yaml.Node
	isMapping := l.members(n, path, defaultMembers, func(name string, _, val *yaml.Node, path string) {
		switch name {
		case "type":
			d.typ, _ = l.text(val, path)
			typeNode = val
		case "forced":
			d.forced, _ = l.boolean(val, path)
		case "ref":
			d.ref, _ = l.text(val, path)
		case "values":
			if val.Kind != yaml.MappingNode {
				l.errorAt(val, path, "must be a mapping, is %s", kindName(val))
				return
			}
			d.values = val
		}
	})
	if isMapping && l.errors == before {
		if d.typ == "" {
			l.errorAt(n, path+".type", "is missing")
		}
		if d.values == nil {
			l.errorAt(n, path+".values", "is missing")
		}
	}
	if l.errors > before {
		return d, false
	}
	d.spec = l.catalog.anyKind(d.typ)
	if d.spec == nil {
		l.checkDefaultType(typeNode, d.typ, path+".type")
	}
	d.values = l.knownValues(&d, path+".values")
	d.size = countNodes(d.values)
	return d, true
}

// anyKind returns the spec of a type or alias of whatever kind; nil when there is none.
func (c *Catalog) anyKind(typ string) *Spec {
	for _, kind := range []Kind{KindTask, KindTrigger, KindCondition} {
		if spec := c.Lookup(kind, typ); spec != nil {
			return spec
		}
	}
	return nil
}

// checkDefaultType warns of a type below Kestra's core package that is neither a type nor the package of one. Other types may be
// those of plugins that are not here.
func (l *loader) checkDefaultType(n *yaml.Node, typ, path string) {
	if !strings.HasPrefix(typ, corePackage) {
		return
	}
	var all []string // types, and their packages
	for _, names := range l.catalog.names {
		for _, name := range names {
			all = append(all, name, name[:max(strings.LastIndexByte(name, '.'), 0)])
		}
	}
	if !slices.ContainsFunc(all, func(known string) bool { return inPackage(known, typ) }) {
		slices.Sort(all)
		l.report(SeverityWarning, l.pos(n), path, "is no type and no package of types: these defaults are for nothing%s", didYouMean(nearest.Name(typ, all)))
	}
}

// knownValues returns the values of a default but those that its type does not have, which are errors, in Kestra's words. It has
// no say where the type is not known.
func (l *loader) knownValues(d *pluginDefault, path string) *yaml.Node {
	if d.spec == nil || d.spec.Compile == nil {
		return d.values
	}
	known := sortedKeys(commonMembers[d.spec.Kind])
	for _, p := range d.spec.Properties {
		known = append(known, p.Name)
	}
	values := *d.values
	values.Content = nil
	for i := 0; i+1 < len(d.values.Content); i += 2 {
		key := d.values.Content[i]
		if !slices.Contains(known, key.Value) {
			l.errorAt(key, path, "No property '%s' exists in plugin '%s'%s", shorten(key.Value), d.typ, didYouMean(nearest.Name(key.Value, known)))
			continue
		}
		values.Content = append(values.Content, key, d.values.Content[i+1])
	}
	return &values
}

func countNodes(n *yaml.Node) int {
	count := 1
	for _, child := range n.Content {
		count = min(count+countNodes(child), hugeExtent)
	}
	return count
}

// matches reports whether the default is for components of a type that is written so.
func (d *pluginDefault) matches(typ string, spec *Spec) bool {
	return d.spec != nil && d.spec == spec || inPackage(typ, d.typ)
}

// inPackage reports whether typ is the type or lies in the package that prefix names, which may end with a dot. In Kestra a prefix
// may end inside of a name, so that defaults for kv.Get are for kv.GetKeys too.
func inPackage(typ, prefix string) bool {
	rest, ok := strings.CutPrefix(typ, prefix)
	return ok && (rest == "" || rest[0] == '.' || strings.HasSuffix(prefix, "."))
}

// withDefaults returns the root of a flow with the defaults merged into everything that has a type they are for, at any depth:
// tasks, triggers, conditions, and objects inside of them. Nodes keep their places, so what is wrong in a default is reported there.
func (l *loader) withDefaults(root *yaml.Node) *yaml.Node {
	defaults := l.readDefaults(root)
	if len(defaults) == 0 {
		return root
	}
	m := merger{loader: l, defaults: defaults, done: map[*yaml.Node]*yaml.Node{}}
	merged := *root
	merged.Content = slices.Clone(root.Content)
	for i := 0; i+1 < len(merged.Content); i += 2 {
		switch merged.Content[i].Value {
		case "pluginDefaults", "taskDefaults":
		default:
			merged.Content[i+1] = m.tree(merged.Content[i+1])
		}
	}
	return &merged
}

// merger merges defaults into a tree of nodes.
type merger struct {
	*loader
	defaults []pluginDefault
	done     map[*yaml.Node]*yaml.Node // what has become of a node, to which several aliases may lead
	added    int                       // nodes
}

// tree returns a node with the defaults for it and for everything inside of it.
func (m *merger) tree(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.ScalarNode {
		return n
	}
	if merged := m.done[n]; merged != nil {
		return merged
	}
	merged := n
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			continue
		}
		if other := m.tree(child); other != child {
			if merged == n {
				merged = withContent(n, slices.Clone(n.Content))
			}
			merged.Content[i] = other
		}
	}
	if n.Kind == yaml.MappingNode {
		if _, typ := memberNode(n, "type"); typ != nil && typ.Kind == yaml.ScalarNode {
			merged = m.component(merged, typ.Value)
		}
	}
	m.done[n] = merged
	return merged
}

// component returns a mapping that has a type with the defaults for it. A component that asks for a default by its ref gets that
// one alone, and those that are forced; one that asks for what is not there goes on asking, which is an error when it is read.
func (m *merger) component(n *yaml.Node, typ string) *yaml.Node {
	key, asked := memberNode(n, "pluginDefaultsRef")
	ref := ""
	if asked != nil && asked.Kind == yaml.ScalarNode && !yaml.IsNull(asked) {
		ref = asked.Value
	}
	spec := m.catalog.anyKind(typ)
	var fill, force *yaml.Node // the values of all defaults of a kind
	for i := range m.defaults {
		d := &m.defaults[i]
		if !d.matches(typ, spec) || d.ref != "" && d.ref != ref || d.ref == "" && ref != "" && !d.forced {
			continue
		}
		if m.added = min(m.added+d.size, hugeExtent); m.added > maxExpansion {
			if m.added-d.size <= maxExpansion {
				m.errorAt(d.values, "", "defaults add more than %d values to tasks and triggers", maxExpansion)
			}
			return n
		}
		if d.ref != "" {
			n = withContent(n, slices.DeleteFunc(slices.Clone(n.Content), func(part *yaml.Node) bool { return part == key || part == asked }))
		}
		if spec != nil && spec.Kind == KindTrigger && spec.Compile != nil {
			m.flow.extensions = append(m.flow.extensions, &Diagnostic{
				Severity: SeverityWarning, Pos: m.pos(d.values), Path: "pluginDefaults", Message: "reach the trigger here: Kestra's webhooks overlook defaults",
			})
		}
		all := &fill
		if d.forced {
			all = &force
		}
		if *all == nil {
			*all = d.values
		} else {
			*all = mergeNodes(*all, d.values, false)
		}
	}
	if fill != nil {
		n = mergeNodes(n, fill, false)
	}
	if force != nil {
		n = mergeNodes(n, force, true)
	}
	return n
}

// mergeNodes returns a mapping with the members of another one, as Kestra merges them: mappings in both are merged, lists in both
// are joined, those of the one that gives way first, without items that were there before; else the mapping wins, or the other when
// it is forced, unless its value is null.
func mergeNodes(own, other *yaml.Node, forced bool) *yaml.Node {
	merged := withContent(own, slices.Clone(own.Content))
	places := make(map[string]int, len(own.Content)/2)
	for i := 0; i+1 < len(own.Content); i += 2 {
		places[own.Content[i].Value] = i
	}
	for i := 0; i+1 < len(other.Content); i += 2 {
		key, val := other.Content[i], other.Content[i+1]
		at, known := places[key.Value]
		if !known {
			merged.Content = append(merged.Content, key, val)
			continue
		}
		written := own.Content[at+1]
		switch {
		case written.Kind == yaml.MappingNode && val.Kind == yaml.MappingNode:
			merged.Content[at+1] = mergeNodes(written, val, forced)
		case written.Kind == yaml.SequenceNode && val.Kind == yaml.SequenceNode && forced:
			merged.Content[at+1] = withContent(written, joinItems(written.Content, val.Content))
		case written.Kind == yaml.SequenceNode && val.Kind == yaml.SequenceNode:
			merged.Content[at+1] = withContent(written, joinItems(val.Content, written.Content))
		case !yaml.IsNull(val) && (forced || yaml.IsNull(written)):
			merged.Content[at], merged.Content[at+1] = key, val
		}
	}
	return merged
}

// joinItems returns the items of two lists, those of the second that are not equal to one of the first.
func joinItems(first, second []*yaml.Node) []*yaml.Node {
	there := make(map[string]bool, len(first))
	for _, item := range first {
		there[value.JSON(nodeValue(item))] = true
	}
	joined := slices.Clone(first)
	for _, item := range second {
		if !there[value.JSON(nodeValue(item))] {
			joined = append(joined, item)
		}
	}
	return joined
}

// withContent returns a node at the same place with other content.
func withContent(n *yaml.Node, content []*yaml.Node) *yaml.Node {
	other := *n
	other.Content = content
	return &other
}
