package flow

import (
	"maps"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/nearest"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// inputMembers are the members of every input; those of one type are in typeMembers.
var inputMembers = map[string]memberState{
	"id": supported, "name": supported, "type": supported, "description": supported, "displayName": supported,
	"required": supported, "defaults": supported, "prefill": supported, "dependsOn": notYet,
}

var outputMembers = map[string]memberState{
	"id": supported, "type": supported, "description": supported, "displayName": supported, "required": supported, "value": supported,
}

// typeMembers are the further members of an input, by type.
var typeMembers = map[TypeName]map[string]memberState{
	TypeString:   {"validator": supported},
	TypeInt:      {"min": supported, "max": supported},
	TypeFloat:    {"min": supported, "max": supported},
	TypeDuration: {"min": supported, "max": supported},
	TypeDateTime: {"after": supported, "before": supported},
	TypeDate:     {"after": supported, "before": supported},
	TypeTime:     {"after": supported, "before": supported},
	TypeSelect:   {"values": supported, "allowCustomValue": supported, "isRadio": supported, "autoSelectFirst": supported, "expression": notYet},
	TypeEnum:     {"values": supported},
	TypeMultiselect: {
		"values": supported, "options": supported, "itemType": supported, "allowCustomValue": supported,
		"autoSelectFirst": supported, "expression": notYet,
	},
	TypeArray: {"itemType": supported},
}

func (l *loader) inputs(n *yaml.Node, path string) []*Input {
	items, ok := l.list(n, path)
	if !ok {
		return nil
	}
	inputs := make([]*Input, 0, len(items))
	for i, item := range items {
		if in := l.input(item, index(path, i)); in != nil {
			l.checkInputPath(inputs, in, index(path, i))
			inputs = append(inputs, in)
		}
	}
	return inputs
}

// checkInputPath refuses an id that an earlier input has, or that would stand inside of one.
func (l *loader) checkInputPath(inputs []*Input, in *Input, path string) {
	for _, other := range inputs {
		switch {
		case other.ID == in.ID:
			l.report(SeverityError, in.Pos, path+".id", "duplicate input id `%s`, first at line %d", in.ID, other.Pos.Line)
		case strings.HasPrefix(other.ID, in.ID+"."), strings.HasPrefix(in.ID, other.ID+"."):
			l.report(SeverityError, in.Pos, path+".id", "input `%s` conflicts with `%s` at line %d: one cannot be nested under the other", in.ID, other.ID, other.Pos.Line)
		default:
			continue
		}
		return
	}
}

// dataHead reads id and type of an input or output, and returns the id's node; nil after an error.
func (l *loader) dataHead(n *yaml.Node, path string, oldID string) (idNode *yaml.Node, id string, typ TypeName) {
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
		typ = l.typeName(typeNode, path+".type")
	}
	if l.errors > before {
		return nil, "", ""
	}
	return idNode, id, typ
}

func (l *loader) typeName(n *yaml.Node, path string) TypeName {
	text, ok := l.text(n, path)
	typ := TypeName(text)
	switch {
	case !ok:
		return ""
	case slices.Contains(typeNames, typ):
		return typ
	case slices.Contains(laterTypeNames, typ):
		l.errorAt(n, path, "the type %s is not supported yet", typ)
		return ""
	}
	names := make([]string, len(typeNames))
	for i, name := range typeNames {
		names[i] = string(name)
	}
	l.errorAt(n, path, "unknown type `%s`%s", shorten(text), didYouMean(nearest.Name(text, names)))
	return ""
}

func (l *loader) input(n *yaml.Node, path string) *Input {
	idNode, id, typ := l.dataHead(n, path, "name")
	if idNode == nil {
		return nil
	}
	in := &Input{ID: id, Type: Type{Name: typ, input: true}, Required: true, Pos: l.pos(idNode)}
	known := inputMembers
	if own := typeMembers[typ]; own != nil {
		known = maps.Clone(inputMembers)
		maps.Copy(known, own)
	}
	before := l.errors
	autoSelect, prefilled := false, false
	var defaults *yaml.Node
	l.members(n, path, known, func(name string, _, val *yaml.Node, path string) {
		switch name {
		case "description":
			in.Description, _ = l.text(val, path)
		case "displayName":
			_, _ = l.text(val, path)
		case "required":
			in.Required, _ = l.boolean(val, path)
		case "defaults":
			defaults = val
		case "prefill":
			prefilled = true
		case "isRadio":
			_, _ = l.boolean(val, path)
		case "autoSelectFirst":
			autoSelect, _ = l.boolean(val, path)
		default:
			l.constraint(&in.Type, name, val, path)
		}
	})
	if _, expression := memberNode(n, "expression"); typ.needsValues() && len(in.Type.Values) == 0 && expression == nil {
		l.errorAt(n, path+".values", "must have at least one value")
	}
	if typ == TypeArray && in.Type.Item == "" {
		l.errorAt(n, path+".itemType", "is missing")
	}
	if l.errors > before {
		return in
	}
	if defaults != nil {
		l.inputDefault(in, defaults, path+".defaults")
		if !in.Required {
			l.refusedByKestra(defaults, path+".defaults", "an input with a default must be required, since the default always counts")
		}
		if prefilled {
			l.refusedByKestra(defaults, path+".defaults", "an input has a default or a prefill, not both")
		}
	} else if autoSelect {
		l.firstValueDefault(in)
	}
	return in
}

// inputDefault compiles a default, and converts it now when it holds no expression.
func (l *loader) inputDefault(in *Input, n *yaml.Node, path string) {
	in.Defaults = l.structure(n, nodeValue(n), path)
	if in.Defaults == nil {
		return
	}
	written, constant := in.Defaults.Constant()
	if !constant {
		return
	}
	v, err := in.Type.unconstrained().Convert(written)
	if err != nil {
		l.errorAt(n, path, "%v", err)
		return
	}
	if _, err := in.Type.Convert(written); err != nil {
		l.report(SeverityWarning, l.pos(n), path, "the default breaks the input's own constraint: %v", err)
	}
	in.constant = v
}

// refusedByKestra warns of what loads here, and in older versions of Kestra, and not in Kestra 1.3.
func (l *loader) refusedByKestra(n *yaml.Node, path, why string) {
	l.report(SeverityWarning, l.pos(n), path, "%s: Kestra 1.3 refuses the flow", why)
	l.flow.extensions = append(l.flow.extensions, &Diagnostic{
		Severity: SeverityWarning, Pos: l.pos(n), Path: path, Message: why + ": Kestra 1.3 refuses the flow",
	})
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
	idNode, id, typ := l.dataHead(n, path, "")
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
