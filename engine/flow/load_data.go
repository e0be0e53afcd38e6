package flow

import (
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/nearest"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

var outputMembers = map[string]memberState{
	"id": supported, "type": supported, "description": supported, "displayName": supported, "required": supported, "value": supported,
}

// dataHead reads id and type of an input or output, and returns the id's node; nil after an error.
func (l *loader) dataHead(n *yaml.Node, path, oldID string, types []TypeName) (idNode *yaml.Node, id string, typ TypeName) {
	if n.Kind != yaml.MappingNode {
		l.errorAt(n, path, "must be a mapping with id and type, is %s", kindName(n))
		return nil, "", ""
	}
	_, idNode = memberNode(n, "id")
	if idNode == nil && oldID != "" {
		_, idNode = memberNode(n, oldID)
	}
	_, typeNode := memberNode(n, "type")
	before := l.errors
	if idNode == nil || yaml.IsNull(idNode) {
		l.errorAt(n, path+".id", "is missing")
	} else {
		id = l.identifier(idNode, path+".id", dataID)
	}
	if typeNode == nil || yaml.IsNull(typeNode) {
		l.errorAt(n, path+".type", "is missing")
	} else {
		typ = l.typeName(typeNode, path+".type", types)
	}
	if l.errors > before {
		return nil, "", ""
	}
	return idNode, id, typ
}

// typeName reads the name of one of these types; "" after an error.
func (l *loader) typeName(n *yaml.Node, path string, types []TypeName) TypeName {
	text, ok := l.text(n, path)
	typ := TypeName(text)
	need, later := laterTypes[typ]
	switch {
	case !ok:
		return ""
	case slices.Contains(types, typ):
		return typ
	case later:
		l.errorAt(n, path, "the type %s is not supported yet: it needs %s", typ, need)
		return ""
	}
	l.errorAt(n, path, "unknown type `%s`%s", shorten(text), didYouMean(nearest.Name(text, typeNames(types))))
	return ""
}

func (l *loader) outputs(n *yaml.Node, path string) []*Output {
	items, ok := l.list(n, path)
	if !ok {
		return nil
	}
	outputs := make([]*Output, 0, len(items))
	seen := map[string]Position{}
	for i, item := range items {
		out := l.output(item, index(path, i))
		if out == nil {
			continue
		}
		if first, ok := seen[out.ID]; ok {
			l.report(SeverityError, out.Pos, index(path, i)+".id", "duplicate output id `%s`, first at line %d", out.ID, first.Line)
			continue
		}
		seen[out.ID] = out.Pos
		outputs = append(outputs, out)
	}
	return outputs
}

func (l *loader) output(n *yaml.Node, path string) *Output {
	idNode, id, typ := l.dataHead(n, path, "", outputTypes)
	if idNode == nil {
		return nil
	}
	out := &Output{ID: id, Type: Type{Name: typ}, Required: true, Pos: l.pos(idNode)}
	written := false
	l.members(n, path, outputMembers, func(name string, _, val *yaml.Node, path string) {
		switch name {
		case "description":
			out.Description, _ = l.text(val, path)
		case "displayName":
			_, _ = l.text(val, path)
		case "required":
			out.Required, _ = l.boolean(val, path)
		case "value":
			written = true
			out.Value = l.structure(val, nodeValue(val), path)
		}
	})
	if !written {
		l.errorAt(n, path+".value", "is missing")
	}
	return out
}
